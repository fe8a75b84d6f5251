import { describe, expect, test } from 'vitest';
import { lastIndexWithin } from './log.ts';
import { raft } from './machine.ts';
import type { RaftMessage } from './message.ts';
import type { Effect } from './step.ts';
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
  machineOf,
  nodeOf,
  propose,
  run,
  sent,
  termsOf,
} from './network.test.kit.ts';

/** AppendEntries among the effects as [to, prevIndex, number of entries]. */
function appends(effects: readonly Effect[]): (string | number)[][] {
  return sent(effects).flatMap((message) =>
    message.kind === 'AppendEntries'
      ? [[message.to, message.prevIndex, message.entries.length]]
      : [],
  );
}

describe('Section 5.2: a leader keeps in touch', () => {
  test('A heartbeat is one empty AppendEntries to every peer, none to itself (case 4)', () => {
    const network = led({ servers: 3 });
    const effects = expire(network, 'n1', 'heartbeat');
    expect(appends(effects)).toEqual([
      ['n2', 1, 0],
      ['n3', 1, 0],
    ]);
    expect(effects[0]).toMatchObject({ timer: 'heartbeat', lowMicros: 50_000, highMicros: 50_001 });
  });

  test('A new leader opens its term with a no-op (2.15)', () => {
    const network = createNetwork({ servers: 3 });
    elect(network, 'n1');
    expect(nodeOf(network, 'n1').log).toEqual(logOf(1));
    expect(nodeOf(network, 'n1').commitIndex).toBe(1);
    expect(machineOf(network, 'n1').applied).toMatchObject([{ answer: null, repeated: false }]);
  });
});

describe('Section 5.3: replication', () => {
  test('A proposal leaves at once, with the commit index of before (case 11)', () => {
    const network = led({ servers: 3 });
    const effects = propose(network, 'n1', { serial: 1, add: 1 });
    expect(sent(effects)).toMatchObject([
      { to: 'n2', prevIndex: 1, prevTerm: 1, leaderCommit: 1 },
      { to: 'n3', prevIndex: 1, prevTerm: 1, leaderCommit: 1 },
    ]);
    expect(nodeOf(network, 'n1')).toMatchObject({ commitIndex: 1, appliedIndex: 1 });
    expect(effects.find((effect) => effect.kind === 'send')).toMatchObject({ after: 0 });
  });

  test.each([
    { servers: 1, acks: [], commits: true },
    { servers: 3, acks: [], commits: false },
    { servers: 3, acks: [2], commits: true },
    { servers: 3, acks: [2, 3], commits: true },
    { servers: 5, acks: [], commits: false },
    { servers: 5, acks: [2], commits: false },
    { servers: 5, acks: [2, 2, 2], commits: false },
    { servers: 5, acks: [2, 3], commits: true },
    { servers: 5, acks: [2, 3, 4], commits: true },
    { servers: 5, acks: [2, 3, 4, 5], commits: true },
    { servers: 2, acks: [], commits: false },
    { servers: 2, acks: [2], commits: true },
    { servers: 4, acks: [2], commits: false },
    { servers: 4, acks: [2, 3], commits: true },
  ])('Of $servers servers $acks acknowledge: $commits (case 12)', ({ servers, acks, commits }) => {
    const network = led({ servers });
    propose(network, 'n1', { serial: 1, add: 1 });
    network.queue.length = 0;
    for (const peer of acks) deliver(network, ack(`n${peer}`, { prevIndex: 1, matchIndex: 2 }));
    expect(nodeOf(network, 'n1').commitIndex).toBe(commits ? 2 : 1);
    expect(network.replies.length).toBe(commits ? 1 : 0);
  });

  test.each([[[]], [[2]], [[1, 2]], [[1]]])(
    'A leader of term 3 over the log %j commits all of it (case 13)',
    (terms) => {
      const disk = { term: 2, entries: logOf(...terms) };
      const network = createNetwork({ servers: 3, disks: [disk, {}, {}] });
      elect(network, 'n1');
      propose(network, 'n1', { serial: 1, add: 5 });
      run(network);
      beat(network, 'n1');
      for (const { applied } of network.machines) {
        expect(applied.map((effect) => effect.entry.term)).toEqual([...terms, 3, 3]);
        expect(applied.at(-1)).toMatchObject({ answer: { kind: 'done', result: 5 } });
      }
    },
  );

  test.each([
    [[1, 1, 1, 4, 4, 5, 5, 6, 6]],
    [[1, 1, 1, 4]],
    [[1, 1, 1, 4, 4]],
    [[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6]],
    [[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7]],
    [[1, 1, 1, 4, 4, 4, 4]],
    [[1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3]],
  ])('The follower %j of Figure 7 becomes equal to its leader (case 17)', (terms) => {
    const network = createNetwork({
      servers: 3,
      disks: [
        { term: 8, entries: logOf(1, 1, 1, 4, 4, 5, 5, 6, 6, 6) },
        { term: 7, entries: logOf(...terms) },
        { term: 1, entries: [] },
      ],
    });
    elect(network, 'n1');
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'leader', term: 9 });
    propose(network, 'n1', { serial: 1, add: 1 });
    run(network);
    const { log } = nodeOf(network, 'n1');
    expect(termsOf(log)).toEqual([1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 9, 9]);
    for (const { node, disk } of network.machines) {
      expect(node.log).toEqual(log);
      expect(disk.entries).toEqual(log);
    }
  });

  test('AppendEntries of a deposed leader is ignored (case 23)', () => {
    const network = led({ servers: 3 });
    elect(network, 'n2');
    elect(network, 'n1');
    const entries = logOf(1, 2, 2).slice(2);
    const old: RaftMessage = {
      kind: 'AppendEntries',
      from: 'n2',
      to: 'n1',
      term: 2,
      prevIndex: 2,
      prevTerm: 2,
      entries,
      leaderCommit: 2,
      round: 0,
    };
    deliver(network, old);
    propose(network, 'n1', { serial: 1, add: 1 });
    run(network);
    for (const { node } of network.machines) expect(termsOf(node.log)).toEqual([1, 2, 3, 3]);
  });
});

describe('Section 5.3: refusals skip whole terms (2.14)', () => {
  test.each([
    {
      leader: [1, 2, 2, 4, 4, 4, 4],
      follower: [1, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3],
      hint: [7, 3],
      next: [3, 2],
    },
    {
      leader: [1, 2, 2, 3, 4, 4, 4, 5],
      follower: [1, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3],
      hint: [8, 3],
      next: [4, 3],
    },
    { leader: [1, 1, 1, 1], follower: [1, 2, 2, 4], hint: [1, 1], next: [1, 1] },
    { leader: [1, 1, 1, 1, 1, 1], follower: [1, 2, 2, 4], hint: [1, 1], next: [1, 1] },
    { leader: [1, 1, 1, 1], follower: [1, 2, 2, 4, 4, 4], hint: [1, 1], next: [1, 1] },
    { leader: [1, 1, 1, 4, 5], follower: [1, 1, 1, 4], hint: [4, 4], next: [4, 4] },
    {
      leader: [2, 5, 5, 5, 5, 5, 5, 5, 5],
      follower: [2, 4, 4, 4, 4, 4],
      hint: [6, 4],
      next: [1, 2],
    },
    { leader: [2, 2, 2, 2, 2], follower: [2, 4, 4, 4, 4, 4, 4, 4], hint: [1, 2], next: [1, 2] },
  ])('Leader $leader, follower $follower (case 27, 4.1.5)', ({ leader, follower, hint, next }) => {
    const disks = [
      { term: 6, entries: logOf(...leader) },
      { term: 6, entries: logOf(...follower) },
      { term: 6, entries: [] },
    ];
    const network = createNetwork({ servers: 3, disks });
    link(network, 'cut', 'n1', 'n2');
    elect(network, 'n1');
    link(network, 'heal', 'n1', 'n2');
    const probe = sent(expire(network, 'n1', 'heartbeat')).find(({ to }) => to === 'n2');
    if (probe?.kind !== 'AppendEntries') throw new Error('a heartbeat goes to everyone');
    expect(probe.prevIndex).toBe(leader.length);
    const refusal = sent(deliver(network, probe))[0];
    if (refusal?.kind !== 'AppendEntriesReply') throw new Error('AppendEntries is answered');
    expect([refusal.success, refusal.hintIndex, refusal.hintTerm]).toEqual([false, ...hint]);
    expect(sent(deliver(network, refusal))).toMatchObject([{ prevIndex: next[0] }]);
    expect(logOf(...leader)[(next[0] ?? 0) - 1]?.term).toBe(next[1]);
  });

  test('The halving search agrees with a plain one', () => {
    const node = leaderWith([1, 1, 2, 4, 4, 4, 7], 7, [7]);
    for (let index = 0; index <= 9; index += 1) {
      for (let term = 0; term <= 8; term += 1) {
        const fits = node.log.filter((entry) => entry.index <= index && entry.term <= term);
        expect(lastIndexWithin(node, { index, term })).toBe(fits.length);
      }
    }
  });

  test('A stale refusal reordered behind newer acks changes nothing (case 28, 2.2-R4)', () => {
    const node = leaderWith([1, 1, 1, 1, 1], 1, [5, 5, 0]);
    const peer = node.progress[0];
    if (peer === undefined) throw new Error('n2 is a peer');
    peer.probing = false;
    peer.nextIndex = 6;
    const message = ack('n2', { success: false, prevIndex: 4, hintIndex: 2, hintTerm: 1 });
    expect(raft.step(node, { kind: 'receive', message })).toEqual([]);
    expect(peer).toMatchObject({ matchIndex: 5, nextIndex: 6, probing: false });
    raft.step(node, { kind: 'receive', message: ack('n2', { matchIndex: 3 }) });
    expect(peer).toMatchObject({ matchIndex: 5, nextIndex: 6 });
  });

  test('A reply of another term or of a stranger changes nothing', () => {
    const node = leaderWith([1, 1, 1], 2, [3, 0, 0]);
    for (const message of [ack('n2', { matchIndex: 3 }), ack('n9', { term: 2, matchIndex: 3 })]) {
      expect(raft.step(node, { kind: 'receive', message })).toEqual([]);
    }
    expect(node.progress.map((peer) => peer.matchIndex)).toEqual([0, 0]);
  });
});

describe('Dissertation 10.2: batches and the window (2.13)', () => {
  test('While probing, one request is under way; its reply or a heartbeat frees the next', () => {
    const network = createNetwork({ servers: 2 });
    expire(network, 'n1', 'election');
    network.queue.length = 0;
    const vote = { kind: 'RequestVoteReply', from: 'n2', to: 'n1', term: 1 } as const;
    expect(appends(deliver(network, { ...vote, granted: true }))).toEqual([['n2', 0, 1]]);
    expect(appends(propose(network, 'n1', { serial: 1, add: 1 }))).toEqual([]);
    expect(appends(expire(network, 'n1', 'heartbeat'))).toEqual([['n2', 0, 2]]);
    expect(appends(propose(network, 'n1', { serial: 2, add: 1 }))).toEqual([]);
    expect(appends(deliver(network, ack('n2', { matchIndex: 1 })))).toEqual([['n2', 1, 2]]);
  });

  test('The window holds inflightMax requests; an ack frees all up to its index', () => {
    const network = led({ servers: 2, options: { inflightMax: 2, entriesPerAppendMax: 3 } });
    const sends = [1, 2, 3, 4, 5, 6, 7].map((serial) =>
      appends(propose(network, 'n1', { serial, add: 1 })),
    );
    expect(sends).toEqual([[['n2', 1, 1]], [['n2', 2, 1]], [], [], [], [], []]);
    expect(appends(expire(network, 'n1', 'heartbeat'))).toEqual([['n2', 3, 0]]);
    expect(appends(deliver(network, ack('n2', { prevIndex: 2, matchIndex: 3 })))).toEqual([
      ['n2', 3, 3],
      ['n2', 6, 2],
    ]);
  });

  test('A lost request is found by the heartbeat, probed and sent again', () => {
    const network = led({ servers: 2 });
    link(network, 'cut', 'n1', 'n2');
    propose(network, 'n1', { serial: 1, add: 1 });
    link(network, 'heal', 'n1', 'n2');
    propose(network, 'n1', { serial: 2, add: 1 });
    run(network);
    expect(nodeOf(network, 'n1')).toMatchObject({ commitIndex: 3 });
    link(network, 'cut', 'n1', 'n2');
    propose(network, 'n1', { serial: 3, add: 1 });
    link(network, 'heal', 'n1', 'n2');
    expect(nodeOf(network, 'n2').log.length).toBe(3);
    beat(network, 'n1');
    expect(nodeOf(network, 'n2').log.length).toBe(4);
    expect(nodeOf(network, 'n1').commitIndex).toBe(4);
  });

  test('A commit is told with the next heartbeat, not by a message of its own', () => {
    const network = led({ servers: 3 });
    propose(network, 'n1', { serial: 1, add: 1 });
    run(network);
    expect(nodeOf(network, 'n1').commitIndex).toBe(2);
    expect(nodeOf(network, 'n2').commitIndex).toBe(1);
    beat(network, 'n1');
    expect(nodeOf(network, 'n2').commitIndex).toBe(2);
  });
});
