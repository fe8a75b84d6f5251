/** Why a link or message is turned away before the model is asked. */
import { entityOf } from './address.ts';
import { conditions, notFound, type Refusal } from './conditions.ts';
import type { ConnectionPort } from './contracts.ts';

export function refused(condition: string, description?: string): Refusal {
  return { condition, description: description ?? 'An injected fault.', status: 400 };
}

/** Nobody may send there, or this connection may not. */
export function sendRefusal(connection: ConnectionPort, path: string): Refusal | undefined {
  const refusal = useRefusal(connection, path, 'Send');
  if (refusal !== undefined) return refusal;
  const entry = connection.hub.catalog.find(path);
  if (entry === undefined) return notFound(path);
  if (entry.kind === 'subscription') {
    return refused(conditions.notAllowed, `'${path}' takes no messages; send to its topic.`);
  }
  const { status } = entry.properties;
  return status === 'Active' || status === 'ReceiveDisabled' ? undefined : disabled(path);
}

/** Nobody may receive there, or this connection may not. */
export function listenRefusal(connection: ConnectionPort, path: string): Refusal | undefined {
  const refusal = useRefusal(connection, path, 'Listen');
  if (refusal !== undefined) return refusal;
  const entry = connection.hub.catalog.find(entityOf(path));
  if (entry === undefined) return notFound(path);
  const { status } = entry.properties;
  return status === 'Active' || status === 'SendDisabled' ? undefined : disabled(path);
}

/** This connection may not use the entity. */
export function useRefusal(
  connection: ConnectionPort,
  path: string,
  claim: 'Send' | 'Listen' | 'Manage',
): Refusal | undefined {
  if (connection.authority.mayUse(path, Date.now())) return undefined;
  return refused(
    conditions.unauthorized,
    `Unauthorized access. '${claim}' claim is required to use '${path}'; put a valid token first.`,
  );
}

function disabled(path: string): Refusal {
  return refused(conditions.disabled, `The messaging entity '${path}' is disabled.`);
}
