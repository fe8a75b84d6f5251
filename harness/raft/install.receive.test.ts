import { describe, expect, test } from 'vitest';
import { machine, raft } from './machine.ts';
import type { InstallSnapshot, InstallSnapshotReply } from './message.ts';
import { kinds, logOf, onlineNode, optionsFor, sent, termsOf, waits } from './network.test.kit.ts';
import type { Node } from './node.ts';
import { brokenRules, raftRules } from './rules.ts';
import type { Snapshot } from './saved.ts';
import type { Effect } from './step.ts';

function answers(effects: readonly Effect[]): InstallSnapshotReply[] {
  return sent(effects).flatMap((message) =>
    message.kind === 'InstallSnapshotReply' ? [message] : [],
  );
}

const snapshot: Snapshot = {
  index: 3,
  term: 2,
  configuration: { voters: ['n1', 'n2'], outgoing: ['n3'], learners: ['n4'], learnersNext: ['n5'] },
  sessions: [
    { session: 'c9', acknowledged: 0, serials: [1], answers: [{ kind: 'done', result: 1 }] },
  ],
  application: 42,
  stateDigest: 77,
};

function piece(given: Partial<InstallSnapshot>, of: Snapshot = snapshot): InstallSnapshot {
  const base = { from: 'n2', to: 'n1', term: 4, lastIndex: of.index, lastTerm: of.term };
  const whole = { offset: 0, data: JSON.stringify(of), done: true, round: 6 };
  return { kind: 'InstallSnapshot', ...base, ...whole, ...given };
}

function follower(terms: readonly number[], commit: number): Node {
  const node = onlineNode(optionsFor(3, 'n1'), { term: 4, entries: logOf(...terms) });
  const heartbeat = { kind: 'AppendEntries', from: 'n2', to: 'n1', term: 4, entries: [] } as const;
  const prev = { prevIndex: commit, prevTerm: terms[commit - 1] ?? 0 };
  raft.step(node, {
    kind: 'receive',
    message: { ...heartbeat, ...prev, leaderCommit: commit, round: 1 },
  });
  return node;
}

function receive(node: Node, message: InstallSnapshot): readonly Effect[] {
  return raft.step(node, { kind: 'receive', message });
}

describe('Figure 13: InstallSnapshot, receiver', () => {
  test('1. Refuses an older term, with its own (2.4-R4)', () => {
    const node = follower([1], 0);
    const effects = receive(node, piece({ term: 3 }));
    expect(answers(effects)).toMatchObject([{ term: 4, matchIndex: 0, offset: 0 }]);
    expect(node).toMatchObject({ commitIndex: 0, receiving: null });
  });

  test('A newer term is adopted; it is the leader’s, never that of the snapshot (2.4-R6)', () => {
    const node = follower([1], 0);
    receive(node, piece({ term: 9 }));
    expect(node).toMatchObject({ term: 9, role: 'follower', leader: 'n2', votedFor: null });
  });

  test('Every piece is as good as a heartbeat (2.4-R4)', () => {
    const node = follower([1], 0);
    const { electionGeneration } = node;
    expect(kinds(receive(node, piece({ data: '{"in', done: false })))).toContain('arm');
    expect(node.electionGeneration).toBeGreaterThan(electionGeneration);
  });

  test('Half a snapshot is none: it campaigns with the log that it has (2.4-R8)', () => {
    const node = follower([1], 0);
    receive(node, piece({ data: '{"in', done: false }));
    const { electionGeneration: generation } = node;
    const asked = sent(raft.step(node, { kind: 'expire', timer: 'election', generation }));
    expect(asked[0]).toMatchObject({ kind: 'RequestVote', lastIndex: 1, lastTerm: 1 });
  });

  test.each([
    { title: 'a candidate', prepare: 'election' },
    { title: 'a follower', prepare: null },
  ] as const)('$title follows the sender of a piece', ({ prepare }) => {
    const node = follower([1], 0);
    const { electionGeneration: generation } = node;
    if (prepare !== null) raft.step(node, { kind: 'expire', timer: prepare, generation });
    const { term } = node;
    receive(node, piece({ term }));
    expect(node).toMatchObject({ role: 'follower', leader: 'n2', term, commitIndex: 3 });
  });

  test('2, 3, 4. Pieces are put together in order, and each is answered by what is wanted', () => {
    const node = follower([1], 0);
    const text = JSON.stringify(snapshot);
    const part = (from: number, to: number): Partial<InstallSnapshot> => ({
      offset: from,
      data: text.slice(from, to),
      done: to >= text.length,
    });
    const wanted = [part(0, 10), part(0, 10), part(20, 30), part(10, 20), part(0, 10)].map(
      (given) => answers(receive(node, piece(given)))[0]?.offset,
    );
    expect(wanted).toEqual([10, 10, 10, 20, 20]);
    const last = answers(receive(node, piece(part(20, text.length))));
    expect(last).toMatchObject([{ matchIndex: 3 }]);
    expect(node).toMatchObject({ state: 42, receiving: null });
  });

  test.each([
    { title: 'leader', given: { from: 'n3', term: 5 } },
    { title: 'term', given: { term: 5 } },
    { title: 'index', given: { lastIndex: 4 } },
    { title: 'term of the snapshot', given: { lastTerm: 3 } },
  ])('A piece of another $title goes with no piece before (M43)', ({ given }) => {
    const node = follower([1], 0);
    receive(node, piece({ data: '{"index":3,', done: false }));
    const [answer] = answers(receive(node, piece({ ...given, offset: 11, data: '"x":1}' })));
    expect(answer).toMatchObject({ matchIndex: 0, offset: 0 });
    expect(node).toMatchObject({ receiving: null, snapshot: null, commitIndex: 0 });
  });

  test.each([
    { rules: raftRules, state: 0, why: 'starts over' },
    {
      rules: brokenRules({ isOfSnapshot: () => true }),
      state: 43,
      why: 'mixes two snapshots (M43)',
    },
  ])('Half of one leader, half of the next: the server $why', ({ rules, state }) => {
    const subject = machine('M43', rules);
    const node = onlineNode(optionsFor(3, 'n1'), { term: 4 }, subject);
    // Of equal length up to the state: the server cannot tell from the text alone.
    const other: Snapshot = { ...snapshot, index: 4, application: 43 };
    const text = JSON.stringify(other);
    const half = text.indexOf('"application"');
    const message = piece({ data: JSON.stringify(snapshot).slice(0, half), done: false });
    subject.step(node, { kind: 'receive', message });
    const rest = piece({ from: 'n3', term: 5, offset: half, data: text.slice(half) }, other);
    subject.step(node, { kind: 'receive', message: rest });
    expect(node.state).toBe(state);
    expect(node.snapshot?.index ?? 0).toBe(state === 0 ? 0 : 3);
  });

  test('A text that is no snapshot is asked for again', () => {
    const node = follower([1], 0);
    const [answer] = answers(receive(node, piece({ data: '{"index":3' })));
    expect(answer).toMatchObject({ matchIndex: 0, offset: 0 });
    expect(node.receiving).toBeNull();
  });

  test.each([
    { log: [1, 1, 2, 4], commit: 3, why: 'all of it is committed' },
    { log: [1, 1, 2, 4], commit: 4, why: 'more is committed' },
  ])('5. An old snapshot is answered by the commit index: $why (case 37, M42)', (row) => {
    const node = follower(row.log, row.commit);
    const { state, stateDigest } = node;
    const effects = receive(node, piece({}));
    expect(answers(effects)).toMatchObject([{ matchIndex: row.commit }]);
    expect(node).toMatchObject({ commitIndex: row.commit, state, stateDigest, snapshot: null });
    expect(termsOf(node.log)).toEqual(row.log);
  });

  test('6. A log that holds its last entry stays, and is committed so far (case 37, M41)', () => {
    const node = follower([1, 1, 2, 4, 4], 1);
    const effects = receive(node, piece({}));
    expect(kinds(effects).filter((kind) => kind !== 'arm')).toEqual(['apply', 'apply', 'send']);
    expect(answers(effects)).toMatchObject([{ matchIndex: 3 }]);
    expect(termsOf(node.log)).toEqual([1, 1, 2, 4, 4]);
    expect(node).toMatchObject({ commitIndex: 3, appliedIndex: 3, snapshot: null, term: 4 });
  });

  test.each([
    { title: 'contradicts it', log: [1, 1, 1, 1, 1], cut: { from: 4, entries: [] } },
    { title: 'ends below it', log: [1, 1], cut: null },
    { title: 'is empty', log: [], cut: null },
  ])('7. A log that $title goes as a whole (M40)', ({ log, cut }) => {
    const node = follower(log, 0);
    const effects = receive(node, piece({}));
    expect(node.log).toEqual([]);
    expect(node).toMatchObject({ baseIndex: 3, baseTerm: 2, commitIndex: 3, appliedIndex: 3 });
    const write = { id: 1, hard: null, log: cut, snapshot: { snapshot, discardThrough: 3 } };
    expect(effects.flatMap((each) => (each.kind === 'persist' ? [each.write] : []))).toEqual([
      write,
    ]);
  });

  test('8. State, sessions and configuration are those of the snapshot (case 37)', () => {
    const node = follower([1, 1], 1);
    const effects = receive(node, piece({}));
    expect(effects.find(({ kind }) => kind === 'restore')).toEqual({ kind: 'restore', snapshot });
    expect(node).toMatchObject({ state: 42, stateDigest: 77, snapshot });
    expect([...node.sessions.keys()]).toEqual(['c9']);
    expect(node.sessions.get('c9')?.answers).toEqual([{ kind: 'done', result: 1 }]);
    expect(node.configurations).toEqual([{ index: 3, configuration: snapshot.configuration }]);
  });

  test('The answer waits until the snapshot is durable, as do acks of what it holds (2.3)', () => {
    const node = follower([1, 1, 1, 1], 1);
    expect(waits(receive(node, piece({})))).toEqual([1]);
    expect(node.durableIndex).toBe(1);
    expect(waits(receive(node, piece({})))).toEqual([1]);
    raft.step(node, { kind: 'persisted', write: 1 });
    expect(node.durableIndex).toBe(3);
    expect(waits(receive(node, piece({})))).toEqual([0]);
  });

  test('Term and vote are written before the snapshot, never after (2.3)', () => {
    const node = follower([1], 0);
    const effects = receive(node, piece({ term: 8 }));
    const writes = effects.flatMap((each) => (each.kind === 'persist' ? [each.write] : []));
    expect(writes).toMatchObject([
      { hard: { term: 8 }, snapshot: null },
      { hard: null, snapshot: { discardThrough: 3 } },
    ]);
  });

  test('AppendEntries from before the base is taken as far as it is news (2.2-R3)', () => {
    const node = follower([], 0);
    receive(node, piece({}));
    const entries = logOf(1, 2, 2, 4);
    const base = { kind: 'AppendEntries', from: 'n2', to: 'n1', term: 4, round: 2 } as const;
    const message = { ...base, prevIndex: 0, prevTerm: 0, entries, leaderCommit: 4 };
    const [reply] = sent(raft.step(node, { kind: 'receive', message }));
    expect(reply).toMatchObject({ success: true, matchIndex: 4 });
    expect(node.log.map(({ index }) => index)).toEqual([4]);
    const old = { ...message, entries: entries.slice(0, 1), leaderCommit: 1 };
    expect(sent(raft.step(node, { kind: 'receive', message: old }))).toMatchObject([
      { success: true, matchIndex: 4 },
    ]);
  });
});
