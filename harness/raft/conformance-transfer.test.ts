/** Conformance (raft.md 4.1): leadership transfer, case 40 row by row (dissertation 3.10; 2.11). */
import { describe, expect, test } from 'vitest';
import {
  beat,
  deliver,
  elect,
  expire,
  give,
  kinds,
  lapse,
  led,
  link,
  nodeOf,
  propose,
  run,
  sent,
} from './network.test.kit.ts';
import type { Network } from './network.test.kit.ts';
import { answersTo, everything, handTo, runBut, standing } from './wishes.test.kit.ts';

/** n1 leads three servers and `behind` lacks the last entry. */
function ledWithLaggard(behind: string): Network {
  const network = led({ servers: 3 });
  link(network, 'cut', 'n1', behind);
  propose(network, 'n1', { serial: 1, add: 1 });
  run(network);
  link(network, 'heal', 'n1', behind);
  return network;
}

/** So many heartbeats of n1, with all that follows, except that nobody is told to campaign. */
function beats(network: Network, count: number): void {
  for (let left = count; left > 0; left -= 1) {
    expire(network, 'n1', 'heartbeat');
    runBut(network, 'TimeoutNow');
  }
}

const tooLate = { kind: 'refused', reason: 'n2 did not take over within an election time-out' };

describe('Leadership transfer (dissertation 3.10; 2.11)', () => {
  test.each([{}, everything])('To a server that has it all, at once (case 40, %j)', (options) => {
    const network = led({ servers: 3, options });
    const effects = handTo(network, 'n1', { target: 'n2' });
    const now = { kind: 'TimeoutNow', from: 'n1', to: 'n2', term: 1 };
    expect(sent(effects)).toEqual([now]);
    run(network);
    expect(standing(network)).toEqual([
      ['follower', 2],
      ['leader', 2],
      ['follower', 2],
    ]);
    expect(answersTo(network, 'ops')).toEqual([{ kind: 'done', result: 'n2' }]);
  });

  test('The target asks nobody first, and its requests say whose wish it is (case 40)', () => {
    const network = led({ servers: 3, options: everything });
    handTo(network, 'n1', { target: 'n2' });
    const [now] = network.queue;
    if (now === undefined) throw new Error('the target is told');
    expect(sent(deliver(network, now))).toMatchObject([
      { kind: 'RequestVote', to: 'n1', term: 2, transfer: true },
      { kind: 'RequestVote', to: 'n3', term: 2, transfer: true },
    ]);
  });

  test('There and back again (case 40)', () => {
    const network = led({ servers: 3, options: everything });
    handTo(network, 'n1', { target: 'n2' });
    run(network);
    handTo(network, 'n2', { target: 'n1', serial: 2 });
    run(network);
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'leader', term: 3 });
  });

  test('A slow target gets what it lacks first (case 40)', () => {
    const network = ledWithLaggard('n3');
    expect(sent(handTo(network, 'n1', { target: 'n3' }))).toEqual([]);
    beat(network, 'n1');
    expect(nodeOf(network, 'n3')).toMatchObject({ role: 'leader', term: 2, appliedIndex: 3 });
  });

  test('A slow target may need a snapshot first (case 40, after a snapshot)', () => {
    const options = { snapshotEvery: 2, snapshotKeep: 0 };
    const network = led({ servers: 3, options });
    link(network, 'cut', 'n1', 'n3');
    for (const serial of [1, 2, 3, 4]) {
      propose(network, 'n1', { serial, add: 1 });
      run(network);
    }
    expect(nodeOf(network, 'n1').baseIndex).toBeGreaterThan(nodeOf(network, 'n3').log.length);
    link(network, 'heal', 'n1', 'n3');
    handTo(network, 'n1', { target: 'n3' });
    beat(network, 'n1');
    beat(network, 'n1');
    expect(nodeOf(network, 'n3')).toMatchObject({ role: 'leader', term: 2 });
    expect(nodeOf(network, 'n3').state).toBe(4);
  });

  test('Proposals meanwhile are told to come again, and taken afterwards (case 40; M36)', () => {
    const network = led({ servers: 3 });
    handTo(network, 'n1', { target: 'n2' });
    const effects = propose(network, 'n1', { serial: 1, add: 5 });
    expect(kinds(effects)).toEqual(['answer']);
    expect(answersTo(network, 'c1')).toEqual([{ kind: 'busy', reason: 'transfer' }]);
    expect(nodeOf(network, 'n1').log.length).toBe(1);
    beats(network, 3);
    expect(answersTo(network, 'ops')).toEqual([tooLate]);
    propose(network, 'n1', { serial: 1, add: 5 });
    run(network);
    expect(answersTo(network, 'c1').at(-1)).toEqual({ kind: 'done', result: 5 });
  });

  test('What is under way when it begins is still answered', () => {
    const network = led({ servers: 3 });
    propose(network, 'n1', { serial: 1, add: 5 });
    handTo(network, 'n1', { target: 'n2' });
    run(network);
    expect(answersTo(network, 'c1')).toEqual([{ kind: 'done', result: 5 }]);
    expect(nodeOf(network, 'n2')).toMatchObject({ role: 'leader', term: 2 });
  });

  test('After one election time-out it is given up (case 40, time-out)', () => {
    const network = led({ servers: 3 });
    link(network, 'cut', 'n1', 'n2');
    handTo(network, 'n1', { target: 'n2' });
    beats(network, 2);
    expect(nodeOf(network, 'n1').transfer).not.toBe(null);
    beats(network, 1);
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'leader', term: 1, transfer: null });
    expect(answersTo(network, 'ops')).toEqual([tooLate]);
  });

  test('A target that lost the word is told again with the next heartbeat (M36)', () => {
    const network = led({ servers: 3 });
    handTo(network, 'n1', { target: 'n2' });
    network.queue.length = 0;
    beat(network, 'n1');
    expect(nodeOf(network, 'n2')).toMatchObject({ role: 'leader', term: 2 });
  });

  test.each([
    ['n1', 'n1 leads already'],
    ['n9', 'n9 is no voter'],
    ['n4', 'n4 is no voter'],
  ])('To %s, it is refused: %s (case 40; self, unknown, learner)', (target, reason) => {
    const options = { servers: ['n1', 'n2', 'n3'], learners: ['n4'] };
    const network = led({ servers: 4, options });
    expect(kinds(handTo(network, 'n1', { target }))).toEqual(['answer']);
    expect(answersTo(network, 'ops')).toEqual([{ kind: 'refused', reason }]);
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'leader', transfer: null });
  });

  test('A second target replaces the first (case 40)', () => {
    const network = ledWithLaggard('n2');
    handTo(network, 'n1', { target: 'n2' });
    handTo(network, 'n1', { target: 'n3', serial: 2 });
    run(network);
    expect(nodeOf(network, 'n3')).toMatchObject({ role: 'leader', term: 2 });
    expect(answersTo(network, 'ops')).toEqual([
      { kind: 'refused', reason: 'n3 is to take over instead' },
      { kind: 'done', result: 'n3' },
    ]);
  });

  test('The same target again does not begin anew; the same wish again is one (case 40)', () => {
    const network = led({ servers: 3 });
    link(network, 'cut', 'n1', 'n2');
    handTo(network, 'n1', { target: 'n2' });
    beats(network, 2);
    expect(handTo(network, 'n1', { target: 'n2' })).toEqual([]);
    handTo(network, 'n1', { target: 'n2', serial: 2 });
    expect(answersTo(network, 'ops')).toEqual([{ kind: 'busy', reason: 'transfer' }]);
    beats(network, 1);
    expect(nodeOf(network, 'n1').transfer).toBe(null);
  });

  test('A target that is removed meanwhile is no target any more (case 40)', () => {
    const network = led({ servers: 3 });
    link(network, 'cut', 'n1', 'n2');
    const changes = [{ kind: 'remove', server: 'n2' }] as const;
    const payload = { kind: 'reconfigure', serial: 9, changes, transition: 'joint' } as const;
    const request = { kind: 'ClientRequest', from: 'ops', to: 'n1', payload } as const;
    give(network, 'n1', { kind: 'propose', request });
    // As long as the configuration is joint, the target is one of its voters.
    handTo(network, 'n1', { target: 'n2' });
    expect(nodeOf(network, 'n1').transfer).not.toBe(null);
    run(network);
    beats(network, 1);
    const gone = { kind: 'refused', reason: 'n2 is no voter any more' };
    expect(answersTo(network, 'ops')).toContainEqual(gone);
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'leader', transfer: null });
  });

  test('A vote for a higher term ends it (case 40)', () => {
    const network = ledWithLaggard('n2');
    handTo(network, 'n1', { target: 'n2' });
    network.queue.length = 0;
    elect(network, 'n3');
    expect(nodeOf(network, 'n3')).toMatchObject({ role: 'leader', term: 2 });
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'follower', term: 2, transfer: null });
    expect(answersTo(network, 'ops')).toEqual([{ kind: 'notLeader', leader: null }]);
  });

  test('Asked to hand over, a follower says who leads (case 40, from a follower)', () => {
    const network = led({ servers: 3 });
    handTo(network, 'n2', { target: 'n3' });
    expect(answersTo(network, 'ops')).toEqual([{ kind: 'notLeader', leader: 'n1' }]);
  });

  test.each([
    { told: 0, role: 'follower', term: 1 },
    { told: 1, role: 'candidate', term: 2 },
    { told: 4, role: 'candidate', term: 5 },
  ])('At term 1, told to campaign in term $told: $role at term $term (2.11; M36)', (row) => {
    const network = led({ servers: 3 });
    const now = { kind: 'TimeoutNow', from: 'n1', to: 'n2', term: row.told } as const;
    give(network, 'n2', { kind: 'receive', message: now });
    expect(nodeOf(network, 'n2')).toMatchObject({ role: row.role, term: row.term });
  });

  test('A pre-candidate obeys, a candidate goes on as it is (2.11)', () => {
    const network = led({ servers: 3, options: { preVote: true } });
    lapse(network, 'n2');
    expect(nodeOf(network, 'n2').role).toBe('preCandidate');
    const now = { kind: 'TimeoutNow', from: 'n1', to: 'n2', term: 1 } as const;
    deliver(network, now);
    expect(nodeOf(network, 'n2')).toMatchObject({ role: 'candidate', term: 2 });
    deliver(network, now);
    expect(nodeOf(network, 'n2')).toMatchObject({ role: 'candidate', term: 2 });
  });
});
