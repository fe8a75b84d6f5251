/** Cases 21, 27, 28, 37 and 38 of the notes (4.1), as their origin tells them (re-described). */
import { describe, expect, test } from 'vitest';
import { raft } from './machine.ts';
import type { AppendEntriesReply, RaftMessage } from './message.ts';
import {
  ack,
  beat,
  createNetwork,
  deliver,
  elect,
  expire,
  leaderWith,
  led,
  link,
  logOf,
  nodeOf,
  propose,
  run,
  termsOf,
} from './network.test.kit.ts';
import type { Network } from './network.test.kit.ts';

const everyone = (network: Network): string[] => network.machines.map(({ id }) => id);

describe('Section 5.4.2: old terms are committed by new entries only (case 21)', () => {
  test('A leader cut off after two entries; its follower leads and inherits them', () => {
    const network = led({ servers: 5 });
    link(network, 'cut', 'n1', 'n3', 'n4', 'n5');
    for (const serial of [1, 2]) propose(network, 'n1', { serial, add: 1 });
    run(network);
    expect(nodeOf(network, 'n2').log).toHaveLength(3);
    expect(nodeOf(network, 'n1').commitIndex).toBe(1);
    link(network, 'heal', 'n1', 'n3', 'n4', 'n5');
    network.muted = 'AppendEntries';
    elect(network, 'n2');
    expect(nodeOf(network, 'n2')).toMatchObject({ role: 'leader', term: 2, commitIndex: 1 });
    network.muted = null;
    beat(network, 'n2');
    propose(network, 'n2', { serial: 3, add: 1 });
    run(network);
    beat(network, 'n2');
    for (const id of everyone(network)) {
      expect(nodeOf(network, id).commitIndex).toBe(5);
      expect(termsOf(nodeOf(network, id).log)).toEqual([1, 1, 1, 2, 2]);
    }
  });
});

describe('Section 5.3: skipping what cannot match (case 27, 2.14)', () => {
  test('A hint of an unknown term (compacted): the leader steps back by one', () => {
    const node = leaderWith([1, 1, 3], 4, [3, 0, 0]);
    const refusal: AppendEntriesReply = ack('n2', {
      term: 4,
      success: false,
      prevIndex: 3,
      hintIndex: 3,
      hintTerm: 0,
    });
    const [progress] = node.progress;
    if (progress === undefined) throw new Error('n2 is a peer');
    progress.nextIndex = 4;
    raft.step(node, { kind: 'receive', message: refusal });
    expect(progress).toMatchObject({ nextIndex: 3 });
    expect(node.log[1]?.term).toBe(1);
  });

  test.each([
    {
      leader: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6],
      follower: [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
      terms: 5,
    },
    { leader: [1, 2, 3, 4, 5, 6, 7, 7, 7], follower: [1, 1, 1, 1, 1, 1, 1], terms: 2 },
    { leader: [1, 9, 9, 9, 9, 9], follower: [1, 2, 3, 4, 5, 6], terms: 6 },
    { leader: [5, 5, 5, 5, 5, 5, 5], follower: [1, 1, 2, 2, 3, 3, 4, 4], terms: 4 },
  ])(
    '$leader over $follower: at most one probe for each term, and one',
    ({ leader, follower, terms }) => {
      const disks = [
        { term: 9, entries: logOf(...leader) },
        { term: 9, entries: logOf(...follower) },
        { term: 9, entries: [] },
      ];
      const network = createNetwork({ servers: 3, disks });
      expire(network, 'n1', 'election');
      let refusals = 0;
      for (let next = network.queue.shift(); next !== undefined; next = network.queue.shift()) {
        const isRefusal = next.kind === 'AppendEntriesReply' && !next.success;
        if (isRefusal && next.from === 'n2') refusals += 1;
        deliver(network, next);
      }
      expect(nodeOf(network, 'n1').role).toBe('leader');
      expect(nodeOf(network, 'n2').log).toEqual(nodeOf(network, 'n1').log);
      expect(refusals).toBeLessThanOrEqual(terms + 1);
    },
  );
});

describe('Section 5.3: answers out of order (case 28)', () => {
  test('A follower comes back; its old refusal arrives after newer acks', () => {
    const network = led({ servers: 3 });
    link(network, 'cut', 'n3', 'n1', 'n2');
    for (const serial of [1, 2]) propose(network, 'n1', { serial, add: 1 });
    run(network);
    link(network, 'heal', 'n3', 'n1', 'n2');
    expire(network, 'n1', 'heartbeat');
    const late: RaftMessage[] = [];
    for (let next = network.queue.shift(); next !== undefined; next = network.queue.shift()) {
      const isLate = next.kind === 'AppendEntriesReply' && next.from === 'n3' && late.length === 0;
      if (isLate) late.push(next);
      else deliver(network, next);
    }
    expect(late).toMatchObject([{ success: false }]);
    // The leader asks again, and hears of success before it hears of the refusal.
    const progress = nodeOf(network, 'n1').progress[1];
    if (progress === undefined) throw new Error('n3 is a peer');
    beat(network, 'n1');
    expect(progress.matchIndex).toBe(3);
    const before = progress.matchIndex;
    for (const message of [...late, ...late]) deliver(network, message);
    expect(progress.matchIndex).toBe(before);
    expect(progress.nextIndex).toBeGreaterThan(before);
    propose(network, 'n1', { serial: 3, add: 1 });
    run(network);
    beat(network, 'n1');
    beat(network, 'n1');
    for (const id of everyone(network)) expect(nodeOf(network, id).commitIndex).toBe(4);
  });
});

describe('Section 7: snapshots and slow followers (cases 37, 38)', () => {
  const options = { snapshotEvery: 5, snapshotChunkBytes: 100 };

  function add(network: Network, from: number, to: number): void {
    for (let serial = from; serial <= to; serial += 1) {
      propose(network, 'n1', { serial, add: 1 });
      run(network);
    }
  }

  test('A follower slow beyond compaction catches up (slow_follower_after_compaction)', () => {
    const network = led({ servers: 3, options: { ...options, inflightMax: 2 } });
    link(network, 'cut', 'n1', 'n3');
    add(network, 1, 12);
    expect(nodeOf(network, 'n1').baseIndex).toBe(10);
    link(network, 'heal', 'n1', 'n3');
    beat(network, 'n1');
    beat(network, 'n1');
    expect(nodeOf(network, 'n3')).toMatchObject({ appliedIndex: 13, baseIndex: 10 });
  });

  test('The log is compacted again while a snapshot is under way: the next one follows', () => {
    const network = led({ servers: 3, options });
    link(network, 'cut', 'n1', 'n3');
    add(network, 1, 5);
    link(network, 'heal', 'n1', 'n3');
    expire(network, 'n1', 'heartbeat');
    while (nodeOf(network, 'n3').receiving === null) {
      const message = network.queue.shift();
      if (message === undefined) throw new Error('a snapshot is under way');
      deliver(network, message);
    }
    const old = network.queue.splice(0);
    link(network, 'cut', 'n1', 'n3');
    add(network, 6, 17);
    expect(nodeOf(network, 'n1').baseIndex).toBe(15);
    link(network, 'heal', 'n1', 'n3');
    network.queue.push(...old);
    run(network);
    beat(network, 'n1');
    beat(network, 'n1');
    expect(nodeOf(network, 'n3')).toMatchObject({ appliedIndex: 18, receiving: null });
    expect(nodeOf(network, 'n1').progress[1]).toMatchObject({ installing: null, matchIndex: 18 });
  });
});
