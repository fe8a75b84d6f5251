/** Reads and transfers as clients and operators ask for them. */
import type { ServerId } from './entry.ts';
import type { Answer } from './message.ts';
import type { NodeOptions, Role } from './node.ts';
import type { Effect } from './step.ts';
import { beat, give, led, propose, run } from './network.test.kit.ts';
import type { Network, Setup } from './network.test.kit.ts';

/** Leaders ask first, are protected, and read alone for 100 ms. */
export const everything: Partial<NodeOptions> = {
  preVote: true,
  checkQuorum: true,
  leaseMicros: 100_000,
};

export interface Look {
  readonly serial: number;
  readonly client?: string;
  readonly via?: 'index' | 'lease';
  /** What to add to the counter: a read adds nothing. */
  readonly add?: number;
}

/** A client reads the counter. */
export function look(network: Network, id: ServerId, given: Look): readonly Effect[] {
  const { serial, client = 'c1', via = 'index', add = 0 } = given;
  const payload = { kind: 'read', session: client, serial, via, command: { add } } as const;
  const request = { kind: 'ClientRequest', from: client, to: id, payload } as const;
  return give(network, id, { kind: 'propose', request });
}

/** n1 leads, and the counter stands at 7. */
export function counted(setup: Setup = { servers: 3 }): Network {
  const network = led(setup);
  propose(network, 'n1', { session: 'c2', serial: 1, add: 7 });
  run(network);
  beat(network, 'n1');
  return network;
}

/** An operator wants `target` to lead. */
export function handTo(
  network: Network,
  id: ServerId,
  { target, serial = 1 }: { readonly target: ServerId; readonly serial?: number },
): readonly Effect[] {
  const payload = { kind: 'transfer', serial, target } as const;
  const request = { kind: 'ClientRequest', from: 'ops', to: id, payload } as const;
  return give(network, id, { kind: 'propose', request });
}

/** The answers given to a client so far, oldest first. */
export function answersTo({ replies }: Network, client: string): readonly Answer[] {
  return replies.flatMap((reply) => (reply.to === client ? [reply.answer] : []));
}

/** Everyone's role and term, in the order of the servers. */
export function standing({ machines }: Network): readonly (readonly [Role, number])[] {
  return machines.map(({ node }) => [node.role, node.term]);
}

/** Delivers what is under way, except messages of this kind. */
export function runBut(network: Network, kind: NonNullable<Network['muted']>): void {
  network.muted = kind;
  const kept = network.queue.filter((message) => message.kind !== kind);
  network.queue.splice(0, network.queue.length, ...kept);
  run(network);
  network.muted = null;
}
