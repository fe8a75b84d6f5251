import { describe, expect, test } from 'vitest';
import { BrokenInvariant } from './assert.ts';
import { raft } from './machine.ts';
import type { AppendEntries, AppendEntriesReply } from './message.ts';
import type { Node } from './node.ts';
import type { Effect } from './step.ts';
import {
  createNetwork,
  elect,
  expire,
  give,
  kinds,
  logOf,
  nodeOf,
  onlineNode,
  optionsFor,
  sent,
  termsOf,
  waits,
} from './network.test.kit.ts';

/** A follower at `term` whose disk holds entries of these terms. */
function followerWith(terms: readonly number[], term: number): Node {
  return onlineNode(optionsFor(3, 'n1'), { term, votedFor: null, entries: logOf(...terms) });
}

function append(given: Partial<AppendEntries>): AppendEntries {
  const base = { from: 'n2', to: 'n1', term: 2, prevIndex: 0, prevTerm: 0 };
  return { kind: 'AppendEntries', ...base, entries: [], leaderCommit: 0, round: 0, ...given };
}

/** Entries of these terms, the first at index `from`. */
function entriesFrom(from: number, terms: readonly number[]): AppendEntries['entries'] {
  const before = Array.from({ length: from - 1 }, () => 0);
  return logOf(...before, ...terms).slice(from - 1);
}

function receive(node: Node, message: AppendEntries): readonly Effect[] {
  return raft.step(node, { kind: 'receive', message });
}

function replyTo(node: Node, message: AppendEntries): AppendEntriesReply {
  const reply = sent(receive(node, message))[0];
  if (reply?.kind !== 'AppendEntriesReply') throw new Error('AppendEntries is always answered');
  return reply;
}

describe('Section 5.1: terms', () => {
  test.each(['follower', 'candidate', 'leader'] as const)(
    'A %s at term 1 follows a leader of term 2 (case 1)',
    (role) => {
      const network = createNetwork({ servers: 3 });
      if (role === 'candidate') expire(network, 'n1', 'election');
      else elect(network, role === 'leader' ? 'n1' : 'n3');
      const node = nodeOf(network, 'n1');
      expect([node.role, node.term]).toEqual([role, 1]);
      give(network, 'n1', { kind: 'receive', message: append({ term: 2 }) });
      expect(node).toMatchObject({ role: 'follower', term: 2, leader: 'n2', votedFor: null });
    },
  );

  test.each([1, 2])('A candidate of term 1 follows a leader of term %i (case 8)', (term) => {
    const network = createNetwork({ servers: 3 });
    expire(network, 'n1', 'election');
    give(network, 'n1', { kind: 'receive', message: append({ term }) });
    const votedFor = term === 1 ? 'n1' : null;
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'follower', term, leader: 'n2', votedFor });
  });

  test('AppendEntries of an older term is refused and changes nothing (case 2)', () => {
    const node = followerWith([1], 2);
    const effects = receive(node, append({ term: 1, entries: logOf(1, 1), leaderCommit: 2 }));
    expect(kinds(effects)).toEqual(['send']);
    expect(sent(effects)).toMatchObject([{ success: false, term: 2, matchIndex: 0 }]);
    expect(node).toMatchObject({ term: 2, leader: null, commitIndex: 0 });
    expect(termsOf(node.log)).toEqual([1]);
  });

  test('A leader that hears from another of its own term stops the run (2.1-R7)', () => {
    const network = createNetwork({ servers: 3 });
    elect(network, 'n1');
    const message = append({ term: 1 });
    expect(() => give(network, 'n1', { kind: 'receive', message })).toThrow(BrokenInvariant);
  });

  test('A follower that hears from a second leader of its term stops the run', () => {
    const node = followerWith([], 1);
    receive(node, append({ from: 'n2' }));
    expect(() => receive(node, append({ from: 'n3' }))).toThrow('one leader');
  });
});

describe('Section 5.3: the consistency check', () => {
  test.each([
    { prevTerm: 0, prevIndex: 0, success: true, match: 1, hint: [0, 0] },
    { prevTerm: 1, prevIndex: 1, success: true, match: 1, hint: [0, 0] },
    { prevTerm: 2, prevIndex: 2, success: true, match: 2, hint: [0, 0] },
    { prevTerm: 1, prevIndex: 2, success: false, match: 0, hint: [1, 1] },
    { prevTerm: 3, prevIndex: 3, success: false, match: 0, hint: [2, 2] },
  ])('Log 1 2, commit 1, previous entry ($prevIndex, $prevTerm) (case 15)', (row) => {
    const node = followerWith([1, 2], 2);
    receive(node, append({ prevIndex: 1, prevTerm: 1, leaderCommit: 1 }));
    expect(node.commitIndex).toBe(1);
    const { prevIndex, prevTerm } = row;
    const reply = replyTo(node, append({ prevIndex, prevTerm, leaderCommit: 1 }));
    expect(reply).toMatchObject({ success: row.success, matchIndex: row.match, prevIndex });
    expect([reply.hintIndex, reply.hintTerm]).toEqual(row.hint);
  });

  test.each([
    { prev: [2, 2], terms: [3], log: [1, 2, 3], writes: [3, [3]] },
    { prev: [1, 1], terms: [3, 4], log: [1, 3, 4], writes: [2, [3, 4]] },
    { prev: [0, 0], terms: [1], log: [1, 2], writes: null },
    { prev: [0, 0], terms: [3], log: [3], writes: [1, [3]] },
  ])('Log 1 2 plus $terms after $prev becomes $log (case 16)', ({ prev, terms, log, writes }) => {
    const node = followerWith([1, 2], 4);
    const [prevIndex = 0, prevTerm = 0] = prev;
    const entries = entriesFrom(prevIndex + 1, terms);
    const effects = receive(node, append({ term: 4, prevIndex, prevTerm, entries }));
    expect(termsOf(node.log)).toEqual(log);
    const write = effects.flatMap((effect) => (effect.kind === 'persist' ? [effect.write] : []))[0];
    const change = write?.log;
    const seen = change ? [change.from, termsOf(change.entries)] : null;
    expect(seen).toEqual(writes);
  });

  test.each([
    { prev: [2, 3], leaderCommit: 3, entries: [3, []], ok: false, last: 2, commit: 0 },
    { prev: [3, 3], leaderCommit: 3, entries: [4, []], ok: false, last: 2, commit: 0 },
    { prev: [1, 1], leaderCommit: 1, entries: [2, []], ok: true, last: 2, commit: 1 },
    { prev: [0, 0], leaderCommit: 1, entries: [1, [2]], ok: true, last: 1, commit: 1 },
    { prev: [2, 2], leaderCommit: 3, entries: [3, [2, 2]], ok: true, last: 4, commit: 3 },
    { prev: [2, 2], leaderCommit: 4, entries: [3, [2]], ok: true, last: 3, commit: 3 },
    { prev: [1, 1], leaderCommit: 4, entries: [2, [2]], ok: true, last: 2, commit: 2 },
    { prev: [1, 1], leaderCommit: 3, entries: [2, []], ok: true, last: 2, commit: 1 },
    { prev: [1, 1], leaderCommit: 3, entries: [2, [2]], ok: true, last: 2, commit: 2 },
    { prev: [2, 2], leaderCommit: 3, entries: [3, []], ok: true, last: 2, commit: 2 },
    { prev: [2, 2], leaderCommit: 4, entries: [3, []], ok: true, last: 2, commit: 2 },
  ] as const)('Previous $prev, $entries, leader commit $leaderCommit (case 24, 4.1.3)', (row) => {
    const node = followerWith([1, 2], 2);
    const [prevIndex, prevTerm] = row.prev;
    const entries = entriesFrom(row.entries[0], row.entries[1]);
    const { leaderCommit } = row;
    const reply = replyTo(node, append({ prevIndex, prevTerm, entries, leaderCommit }));
    expect([reply.success, node.log.length, node.commitIndex]).toEqual([
      row.ok,
      row.last,
      row.commit,
    ]);
  });

  test('An ack names the end of the request, not of the log (2.2-R2)', () => {
    const node = followerWith([1, 1, 1], 2);
    const reply = replyTo(
      node,
      append({ prevIndex: 1, prevTerm: 1, entries: entriesFrom(2, [1]) }),
    );
    expect(reply.matchIndex).toBe(2);
  });

  test('Removing a committed entry stops the run (2.2-R1)', () => {
    const node = followerWith([1, 1], 1);
    receive(node, append({ term: 1, prevIndex: 2, prevTerm: 1, leaderCommit: 2 }));
    const message = append({ term: 2, from: 'n3', entries: entriesFrom(1, [2]) });
    expect(() => receive(node, message)).toThrow('committed entries are never removed');
  });
});

describe('Section 5.3: a follower commits what its leader has committed', () => {
  test.each([
    { terms: [1], leaderCommit: 1 },
    { terms: [1, 1], leaderCommit: 2 },
    { terms: [1, 1], leaderCommit: 1 },
  ])('Entries $terms, commit $leaderCommit (case 14)', ({ terms, leaderCommit }) => {
    const node = followerWith([], 1);
    const entries = logOf(...terms);
    const effects = receive(node, append({ term: 1, entries, leaderCommit }));
    expect(node).toMatchObject({ commitIndex: leaderCommit, appliedIndex: leaderCommit });
    const applied = effects.flatMap((effect) => (effect.kind === 'apply' ? [effect.entry] : []));
    expect(applied).toEqual(entries.slice(0, leaderCommit));
  });

  test.each([
    { leaderCommit: 3, commit: 3 },
    { leaderCommit: 1, commit: 2 },
  ])('Commit 2, heartbeat with $leaderCommit: $commit (case 25)', ({ leaderCommit, commit }) => {
    const node = followerWith([1, 1, 1], 1);
    const heartbeat = { term: 1, prevIndex: 3, prevTerm: 1 };
    receive(node, append({ ...heartbeat, leaderCommit: 2 }));
    receive(node, append({ ...heartbeat, leaderCommit }));
    expect(node.commitIndex).toBe(commit);
  });
});

describe('Figure 2 and storage: an ack waits for the disk (2.3)', () => {
  test('New entries and a new term go into one write, and the ack waits for it', () => {
    const node = followerWith([], 1);
    const effects = receive(node, append({ term: 2, entries: logOf(2, 2) }));
    expect(kinds(effects)).toEqual(['arm', 'persist', 'send']);
    expect(effects[1]).toEqual({
      kind: 'persist',
      write: {
        id: 1,
        hard: { term: 2, votedFor: null },
        log: { from: 1, entries: logOf(2, 2) },
        snapshot: null,
      },
    });
    expect(waits(effects)).toEqual([1]);
  });

  test('A repeated request waits as long as its entries are not durable, then no more', () => {
    const node = followerWith([], 2);
    receive(node, append({ entries: logOf(2) }));
    expect(waits(receive(node, append({ entries: logOf(2) })))).toEqual([1]);
    raft.step(node, { kind: 'persisted', write: 1 });
    expect(waits(receive(node, append({ entries: logOf(2) })))).toEqual([0]);
  });

  test('An ack below what is durable does not wait for later entries', () => {
    const node = followerWith([2], 2);
    receive(node, append({ prevIndex: 1, prevTerm: 2, entries: entriesFrom(2, [2]) }));
    expect(waits(receive(node, append({ entries: logOf(2) })))).toEqual([0]);
  });

  test('The completion of an append overwritten since says nothing (2.3, ABA)', () => {
    const node = followerWith([1], 1);
    const tail = { prevIndex: 1, prevTerm: 1 };
    receive(node, append({ term: 1, ...tail, entries: entriesFrom(2, [1, 1]) }));
    receive(node, append({ term: 2, from: 'n3', ...tail, entries: entriesFrom(2, [2]) }));
    expect(node.durableIndex).toBe(1);
    raft.step(node, { kind: 'persisted', write: 1 });
    expect(node.durableIndex).toBe(1);
    raft.step(node, { kind: 'persisted', write: 2 });
    expect(node.durableIndex).toBe(2);
  });

  test('No write is durable before it was asked for', () => {
    const node = followerWith([], 1);
    expect(() => raft.step(node, { kind: 'persisted', write: 1 })).toThrow(BrokenInvariant);
  });
});

describe('Section 5.2: what restarts the election timer (2.1-R4)', () => {
  test('A request of the current leader does, even one that is refused', () => {
    const node = followerWith([], 1);
    const refused = receive(node, append({ term: 1, prevIndex: 5, prevTerm: 1 }));
    expect(kinds(refused)).toEqual(['arm', 'send']);
  });

  test('A request of an older leader does not', () => {
    const node = followerWith([], 3);
    expect(kinds(receive(node, append({ term: 2 })))).toEqual(['send']);
  });
});
