/**
 * Where the environment says the namespace is. Only Whitewater's own names count: those that other
 * programs use too may lead to a namespace that is nobody's playground.
 */
import type { Account } from './account.ts';

export interface Environment {
  readonly [name: string]: string | undefined;
}

export const variables = {
  connectionString: 'WHITEWATER_CONNECTION_STRING',
  namespace: 'WHITEWATER_NAMESPACE',
  /** `host:port` of an emulator's administration. */
  administration: 'WHITEWATER_ADMINISTRATION_ENDPOINT',
} as const;

/** Undefined: the environment names none. The namespace wins, since it needs no secret. */
export function accountIn(environment: Environment): Account | undefined {
  const namespace = environment[variables.namespace] ?? '';
  if (namespace !== '') return { namespace: qualified(namespace) };
  const connectionString = environment[variables.connectionString] ?? '';
  if (connectionString === '') return undefined;
  return withAdministration(connectionString, environment[variables.administration]);
}

/** Emulators have a second port, for the administration; the service has not. */
export function withAdministration(
  connectionString: string,
  administrationEndpoint: string | undefined,
): Account {
  return administrationEndpoint === undefined || administrationEndpoint === ''
    ? { connectionString }
    : { connectionString, administrationEndpoint };
}

/** A bare name becomes a host of the public cloud; sovereign clouds are named in full. */
export function qualified(namespace: string): string {
  return namespace.includes('.') ? namespace : `${namespace}.servicebus.windows.net`;
}
