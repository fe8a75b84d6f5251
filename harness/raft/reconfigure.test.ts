import { describe, expect, test } from 'vitest';
import { makeEntry } from './log.ts';
import {
  cluster,
  configurationFrom,
  configurationsIn,
  reconfigure,
  settle,
  shown,
  told,
  wish,
} from './membership.test.kit.ts';
import {
  beat,
  createNetwork,
  crash,
  deliver,
  elect,
  expire,
  give,
  link,
  nodeOf,
  propose,
  run,
  sent,
} from './network.test.kit.ts';

const done = { kind: 'done', result: null };
const busy = { kind: 'busy', reason: 'reconfigure' };

describe('Dissertation 4.1: a configuration is in force once it is appended (2.5)', () => {
  test('The leader uses it at once, the followers when it arrives, committed or not', () => {
    const network = cluster(3, 3);
    link(network, 'cut', 'n1', 'n3');
    reconfigure(network, 'n1', { changes: 'r3' });
    expect(shown(network, 'n1')).toBe('1 2');
    expect(shown(network, 'n2')).toBe('1 2 3');
    expect(nodeOf(network, 'n1').commitIndex).toBe(1);
    expect(told(network)).toEqual([]);
    run(network);
    expect(shown(network, 'n2')).toBe('1 2');
    expect(nodeOf(network, 'n1').commitIndex).toBe(2);
    expect(told(network)).toEqual([done]);
  });

  test('The entry itself is committed by the new configuration, not the old', () => {
    const network = cluster(4, 4);
    link(network, 'cut', 'n1', 'n3', 'n4');
    reconfigure(network, 'n1', { changes: 'r4' });
    run(network);
    // n1 and n2 are two of three; of the four before they were no majority.
    expect(nodeOf(network, 'n1').commitIndex).toBe(2);
  });

  test('It is gone when its entry is removed', () => {
    const network = cluster(3, 3);
    link(network, 'cut', 'n1', 'n2', 'n3');
    reconfigure(network, 'n1', { changes: 'r3' });
    expect(shown(network, 'n1')).toBe('1 2');
    elect(network, 'n2');
    link(network, 'heal', 'n1', 'n2', 'n3');
    settle(network, 'n2');
    expect(shown(network, 'n1')).toBe('1 2 3');
    expect(configurationsIn(network, 'n1')).toEqual([]);
    expect(told(network)).toEqual([{ kind: 'notLeader', leader: null }]);
  });

  test('A server that starts finds it in its log', () => {
    const network = cluster(3, 3);
    reconfigure(network, 'n1', { changes: 'r3' });
    settle(network, 'n1');
    crash(network, 'n2');
    expect(shown(network, 'n2')).toBe('1 2');
    expect(nodeOf(network, 'n2').configurations.map(({ index }) => index)).toEqual([0, 2]);
  });

  test('Two configurations may be removed by one request', () => {
    const network = createNetwork({ servers: 3 });
    const noop = makeEntry({ index: 1, term: 1 }, { kind: 'noop' });
    const joint = configurationFrom('1 2 & 1 2 3');
    const left = configurationFrom('1 2');
    const entries = [joint, left].map((configuration, at) =>
      makeEntry({ index: at + 2, term: 1 }, { kind: 'configuration', configuration }),
    );
    const rest = { kind: 'AppendEntries', to: 'n3', leaderCommit: 0, round: 0 } as const;
    const first = { from: 'n1', term: 1, prevIndex: 0, prevTerm: 0, entries: [noop, ...entries] };
    deliver(network, { ...rest, ...first });
    expect(nodeOf(network, 'n3').configurations.map(({ index }) => index)).toEqual([0, 2, 3]);
    expect(shown(network, 'n3')).toBe('1 2');
    const other = makeEntry({ index: 2, term: 2 }, { kind: 'noop' });
    const second = { from: 'n2', term: 2, prevIndex: 1, prevTerm: 1, entries: [other] };
    deliver(network, { ...rest, ...second });
    expect(nodeOf(network, 'n3').configurations.map(({ index }) => index)).toEqual([0]);
    expect(shown(network, 'n3')).toBe('1 2 3');
  });
});

describe('Dissertation 4.1: one change at a time, after an entry of the own term (2.5)', () => {
  test('While one waits to be committed, others are told to ask again', () => {
    const network = cluster(3, 3);
    link(network, 'cut', 'n1', 'n2', 'n3');
    reconfigure(network, 'n1', { changes: 'r3' });
    reconfigure(network, 'n1', { serial: 2, changes: 'r2' });
    expect(told(network)).toEqual([busy]);
    expect(shown(network, 'n1')).toBe('1 2');
  });

  test('The same wish, asked again meanwhile, has one answer and one entry', () => {
    const network = cluster(3, 3);
    reconfigure(network, 'n1', { changes: 'r3' });
    reconfigure(network, 'n1', { changes: 'r3' });
    settle(network, 'n1');
    expect(told(network)).toEqual([done]);
    expect(configurationsIn(network, 'n1')).toEqual(['1 2']);
  });

  test('A new leader waits for the change in its log: M28', () => {
    const network = cluster(4, 4);
    link(network, 'cut', 'n1', 'n3', 'n4');
    reconfigure(network, 'n1', { changes: 'r4' });
    network.cut.add('n2>n1');
    run(network);
    network.muted = 'AppendEntries';
    elect(network, 'n2');
    expect(nodeOf(network, 'n2').role).toBe('leader');
    expect(shown(network, 'n2')).toBe('1 2 3');
    expect(nodeOf(network, 'n2').commitIndex).toBe(1);
    reconfigure(network, 'n2', { changes: 'r3' });
    expect(told(network)).toEqual([busy]);
    expect(shown(network, 'n2')).toBe('1 2 3');
  });

  test('A new leader without a committed entry of its term waits: the fix of 2015', () => {
    const network = cluster(4, 4);
    network.muted = 'AppendEntries';
    elect(network, 'n2');
    expect(nodeOf(network, 'n2').role).toBe('leader');
    reconfigure(network, 'n2', { changes: 'r4' });
    expect(told(network)).toEqual([busy]);
    network.muted = null;
    beat(network, 'n2');
    reconfigure(network, 'n2', { changes: 'r4' });
    expect(shown(network, 'n2')).toBe('1 2 3');
  });

  test('What is so already is done at once, without an entry', () => {
    const network = cluster(3, 3);
    reconfigure(network, 'n1', { changes: 'v2' });
    reconfigure(network, 'n1', { serial: 2, changes: 'r7', transition: 'joint' });
    reconfigure(network, 'n1', { serial: 3, changes: '' });
    expect(told(network)).toEqual([done, done, done]);
    expect(nodeOf(network, 'n1').log).toHaveLength(1);
  });

  test.each([
    [1, 'r1', 'simple', 'removed all voters'],
    [1, 'l1', 'simple', 'removed all voters'],
    [3, 'r1 r2 r3', 'joint', 'removed all voters'],
    [3, 'r2 r3', 'simple', 'more than one voter changed without entering joint config'],
  ] as const)('%i voters, %s, %s: %s', (voters, changes, transition, reason) => {
    const network = cluster(voters, voters);
    reconfigure(network, 'n1', { changes, transition });
    expect(told(network)).toEqual([{ kind: 'refused', reason }]);
    expect(nodeOf(network, 'n1').log).toHaveLength(1);
  });

  test('Whoever is not leader says who is', () => {
    const network = cluster(3, 3);
    reconfigure(network, 'n2', { changes: 'r3' });
    expect(told(network)).toEqual([{ kind: 'notLeader', leader: 'n1' }]);
  });
});

describe('Learners (2.6)', () => {
  test('They receive the log and count for nothing: M30', () => {
    const network = cluster(3, 2, { learners: ['n3'] });
    link(network, 'cut', 'n1', 'n2');
    propose(network, 'n1', { serial: 1, add: 1 });
    run(network);
    expect(nodeOf(network, 'n3').log).toHaveLength(2);
    expect(nodeOf(network, 'n1').commitIndex).toBe(1);
    link(network, 'heal', 'n1', 'n2');
    settle(network, 'n1');
    expect(nodeOf(network, 'n3').appliedIndex).toBe(2);
  });

  test('They are not asked for votes, and never campaign', () => {
    const network = createNetwork({
      servers: 3,
      options: { servers: ['n1', 'n2'], learners: ['n3'] },
    });
    const effects = expire(network, 'n1', 'election');
    expect(sent(effects).map(({ to }) => to)).toEqual(['n2']);
    expect(sent(expire(network, 'n3', 'election'))).toEqual([]);
    expect(nodeOf(network, 'n3')).toMatchObject({ role: 'follower', term: 0 });
  });

  test("A learner's grant, should one come, elects nobody", () => {
    const network = createNetwork({
      servers: 3,
      options: { servers: ['n1', 'n2'], learners: ['n3'] },
    });
    expire(network, 'n1', 'election');
    const grant = { from: 'n3', to: 'n1', term: 1, granted: true } as const;
    deliver(network, { kind: 'RequestVoteReply', ...grant });
    expect(nodeOf(network, 'n1').role).toBe('candidate');
  });

  test('Spare servers wait: they answer, but never ask', () => {
    const network = createNetwork({ servers: 4, options: { servers: ['n1', 'n2', 'n3'] } });
    expect(sent(expire(network, 'n4', 'election'))).toEqual([]);
    const from = { from: 'n1', to: 'n4', term: 1, lastIndex: 0, lastTerm: 0, transfer: false };
    const effects = give(network, 'n4', {
      kind: 'receive',
      message: { kind: 'RequestVote', ...from },
    });
    expect(sent(effects)[0]).toMatchObject({ kind: 'RequestVoteReply', granted: true });
  });

  test('A learner that is added needs no catching up, for it does not count', () => {
    const network = cluster(4, 3);
    reconfigure(network, 'n1', { changes: 'l4' });
    expect(shown(network, 'n1')).toBe('1 2 3, learners 4');
    settle(network, 'n1');
    expect(told(network)).toEqual([done]);
    expect(nodeOf(network, 'n4').appliedIndex).toBe(2);
  });
});

test('A wish names its operator and serial, and the answer repeats them', () => {
  const network = cluster(3, 3);
  give(network, 'n1', { kind: 'propose', request: wish('n1', { serial: 7, changes: 'r3' }) });
  settle(network, 'n1');
  expect(network.replies).toEqual([
    { kind: 'ClientReply', from: 'n1', to: 'operator', serial: 7, answer: done },
  ]);
});
