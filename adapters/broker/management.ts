/** $management nodes: which operation a request names, and how answers and refusals are said. */
import { AmqpError, type AmqpMap, isMap, stringOf } from './amqp/values.ts';
import { encode, type Encode } from './amqp/write.ts';
import { entityOf } from './address.ts';
import { notFound, type Refusal } from './conditions.ts';
import type { ConnectionPort } from './contracts.ts';
import { messageOperations } from './management/messages.ts';
import type { Operation } from './management/operation.ts';
import { ruleOperations } from './management/rules.ts';
import { sessionOperations } from './management/sessions.ts';
import { refused, useRefusal } from './refusals.ts';
import type { NodeResponse, Serve } from './requests.ts';

const operations: ReadonlyMap<string, Operation> = new Map([
  ...messageOperations,
  ...sessionOperations,
  ...ruleOperations,
]);
const prefix = 'com.microsoft:';

export function serveManagement(connection: ConnectionPort, path: string): Serve {
  const { hub } = connection;
  return ({ properties, body }, respond) => {
    const fail = (refusal: Refusal): void => respond(refusalResponse(refusal));
    const work = (): void => {
      const refusal = wrongPlace(connection, path);
      if (refusal !== undefined) return fail(refusal);
      const name = stringOf(properties.get('operation')) ?? '';
      const operation = operations.get(name.startsWith(prefix) ? name.slice(prefix.length) : name);
      if (operation === undefined) return fail(unknown(name));
      try {
        const done = (answer?: Encode, status = 200): void => respond(success(status, answer));
        operation({ hub, path, body: mapOf(body), done, fail });
      } catch (error) {
        if (!(error instanceof AmqpError)) throw error;
        fail(refused(error.condition, error.message));
      }
    };
    const effect = hub.faults.strike('management', path);
    switch (effect?.kind) {
      case undefined:
        return work();
      case 'drop':
        return;
      case 'delay':
        setTimeout(work, effect.delayMs);
        return;
      case 'error':
        return fail(refused(effect.condition, effect.description));
      default:
        return effect satisfies never;
    }
  };
}

function wrongPlace(connection: ConnectionPort, path: string): Refusal | undefined {
  const exists = connection.hub.catalog.find(entityOf(path)) !== undefined;
  return useRefusal(connection, path, 'Manage') ?? (exists ? undefined : notFound(path));
}

function unknown(name: string): Refusal {
  return { ...refused('amqp:not-implemented', `The operation '${name}' is unknown.`), status: 501 };
}

function mapOf(body: unknown): AmqpMap {
  const value = body instanceof Map ? body : new Map();
  return isMap(value) ? value : new Map();
}

function success(status: number, body: Encode = encode.null): NodeResponse {
  return {
    properties: {
      statusCode: encode.int(status),
      statusDescription: encode.string(status === 204 ? 'No Content' : 'OK'),
    },
    body,
  };
}

function refusalResponse({ status, condition, description }: Refusal): NodeResponse {
  return {
    properties: {
      statusCode: encode.int(status),
      statusDescription: encode.string(description),
      errorCondition: encode.symbol(condition),
    },
    body: encode.null,
  };
}
