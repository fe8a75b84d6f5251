/** Configurations and their changes in one line, for the tests of membership (raft.md 4.2). */
import type { Configuration, ServerId } from './entry.ts';
import type { Answer, Change, ClientRequest } from './message.ts';
import type { NodeOptions } from './node.ts';
import type { Effect } from './step.ts';
import { configurationOf } from './configuration.ts';
import { beat, give, led, nodeOf, run } from './network.test.kit.ts';
import type { Network } from './network.test.kit.ts';

const kindOf = { v: 'addVoter', l: 'addLearner', r: 'remove' } as const;

/** `v1 l2 r3`: n1 becomes a voter, n2 a learner, n3 goes. */
export function changesOf(text: string): Change[] {
  return text.split(' ').flatMap((word): Change[] => {
    const letter = word[0];
    if (letter !== 'v' && letter !== 'l' && letter !== 'r') return [];
    return [{ kind: kindOf[letter], server: `n${word.slice(1)}` }];
  });
}

/** `1 2 & 1 3, learners 4, next 3`: voters, outgoing voters after `&`, learners, learners next. */
export function configurationFrom(text: string): Configuration {
  const [halves = '', ...parts] = text.split(', ');
  const [voters = '', outgoing = ''] = halves.split('&');
  const part = (word: string): ServerId[] =>
    serversOf(parts.find((known) => known.startsWith(word))?.slice(word.length) ?? '');
  return {
    voters: serversOf(voters),
    outgoing: serversOf(outgoing),
    learners: part('learners'),
    learnersNext: part('next'),
  };
}

/** The way back: what `configurationFrom` reads. */
export function show({ voters, outgoing, learners, learnersNext }: Configuration): string {
  const names = (servers: readonly ServerId[]): string =>
    servers.map((server) => server.slice(1)).join(' ');
  const joint = outgoing.length > 0 ? ` & ${names(outgoing)}` : '';
  const learning = learners.length > 0 ? `, learners ${names(learners)}` : '';
  const next = learnersNext.length > 0 ? `, next ${names(learnersNext)}` : '';
  return `${names(voters)}${joint}${learning}${next}`;
}

export function serversOf(text: string): ServerId[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => `n${word}`);
}

/** The configuration in force at a server. */
export function shown(network: Network, id: ServerId): string {
  return show(configurationOf(nodeOf(network, id)));
}

export interface Asked {
  readonly serial?: number;
  readonly changes: string;
  readonly transition?: 'simple' | 'joint';
}

export function wish(to: ServerId, given: Asked): ClientRequest {
  const { serial = 1, changes, transition = 'simple' } = given;
  const payload = { kind: 'reconfigure', serial, changes: changesOf(changes), transition } as const;
  return { kind: 'ClientRequest', from: 'operator', to, payload };
}

/** An operator asks a server for changes. */
export function reconfigure(network: Network, id: ServerId, given: Asked): readonly Effect[] {
  return give(network, id, { kind: 'propose', request: wish(id, given) });
}

/** What the operator was told, in order. */
export function told(network: Network): Answer[] {
  return network.replies.flatMap(({ to, answer }) => (to === 'operator' ? [answer] : []));
}

/** `machines` servers on line, of which the first `voters` begin as voters; n1 leads. */
export function cluster(
  machines: number,
  voters: number,
  options: Partial<NodeOptions> = {},
): Network {
  const servers = Array.from({ length: voters }, (_, at) => `n${at + 1}`);
  return led({ servers: machines, options: { servers, ...options } });
}

/** Every message is delivered, then two heartbeats tell everyone what is committed. */
export function settle(network: Network, leader: string): void {
  run(network);
  beat(network, leader);
  beat(network, leader);
}

export function configurationsIn(network: Network, id: string): string[] {
  return nodeOf(network, id).log.flatMap(({ payload }) =>
    payload.kind === 'configuration' ? [show(payload.configuration)] : [],
  );
}
