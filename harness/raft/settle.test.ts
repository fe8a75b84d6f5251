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
} from './membership.test.kit.ts';
import {
  beat,
  crash,
  deliver,
  elect,
  expire,
  kinds,
  link,
  machineOf,
  nodeOf,
  propose,
  run,
  sent,
} from './network.test.kit.ts';

const done = { kind: 'done', result: null };
const busy = { kind: 'busy', reason: 'reconfigure' };

describe('Section 6: joint consensus (2.5)', () => {
  test('Joint first, then the new half alone, left by the leader without being asked', () => {
    const network = cluster(5, 3);
    reconfigure(network, 'n1', { changes: 'v4 v5 r2 r3', transition: 'joint' });
    settle(network, 'n1');
    expect(configurationsIn(network, 'n1')).toEqual(['1 4 5 & 1 2 3', '1 4 5']);
    expect(told(network)).toEqual([done]);
    expect(nodeOf(network, 'n5').commitIndex).toBe(3);
  });

  test.each([
    ['the old half', ['n2', 'n3']],
    ['the new half', ['n4', 'n5']],
  ])('Without a majority of %s nothing is committed: M27', (_, gone) => {
    const network = cluster(5, 3);
    reconfigure(network, 'n1', { changes: 'v4 v5 r2 r3', transition: 'joint' });
    // The new voters have caught up as soon as they answered.
    while (shown(network, 'n1') === '1 2 3') {
      const message = network.queue.shift();
      if (message === undefined) throw new Error('the joint configuration was never entered');
      deliver(network, message);
    }
    link(network, 'cut', 'n1', ...gone);
    network.queue.splice(0, Infinity, ...network.queue.filter(({ to }) => !gone.includes(to)));
    settle(network, 'n1');
    expect(nodeOf(network, 'n1').commitIndex).toBe(1);
    link(network, 'heal', 'n1', ...gone);
    settle(network, 'n1');
    expect(configurationsIn(network, 'n1')).toEqual(['1 4 5 & 1 2 3', '1 4 5']);
  });

  test('An election needs both halves', () => {
    const network = cluster(5, 3);
    reconfigure(network, 'n1', { changes: 'v4 v5 r2 r3', transition: 'joint' });
    network.muted = 'AppendEntriesReply';
    const entered = (): boolean => shown(network, 'n4') !== '1 2 3';
    network.muted = null;
    for (let left = 100; left > 0 && !entered(); left -= 1) {
      const message = network.queue.shift();
      if (message !== undefined) deliver(network, message);
    }
    expect(shown(network, 'n4')).toBe('1 4 5 & 1 2 3');
    network.queue.length = 0;
    link(network, 'cut', 'n4', 'n2', 'n3');
    elect(network, 'n4');
    expect(nodeOf(network, 'n4').role).toBe('candidate');
    link(network, 'heal', 'n4', 'n2', 'n3');
    elect(network, 'n4');
    expect(nodeOf(network, 'n4').role).toBe('leader');
  });

  test('A new leader that finds the joint configuration commits and leaves it', () => {
    const network = cluster(5, 3);
    reconfigure(network, 'n1', { changes: 'v4 v5 r3', transition: 'joint' });
    for (let left = 100; left > 0 && shown(network, 'n2') === '1 2 3'; left -= 1) {
      const message = network.queue.shift();
      if (message !== undefined) deliver(network, message);
    }
    expect(shown(network, 'n2')).toBe('1 2 4 5 & 1 2 3');
    network.queue.length = 0;
    link(network, 'cut', 'n1', 'n2', 'n3', 'n4', 'n5');
    // The others get it from n2, which has it.
    elect(network, 'n2');
    settle(network, 'n2');
    expect(nodeOf(network, 'n2').role).toBe('leader');
    expect(configurationsIn(network, 'n2')).toEqual(['1 2 4 5 & 1 2 3', '1 2 4 5']);
    expect(shown(network, 'n5')).toBe('1 2 4 5');
  });

  test('A new leader that knows the joint configuration to be committed leaves it too', () => {
    const network = cluster(3, 3);
    const joint = configurationFrom('1 2 & 1 2 3');
    const entry = makeEntry({ index: 2, term: 1 }, { kind: 'configuration', configuration: joint });
    const prev = { prevIndex: 1, prevTerm: 1, entries: [entry], leaderCommit: 2, round: 0 };
    for (const to of ['n2', 'n3']) {
      deliver(network, { kind: 'AppendEntries', from: 'n1', to, term: 1, ...prev });
    }
    network.queue.length = 0;
    elect(network, 'n2');
    settle(network, 'n2');
    expect(shown(network, 'n2')).toBe('1 2');
    expect(nodeOf(network, 'n2').log.map(({ payload }) => payload.kind)).toEqual([
      'noop',
      'configuration',
      'noop',
      'configuration',
    ]);
  });

  test('No other change begins before the joint configuration is left', () => {
    const network = cluster(3, 3);
    link(network, 'cut', 'n1', 'n2', 'n3');
    reconfigure(network, 'n1', { changes: 'r3', transition: 'joint' });
    reconfigure(network, 'n1', { serial: 2, changes: 'r2', transition: 'joint' });
    expect(told(network)).toEqual([busy]);
    expect(shown(network, 'n1')).toBe('1 2 & 1 2 3');
  });

  test('A voter becomes a learner by way of the next learners (2.6)', () => {
    const network = cluster(3, 3);
    reconfigure(network, 'n1', { changes: 'l3', transition: 'joint' });
    expect(shown(network, 'n1')).toBe('1 2 & 1 2 3, next 3');
    settle(network, 'n1');
    expect(shown(network, 'n3')).toBe('1 2, learners 3');
  });
});

describe('Dissertation 4.2.2: a leader that is removed (2.5)', () => {
  test('It does not count itself while it manages the configuration without it: M29', () => {
    const network = cluster(3, 3);
    link(network, 'cut', 'n1', 'n3');
    reconfigure(network, 'n1', { changes: 'r1' });
    run(network);
    expect(nodeOf(network, 'n1').role).toBe('leader');
    // n2 alone is no majority of n2 and n3, whatever n1 holds itself.
    expect(nodeOf(network, 'n1').commitIndex).toBe(1);
    link(network, 'heal', 'n1', 'n3');
    beat(network, 'n1');
    beat(network, 'n1');
    expect(nodeOf(network, 'n1').commitIndex).toBe(2);
    expect(told(network)).toEqual([done]);
  });

  test('It steps down when that configuration is committed, no sooner: M32', () => {
    const network = cluster(3, 3);
    reconfigure(network, 'n1', { changes: 'r1' });
    expect(nodeOf(network, 'n1').role).toBe('leader');
    run(network);
    expect(nodeOf(network, 'n1').role).toBe('follower');
    expect(nodeOf(network, 'n1').progress).toEqual([]);
    expect(network.queue).toEqual([]);
  });

  test('It takes proposals meanwhile', () => {
    const network = cluster(3, 3);
    reconfigure(network, 'n1', { changes: 'r1' });
    propose(network, 'n1', { serial: 1, add: 4 });
    expect(nodeOf(network, 'n1').log).toHaveLength(3);
  });

  test('Demoted to a learner it steps down too, and follows', () => {
    const network = cluster(3, 3);
    reconfigure(network, 'n1', { changes: 'l1' });
    run(network);
    expect(nodeOf(network, 'n1').role).toBe('follower');
    elect(network, 'n2');
    beat(network, 'n2');
    expect(nodeOf(network, 'n2').role).toBe('leader');
    expect(nodeOf(network, 'n1').leader).toBe('n2');
    expect(shown(network, 'n1')).toBe('2 3, learners 1');
  });

  test('Once its removal is known to be committed it campaigns no more (2.17)', () => {
    const network = cluster(3, 3);
    reconfigure(network, 'n1', { changes: 'r1' });
    run(network);
    const effects = expire(network, 'n1', 'election');
    expect(sent(effects)).toEqual([]);
    expect(kinds(effects)).toEqual(['arm']);
    expect(nodeOf(network, 'n1').term).toBe(1);
  });

  test('While it is not, the removed leader may be the only one that can lead: M32', () => {
    const network = cluster(2, 2);
    link(network, 'cut', 'n1', 'n2');
    reconfigure(network, 'n1', { changes: 'r1' });
    crash(network, 'n1');
    link(network, 'heal', 'n1', 'n2');
    // n2 still needs n1's vote and cannot have it: its log is shorter.
    elect(network, 'n2');
    expect(nodeOf(network, 'n2').role).toBe('follower');
    elect(network, 'n1');
    expect(shown(network, 'n1')).toBe('2');
    beat(network, 'n1');
    expect(nodeOf(network, 'n2').commitIndex).toBeGreaterThanOrEqual(0);
    elect(network, 'n2');
    expect(nodeOf(network, 'n2').role).toBe('leader');
    expect(shown(network, 'n2')).toBe('2');
    expect(nodeOf(network, 'n2').commitIndex).toBe(nodeOf(network, 'n2').log.length);
  });

  test('A candidate outside its configuration does not count its own vote', () => {
    const network = cluster(3, 3);
    link(network, 'cut', 'n1', 'n2', 'n3');
    reconfigure(network, 'n1', { changes: 'r1' });
    crash(network, 'n1');
    link(network, 'heal', 'n1', 'n2');
    elect(network, 'n1');
    expect(nodeOf(network, 'n1').role).toBe('candidate');
    link(network, 'heal', 'n1', 'n3');
    elect(network, 'n1');
    run(network);
    expect(machineOf(network, 'n1').disk.term).toBe(3);
    // Led, committed, and gone: its votes were those of n2 and n3.
    expect(nodeOf(network, 'n1').role).toBe('follower');
    expect(nodeOf(network, 'n1').commitIndex).toBe(3);
  });
});
