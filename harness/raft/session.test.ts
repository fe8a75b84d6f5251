import { describe, expect, test } from 'vitest';
import { machine } from './machine.ts';
import type { Answer } from './message.ts';
import {
  beat,
  crash,
  createNetwork,
  elect,
  expire,
  give,
  led,
  link,
  nodeOf,
  propose,
  register,
  request,
  run,
} from './network.test.kit.ts';
import type { Network, Request } from './network.test.kit.ts';
import { brokenRules } from './rules.ts';
import type { Rules } from './rules.ts';
import { answersMax, answerTo, byUse, forgetAnswers, keepAnswer, newSession } from './session.ts';

/** Asks the leader and returns its answer; everyone applies the entry. */
function ask(network: Network, given: Request, leader = 'n1'): Answer | undefined {
  propose(network, leader, given);
  run(network);
  beat(network, leader);
  return network.replies.at(-1)?.answer;
}

/** Registers a client and returns the name of its session. */
function open(network: Network, client: string, leader = 'n1'): string {
  give(network, leader, { kind: 'propose', request: register(leader, client) });
  run(network);
  beat(network, leader);
  const answer = network.replies.at(-1)?.answer;
  if (answer?.kind !== 'registered') throw new Error('a leader registers clients');
  return answer.session;
}

/** The sessions of each server, least recently used first. */
function sessionsOf(network: Network): string[][] {
  return network.machines.map(({ node }) => byUse(node).map(([session]) => session));
}

const gone: Answer = { kind: 'sessionExpired' };

describe('Dissertation 6.3: sessions expire in the order of the log (2.12)', () => {
  test('The least recently used session makes room for a new one, on every server', () => {
    const network = led({ servers: 3, options: { sessionsMax: 3 } });
    const third = open(network, 'c3');
    expect(sessionsOf(network)).toEqual([0, 0, 0].map(() => ['c1', 'c2', third]));
    ask(network, { session: 'c1', serial: 1, add: 1 });
    const fourth = open(network, 'c4');
    expect(sessionsOf(network)).toEqual([0, 0, 0].map(() => [third, 'c1', fourth]));
    expect(ask(network, { session: 'c2', serial: 1, add: 1 })).toEqual(gone);
    expect(ask(network, { session: 'c1', serial: 2, add: 1 })).toEqual({ kind: 'done', result: 2 });
  });

  test('A repeated command is a use too, wherever it is caught', () => {
    const network = led({ servers: 3, options: { sessionsMax: 2 } });
    for (const serial of [1, 2, 1]) propose(network, 'n1', { session: 'c1', serial, add: 1 });
    run(network);
    beat(network, 'n1');
    expect(sessionsOf(network)[2]).toEqual(['c2', 'c1']);
  });

  test('An expired session is never made again: its commands run no more', () => {
    const network = led({ servers: 3, options: { sessionsMax: 2 } });
    expect(ask(network, { session: 'c1', serial: 1, add: 5 })).toMatchObject({ result: 5 });
    ask(network, { session: 'c2', serial: 1, add: 1 });
    open(network, 'c3');
    for (const serial of [1, 2])
      expect(ask(network, { session: 'c1', serial, add: 5 })).toEqual(gone);
    expect(nodeOf(network, 'n1')).toMatchObject({ state: 6 });
    expect(nodeOf(network, 'n1').sessions.has('c1')).toBe(false);
  });

  test('Memory is bounded, however many clients come', () => {
    const network = led({ servers: 3, options: { sessionsMax: 4 } });
    for (let client = 1; client <= 40; client += 1) open(network, `client ${client}`);
    for (const { node } of network.machines) expect(node.sessions.size).toBe(4);
  });

  test('With no limit nobody expires', () => {
    const network = led({ servers: 3 });
    for (let client = 1; client <= 40; client += 1) open(network, `client ${client}`);
    expect(nodeOf(network, 'n3').sessions.size).toBe(42);
  });

  test.each<[string, Partial<Rules>]>([
    [
      'by what it happens to be (M45)',
      {
        sessionToExpire: (node) => byUse(node).at(node.role === 'leader' ? -1 : 0)?.[0],
      },
    ],
    [
      'never, on followers',
      { sessionToExpire: (node) => (node.role === 'leader' ? 'c1' : undefined) },
    ],
  ])('A server that expires sessions %s differs at once in its digest', (_, broken) => {
    const subject = machine('expires', brokenRules(broken));
    const network = led({ servers: 3, subject, options: { sessionsMax: 2 } });
    open(network, 'c3');
    const [leader, follower] = network.machines;
    expect(leader?.node.stateDigest).not.toBe(follower?.node.stateDigest);
  });
});

describe('Section 7: sessions are in snapshots, with their answers and their order', () => {
  const options = { sessionsMax: 3, snapshotEvery: 3 };

  /** n3 heard of nothing but the no-op, and gets the rest in a snapshot. */
  function installed(rules: Partial<Rules> = {}): Network {
    const subject = machine('sessions', brokenRules(rules));
    const network = led({ servers: 3, options, subject });
    link(network, 'cut', 'n3', 'n1', 'n2');
    ask(network, { session: 'c1', serial: 1, add: 5 });
    ask(network, { session: 'c2', serial: 1, add: 1 });
    open(network, 'c3');
    ask(network, { session: 'c1', serial: 2, acknowledged: 1, add: 2 });
    ask(network, { session: 'c1', serial: 3, acknowledged: 1, add: 2 });
    link(network, 'heal', 'n3', 'n1', 'n2');
    beat(network, 'n1');
    beat(network, 'n1');
    beat(network, 'n1');
    expect(nodeOf(network, 'n3').snapshot?.index).toBe(6);
    return network;
  }

  test('A command answered before is not run again by whoever got a snapshot', () => {
    const network = installed();
    expect(sessionsOf(network)[2]).toEqual(sessionsOf(network)[0]);
    crash(network, 'n3');
    elect(network, 'n3');
    expect(nodeOf(network, 'n3').role).toBe('leader');
    const again = ask(network, { session: 'c1', serial: 3, acknowledged: 1, add: 2 }, 'n3');
    expect(again).toEqual({ kind: 'done', result: 10 });
    expect(ask(network, { session: 'c1', serial: 1, add: 5 }, 'n3')).toEqual(gone);
    expect(nodeOf(network, 'n3').state).toBe(10);
  });

  test('The next to expire is the same with and without a snapshot', () => {
    const network = installed();
    open(network, 'c4');
    beat(network, 'n1');
    expect(sessionsOf(network)[2]).toEqual(sessionsOf(network)[0]);
    expect(sessionsOf(network)[0]).not.toContain('c2');
    const [first, ...others] = network.machines.map(({ node }) => node.stateDigest);
    for (const other of others) expect(other).toBe(first);
  });

  test('A server that installs without the sessions forgets who exists', () => {
    const network = installed({ restoredSessions: () => [] });
    expect(sessionsOf(network)[2]).toEqual([]);
    ask(network, { session: 'c1', serial: 4, add: 1 });
    const [first, , third] = network.machines.map(({ node }) => node.stateDigest);
    expect(third).not.toBe(first);
  });
});

describe('Dissertation 6.3: exactly once, wherever the duplicate is asked', () => {
  /** The answer to c1's first command is lost; the retry goes to the next leader. */
  function retried(rules: Partial<Rules>): Network {
    const subject = machine('retry', brokenRules(rules));
    const network = led({ servers: 3, subject });
    link(network, 'cut', 'n1', 'n3');
    network.muted = 'AppendEntriesReply';
    propose(network, 'n1', { serial: 1, add: 2 });
    run(network);
    network.muted = 'AppendEntries';
    elect(network, 'n2');
    // n2 does not know what became of the command: no answer of its own yet.
    nodeOf(network, 'n2').newest.clear();
    propose(network, 'n2', { serial: 1, add: 2 });
    network.muted = null;
    beat(network, 'n2');
    beat(network, 'n2');
    return network;
  }

  test('The table is consulted when the entry is applied, not only when it is proposed', () => {
    const network = retried({});
    expect(nodeOf(network, 'n2')).toMatchObject({ role: 'leader', state: 2 });
    expect(network.replies.at(-1)).toMatchObject({ answer: { kind: 'done', result: 2 } });
  });

  test('A server that consults it at propose only runs the command twice (M44)', () => {
    expect(nodeOf(retried({ answerAtApply: () => null }), 'n2').state).toBe(4);
  });
});

describe('What a session keeps', () => {
  test('Answers of clients that never acknowledge are bounded; the oldest go', () => {
    const session = newSession();
    for (let serial = 1; serial <= answersMax + 10; serial += 1) {
      keepAnswer(session, serial, { kind: 'done', result: serial });
    }
    expect(session.serials).toHaveLength(answersMax);
    expect(session.acknowledged).toBe(10);
    expect(answerTo(session, 10)).toBeNull();
    expect(answerTo(session, 11)).toEqual({ kind: 'done', result: 11 });
    forgetAnswers(session, 5);
    expect(session.acknowledged).toBe(10);
  });
});

describe('Back-pressure (2.13)', () => {
  test('More than `uncommittedMax` entries waiting: clients are told busy, and nothing is taken', () => {
    const network = led({ servers: 3, options: { uncommittedMax: 2 } });
    link(network, 'cut', 'n1', 'n2', 'n3');
    for (const serial of [1, 2, 3]) propose(network, 'n1', { serial, add: 1 });
    give(network, 'n1', { kind: 'propose', request: register('n1', 'c9') });
    const busy = { kind: 'busy', reason: 'backlog' };
    expect(network.replies.map(({ serial, answer }) => [serial, answer])).toEqual([
      [3, busy],
      [0, busy],
    ]);
    expect(nodeOf(network, 'n1').log).toHaveLength(3);
    // What waits already is not asked for again: it will be answered.
    propose(network, 'n1', { serial: 2, add: 1 });
    expect(network.replies).toHaveLength(2);
    link(network, 'heal', 'n1', 'n2', 'n3');
    beat(network, 'n1');
    expect(ask(network, { serial: 3, add: 1 })).toEqual({ kind: 'done', result: 3 });
  });

  test('The no-op of a new term is exempt (2.15)', () => {
    const network = createNetwork({ servers: 3, options: { uncommittedMax: 1 } });
    network.muted = 'AppendEntriesReply';
    elect(network, 'n1');
    elect(network, 'n2');
    expect(nodeOf(network, 'n2')).toMatchObject({ role: 'leader' });
    expect(nodeOf(network, 'n2').log).toHaveLength(2);
  });

  test('One AppendEntries holds as many entries as its bytes allow, and one at least', () => {
    const network = led({ servers: 2, options: { bytesPerAppendMax: 24, inflightMax: 1 } });
    // {"add":1} takes 9 bytes, {"add":1000000000} 18, and 24 are allowed.
    for (const [at, add] of [1, 1, 1, 1_000_000_000, 1, 1].entries()) {
      propose(network, 'n1', { serial: at + 1, add });
    }
    const sizes: number[] = [];
    for (let next = network.queue.shift(); next !== undefined; next = network.queue.shift()) {
      if (next.kind === 'AppendEntries') sizes.push(next.entries.length);
      give(network, next.to, { kind: 'receive', message: next });
    }
    expect(sizes).toEqual([1, 2, 1, 2]);
    expect(nodeOf(network, 'n1').commitIndex).toBe(7);
  });

  test('A command too large for any message is refused at once, for good', () => {
    const network = led({ servers: 3, options: { bytesPerAppendMax: 20 } });
    const before = nodeOf(network, 'n1').log.length;
    propose(network, 'n1', { serial: 1, add: 'x'.repeat(100) });
    expect(network.replies.at(-1)?.answer).toEqual({
      kind: 'refused',
      reason: 'the command takes 110 bytes, and 20 are allowed',
    });
    expect(nodeOf(network, 'n1').log).toHaveLength(before);
    expect(ask(network, { serial: 2, add: 1 })).toEqual({ kind: 'done', result: 1 });
  });

  test('Such a command inherited from before the limit still goes, alone', () => {
    const network = led({ servers: 3, options: { bytesPerAppendMax: 20 } });
    link(network, 'cut', 'n1', 'n2', 'n3');
    const { options } = nodeOf(network, 'n1');
    Object.assign(options, { bytesPerAppendMax: 0 });
    for (const serial of [1, 2]) {
      const asked = request('n1', { serial, add: 'x'.repeat(100) });
      give(network, 'n1', { kind: 'propose', request: asked });
    }
    Object.assign(options, { bytesPerAppendMax: 20 });
    link(network, 'heal', 'n1', 'n2', 'n3');
    expire(network, 'n1', 'heartbeat');
    run(network);
    beat(network, 'n1');
    expect(nodeOf(network, 'n3').log).toHaveLength(3);
  });
});
