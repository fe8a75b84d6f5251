/**
 * The commands that explorations ask for, as numbers 1, 2, 3, …: they go round the clients, and a
 * client counts its own from 1. Each request says that its client has seen all earlier answers.
 */
import type { ClientReply, ClientRequest } from '../raft/message.ts';

/** `c1`, `c2`; their sessions have the same names. */
export function clientNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `c${at + 1}`);
}

/** The request of this number, from one of so many clients. */
export function requestOf(number: number, clients: number): ClientRequest {
  const client = `c${((number - 1) % clients) + 1}`;
  const serial = Math.floor((number - 1) / clients) + 1;
  return {
    kind: 'ClientRequest',
    from: client,
    to: '*',
    payload: {
      kind: 'command',
      session: client,
      serial,
      acknowledged: serial - 1,
      command: { serial: number },
    },
  };
}

/** A read that costs no entry, from a client that writes nothing. */
export function readRequest(): ClientRequest {
  const command = { serial: 0 };
  const payload = { kind: 'read', session: 'reader', serial: 1, via: 'index', command } as const;
  return { kind: 'ClientRequest', from: 'reader', to: '*', payload };
}

/** The number of the request that is answered. */
export function numberOf({ to, serial }: ClientReply, clients: number): number {
  return (serial - 1) * clients + Number(to.slice(1));
}
