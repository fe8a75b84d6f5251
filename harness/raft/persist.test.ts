import { describe, expect, test } from 'vitest';
import { machine, raft } from './machine.ts';
import type { AppendEntries } from './message.ts';
import {
  ack,
  createNetwork,
  crash,
  deliver,
  elect,
  expire,
  led,
  link,
  logOf,
  machineOf,
  nodeOf,
  onlineNode,
  optionsFor,
  propose,
  run,
  sent,
  sync,
  syncOne,
  termsOf,
  waits,
} from './network.test.kit.ts';
import type { Network } from './network.test.kit.ts';
import type { Node } from './node.ts';
import { brokenRules } from './rules.ts';
import type { Subject } from './step.ts';

/** An AppendEntries from n2 of this term whose entries begin at `from`. */
function append(term: number, from: number, terms: readonly number[]): AppendEntries {
  const before = Array.from({ length: from - 1 }, () => 1);
  const entries = logOf(...before, ...terms).slice(from - 1);
  const prev = { prevIndex: from - 1, prevTerm: from > 1 ? 1 : 0 };
  const head = { kind: 'AppendEntries', from: `n${term}`, to: 'n1', term } as const;
  return { ...head, ...prev, entries, leaderCommit: 0, round: 0 };
}

function follower(subject: Subject = raft): Node {
  return onlineNode(optionsFor(7, 'n1'), { term: 1, entries: logOf(1, 1) }, subject);
}

/** What is known durable after each report. */
function reported(node: Node, reports: readonly number[], subject: Subject = raft): number[] {
  return reports.map((write) => {
    subject.step(node, { kind: 'persisted', write, first: write });
    return node.durableIndex;
  });
}

describe('Storage may be late, and out of order (2.3)', () => {
  test.each([
    { reports: [1, 2, 3], durable: [3, 4, 5] },
    { reports: [3, 2, 1], durable: [2, 2, 5] },
    { reports: [2, 1, 3], durable: [2, 4, 5] },
    { reports: [1, 3, 2], durable: [3, 3, 5] },
    { reports: [3, 3, 1, 2, 1], durable: [2, 2, 3, 5, 5] },
  ])('Writes reported as $reports: durable through $durable', ({ reports, durable }) => {
    const node = follower();
    for (const from of [3, 4, 5]) {
      raft.step(node, { kind: 'receive', message: append(2, from, [1]) });
    }
    expect(reported(node, reports)).toEqual(durable);
    expect(node).toMatchObject({ durableWrite: 3, earlyWrites: [], pendingWrites: [] });
  });

  test('A report without `first` speaks for all writes before it', () => {
    const node = follower();
    for (const from of [3, 4, 5]) {
      raft.step(node, { kind: 'receive', message: append(2, from, [1]) });
    }
    raft.step(node, { kind: 'persisted', write: 3, first: 3 });
    raft.step(node, { kind: 'persisted', write: 2 });
    expect(node).toMatchObject({ durableIndex: 5, durableWrite: 3 });
    expect(() => raft.step(node, { kind: 'persisted', write: 4 })).toThrow('asked for');
  });

  test('A report of several writes at once, with a gap before them', () => {
    const node = follower();
    for (const from of [3, 4, 5]) {
      raft.step(node, { kind: 'receive', message: append(2, from, [1]) });
    }
    raft.step(node, { kind: 'persisted', write: 3, first: 2 });
    expect(node.durableIndex).toBe(2);
    raft.step(node, { kind: 'persisted', write: 1, first: 1 });
    expect(node.durableIndex).toBe(5);
  });

  test('An ack waits for the newest write of the log, not for others', () => {
    const node = follower();
    const first = raft.step(node, { kind: 'receive', message: append(2, 3, [1]) });
    const second = raft.step(node, { kind: 'receive', message: append(2, 3, [1, 1]) });
    const again = raft.step(node, { kind: 'receive', message: append(2, 3, [1]) });
    expect([waits(first), waits(second), waits(again)]).toEqual([[1], [2], [2]]);
    raft.step(node, { kind: 'persisted', write: 2, first: 2 });
    expect(waits(raft.step(node, { kind: 'receive', message: append(2, 3, [1]) }))).toEqual([2]);
  });
});

describe('The append ABA race: what was overwritten is never confirmed (case 42)', () => {
  /** n1 stores entry 3 in term 2, then another in term 3, then the first one again, in term 4. */
  function race(subject: Subject = raft): { node: Node; waits: number[][] } {
    const node = follower(subject);
    const entries = [append(2, 3, [2]), append(3, 3, [3]), append(4, 3, [2])];
    const steps = entries.map((message) => subject.step(node, { kind: 'receive', message }));
    return { node, waits: steps.map(waits) };
  }

  test.each([
    { reports: [1, 2, 3], durable: [2, 2, 3] },
    { reports: [1, 3, 2], durable: [2, 2, 3] },
    { reports: [3, 1, 2], durable: [2, 2, 3] },
    { reports: [3, 2, 1], durable: [2, 2, 3] },
  ])('Three versions of an entry, reported as $reports', ({ reports, durable }) => {
    const { node, waits: each } = race();
    expect(each).toEqual([[1], [2], [3]]);
    expect(reported(node, reports)).toEqual(durable);
  });

  test.each([
    {
      title: 'that forgets what was cut since',
      rules: brokenRules({ coversAfterCut: (last) => last }),
      reports: [1],
    },
    {
      title: 'that takes a report for all before it',
      rules: brokenRules({ confirms: () => true }),
      reports: [3],
    },
  ])('A server $title believes too much', ({ rules, reports }) => {
    const subject = machine('aba', rules);
    const { node } = race(subject);
    expect(reported(node, reports, subject)).toEqual([3]);
  });

  test('Seven servers: each leader in turn overwrites n1, whose disk is late; logs converge', () => {
    const network: Network = { ...createNetwork({ servers: 7 }), slowDisks: true };
    const quick = ['n2', 'n3', 'n4', 'n5', 'n6', 'n7'];
    const settle = (): void => {
      for (let rounds = 0; rounds < 30; rounds += 1) {
        run(network);
        for (const id of quick) sync(network, id);
      }
    };
    for (const [at, leader] of ['n2', 'n3', 'n4'].entries()) {
      // Each leads with votes of all others, then reaches n1 alone.
      const others = quick.filter((id) => id !== leader);
      network.muted = 'AppendEntries';
      expire(network, leader, 'election');
      settle();
      expect(nodeOf(network, leader)).toMatchObject({ role: 'leader', term: at + 1 });
      network.muted = null;
      link(network, 'cut', leader, ...others);
      expire(network, leader, 'heartbeat');
      propose(network, leader, { serial: at + 1, add: 1 });
      settle();
      expire(network, leader, 'heartbeat');
      settle();
      expect(nodeOf(network, 'n1').log.at(-1)?.term).toBe(at + 1);
      link(network, 'heal', leader, ...others);
    }
    const { node, unsynced } = machineOf(network, 'n1');
    const acks = (): number =>
      nodeOf(network, 'n4').progress.find((known) => known.peer === 'n1')?.matchIndex ?? -1;
    expect(unsynced.length).toBeGreaterThan(2);
    // The last write first, then the others, the oldest last.
    for (let at = unsynced.length - 1; at > 0; at -= 1) {
      syncOne(network, 'n1', at);
      run(network);
      expect([node.durableIndex, acks()]).toEqual([0, 0]);
    }
    syncOne(network, 'n1', 0);
    run(network);
    expect(node.durableIndex).toBe(node.log.length);
    expect(acks()).toBe(node.log.length);
    const calm = { ...network, slowDisks: false };
    for (let beats = 0; beats < 4; beats += 1) {
      expire(calm, 'n4', 'heartbeat');
      run(calm);
      for (const id of [...quick, 'n1'])
        while (machineOf(calm, id).unsynced.length > 0) sync(calm, id);
    }
    for (const each of calm.machines) {
      expect(each.node.log).toEqual(node.log);
      expect(each.disk.entries).toEqual(node.log);
    }
  });
});

describe('Completions after the office is over (case 31)', () => {
  test('A vote for itself durable after a newer term began counts for nothing', () => {
    const network = createNetwork({ servers: 1, slowDisks: true });
    expire(network, 'n1', 'election');
    const vote = { kind: 'RequestVoteReply', from: 'n2', to: 'n1', term: 2 } as const;
    deliver(network, { ...vote, granted: false });
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'follower', term: 2 });
    sync(network, 'n1');
    sync(network, 'n1');
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'follower', granted: new Set() });
  });

  test('Nor does that of an earlier candidacy count for the present one', () => {
    const network = createNetwork({ servers: 1, slowDisks: true });
    expire(network, 'n1', 'election');
    expire(network, 'n1', 'election');
    sync(network, 'n1');
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'candidate', term: 2 });
    sync(network, 'n1');
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'leader', term: 2 });
  });

  test('An own append durable after step-down and overwriting is no ack of what came after', () => {
    const network: Network = { ...led({ servers: 3 }), slowDisks: true };
    link(network, 'cut', 'n1', 'n2', 'n3');
    propose(network, 'n1', { serial: 1, add: 1 });
    const calm = { ...network, slowDisks: false };
    elect(calm, 'n2');
    propose(calm, 'n2', { session: 'c2', serial: 1, add: 1 });
    run(calm);
    link(network, 'heal', 'n1', 'n2');
    expire(calm, 'n2', 'heartbeat');
    const { node } = machineOf(network, 'n1');
    for (let left = 20; left > 0 && network.queue.length > 0; left -= 1) {
      const message = network.queue.shift();
      if (message !== undefined) deliver(message.to === 'n1' ? network : calm, message);
    }
    expect(termsOf(node.log)).toEqual([1, 2, 2]);
    expect(node).toMatchObject({ role: 'follower', durableIndex: 1 });
    syncOne(network, 'n1', 0);
    expect(node.durableIndex).toBe(1);
    while (machineOf(network, 'n1').unsynced.length > 0) sync(network, 'n1');
    expect(node.durableIndex).toBe(3);
  });

  test('After a crash nothing of an earlier life is confirmed', () => {
    const network: Network = { ...led({ servers: 3 }), slowDisks: true };
    const message = ack('n2', { term: 9 });
    deliver(network, message);
    crash(network, 'n1');
    expect(nodeOf(network, 'n1')).toMatchObject({ term: 1, lastWrite: 0, earlyWrites: [] });
    expect(sent(expire(network, 'n1', 'election'))).toMatchObject([{ term: 2 }, { term: 2 }]);
  });
});
