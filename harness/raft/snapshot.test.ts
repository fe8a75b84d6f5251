import { describe, expect, test } from 'vitest';
import { makeEntry, termAt } from './log.ts';
import { machine, raft } from './machine.ts';
import type { AppendEntries } from './message.ts';
import {
  beat,
  counter,
  crash,
  elect,
  expire,
  kinds,
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
  termsOf,
} from './network.test.kit.ts';
import type { Network } from './network.test.kit.ts';
import type { NodeOptions } from './node.ts';
import { brokenRules } from './rules.ts';
import type { Snapshot } from './saved.ts';
import type { Effect, Stored, Write } from './step.ts';

const every = (snapshotEvery: number, snapshotKeep = 0): Partial<NodeOptions> => ({
  snapshotEvery,
  snapshotKeep,
});

function add(network: Network, count: number): void {
  for (let left = count; left > 0; left -= 1) {
    const serial = nodeOf(network, 'n1').log.length + nodeOf(network, 'n1').baseIndex;
    propose(network, 'n1', { serial, add: serial });
    run(network);
  }
  beat(network, 'n1');
}

function writes(effects: readonly Effect[]): Write[] {
  return effects.flatMap((effect) => (effect.kind === 'persist' ? [effect.write] : []));
}

/** `count` commands of session c1 in term 1, adding 1, 2, 3, … */
function commands(count: number): AppendEntries['entries'] {
  return Array.from({ length: count }, (_, at) => {
    const serial = at + 1;
    const sent = { kind: 'command', session: 'c1', serial, acknowledged: 0 } as const;
    return makeEntry({ index: serial, term: 1 }, { ...sent, command: { add: serial } });
  });
}

const appendAll: AppendEntries = {
  kind: 'AppendEntries',
  from: 'n2',
  to: 'n1',
  term: 1,
  prevIndex: 0,
  prevTerm: 0,
  entries: commands(7),
  leaderCommit: 7,
  round: 0,
};

describe('Section 7: servers compact their logs, each by itself (2.4-R1)', () => {
  test('After every third entry there is a snapshot, equal on every server', () => {
    const network = led({ servers: 3, options: every(3) });
    add(network, 6);
    const [first, ...others] = network.machines.map(({ node, disk }) => ({
      snapshot: node.snapshot,
      disk: disk.snapshot,
      base: [node.baseIndex, node.baseTerm],
      log: node.log,
      entries: disk.entries,
    }));
    expect(first?.snapshot).toMatchObject({ index: 6, term: 1, application: 15 });
    expect(first?.snapshot?.sessions).toMatchObject([{ session: 'c1' }, { session: 'c2' }]);
    expect(first?.disk).toBe(first?.snapshot);
    expect(first?.base).toEqual([6, 1]);
    expect(first?.log.map((entry) => entry.index)).toEqual([7]);
    expect(first?.entries).toEqual(first?.log);
    for (const other of others) expect(other).toEqual(first);
  });

  test('It stands for what was applied, not for what is committed (M47)', () => {
    const node = onlineNode({ ...optionsFor(3, 'n1'), ...every(3) }, { term: 1 });
    const effects = raft.step(node, { kind: 'receive', message: appendAll });
    const taken = writes(effects).flatMap(({ snapshot }) => (snapshot ? [snapshot.snapshot] : []));
    expect(taken.map(({ index, application }) => [index, application])).toEqual([
      [3, 6],
      [6, 21],
    ]);
    const digests = effects.flatMap((effect) =>
      effect.kind === 'apply' && effect.entry.index % 3 === 0 ? [effect.stateDigest] : [],
    );
    expect(taken.map(({ stateDigest }) => stateDigest)).toEqual(digests);
  });

  test('A snapshot of what is only committed gives a wrong state to whoever starts from it', () => {
    const subject = machine('M47', brokenRules({ snapshotIndex: (node) => node.commitIndex }));
    const node = onlineNode({ ...optionsFor(3, 'n1'), ...every(3) }, { term: 1 }, subject);
    subject.step(node, { kind: 'receive', message: appendAll });
    expect(node.snapshot).toMatchObject({ index: 7, application: 6 });
  });

  test('What it makes needless is written before it, and goes only after it (2.3)', () => {
    const node = onlineNode({ ...optionsFor(3, 'n1'), ...every(4, 1) }, { term: 1 });
    const asked = writes(raft.step(node, { kind: 'receive', message: appendAll }));
    expect(asked).toMatchObject([
      { id: 1, hard: null, log: { from: 1 }, snapshot: null },
      { id: 2, hard: null, log: null, snapshot: { snapshot: { index: 4 }, discardThrough: 3 } },
    ]);
  });

  test('An ack of new entries does not wait for the snapshot that they led to', () => {
    const node = onlineNode({ ...optionsFor(3, 'n1'), ...every(4) }, { term: 1 });
    const effects = raft.step(node, { kind: 'receive', message: appendAll });
    expect(effects.filter(({ kind }) => kind === 'send')).toMatchObject([
      { after: 1, message: { success: true, matchIndex: 7 } },
    ]);
  });

  test('The last `snapshotKeep` entries stay in the log for slow followers', () => {
    const network = led({ servers: 3, options: every(3, 2) });
    add(network, 6);
    const { node, disk } = machineOf(network, 'n1');
    expect([node.baseIndex, node.log.length, disk.entries.length]).toEqual([4, 3, 3]);
  });

  test('Terms: known at the end of a snapshot, of nobody below it, never 0 (2.4-R2)', () => {
    const network = led({ servers: 3, options: every(2) });
    add(network, 3);
    const node = nodeOf(network, 'n1');
    expect([node.baseIndex, node.log.length]).toEqual([4, 0]);
    expect([3, 4, 5].map((index) => termAt(node, index))).toEqual([-2, 1, -1]);
  });

  test('A server whose log is all compacted still knows its last term (M39)', () => {
    const network = led({ servers: 3, options: every(2) });
    add(network, 3);
    const stale = { kind: 'RequestVote', from: 'n3', to: 'n2', term: 9, transfer: false } as const;
    const answers = [
      [9, 0],
      [3, 1],
      [4, 1],
    ].map(([lastIndex = 0, lastTerm = 0], at) => {
      const message = { ...stale, term: 9 + at, lastIndex, lastTerm };
      const node = nodeOf(network, 'n2');
      return sent(raft.step(node, { kind: 'receive', message })).map((reply) =>
        reply.kind === 'RequestVoteReply' ? reply.granted : null,
      );
    });
    expect(answers).toEqual([[false], [false], [true]]);
    expect(sent(expire(network, 'n3', 'election'))).toMatchObject([
      { kind: 'RequestVote', lastIndex: 4, lastTerm: 1 },
      { kind: 'RequestVote', lastIndex: 4, lastTerm: 1 },
    ]);
  });

  test('With snapshots off nothing is ever discarded', () => {
    const network = led({ servers: 3 });
    add(network, 20);
    expect(nodeOf(network, 'n1')).toMatchObject({ snapshot: null, baseIndex: 0 });
  });
});

const snapshot: Snapshot = {
  index: 3,
  term: 2,
  configuration: { voters: ['n1', 'n2', 'n3'], outgoing: [], learners: [], learnersNext: [] },
  sessions: [{ session: 'c2', acknowledged: 4, serials: [5], answers: [] }],
  application: 42,
  stateDigest: 77,
};

/** A log of these terms from `first` on. */
function logFrom(first: number, ...terms: readonly number[]): Stored['entries'] {
  return logOf(...Array.from({ length: first - 1 }, () => 1), ...terms).slice(first - 1);
}

describe('Section 7: a disk that a crash left between two steps (2.4-R1, R5)', () => {
  test.each([
    { title: 'nothing discarded', first: 1, log: [1, 1, 2, 2, 3], base: [0, 0], left: [4, 5] },
    { title: 'one entry kept', first: 3, log: [2, 2, 3], base: [3, 2], left: [4, 5] },
    { title: 'two entries kept', first: 2, log: [1, 2, 2, 3], base: [2, 1], left: [4, 5] },
    { title: 'discarded', first: 4, log: [2, 3], base: [3, 2], left: [4, 5] },
    { title: 'all discarded', first: 1, log: [], base: [3, 2], left: [] },
    { title: 'ends at the snapshot', first: 1, log: [1, 1, 2], base: [0, 0], left: [] },
  ])('$title: log of $log from $first on goes on after the snapshot', (row) => {
    const entries = logFrom(row.first, ...row.log);
    const node = raft.create(optionsFor(3, 'n1'), counter);
    const stored = { term: 3, votedFor: 'n2', snapshot, entries };
    const effects = raft.step(node, { kind: 'online', stored });
    expect(kinds(effects)).toEqual(['restore', 'arm']);
    expect([node.baseIndex, node.baseTerm]).toEqual(row.base);
    expect(node.log.filter(({ index }) => index > 3).map(({ index }) => index)).toEqual(row.left);
    expect(node).toMatchObject({
      commitIndex: 3,
      appliedIndex: 3,
      state: 42,
      stateDigest: 77,
      durableIndex: 3 + row.left.length,
    });
    expect([...node.sessions.keys()]).toEqual(['c2']);
  });

  test.each([
    { title: 'ends below', log: [1, 1], cut: null },
    { title: 'contradicts it at its end', log: [1, 1, 1], cut: null },
    { title: 'contradicts it and goes on', log: [1, 1, 1, 1], cut: { from: 4, entries: [] } },
  ])('A log that $title goes, from the disk too', ({ log, cut }) => {
    const node = raft.create(optionsFor(3, 'n1'), counter);
    const stored = { term: 3, votedFor: null, snapshot, entries: logOf(...log) };
    const effects = raft.step(node, { kind: 'online', stored });
    expect(node).toMatchObject({ baseIndex: 3, baseTerm: 2, commitIndex: 3, durableIndex: 3 });
    expect(node.log).toEqual([]);
    expect(writes(effects)).toEqual([
      { id: 1, hard: null, log: cut, snapshot: { snapshot, discardThrough: 3 } },
    ]);
  });

  test.each([
    { title: 'a gap after the snapshot', kept: snapshot, entries: logFrom(5, 3) },
    { title: 'no beginning and no snapshot', kept: null, entries: logFrom(2, 1) },
  ])('$title stops the run', ({ kept, entries }) => {
    const node = raft.create(optionsFor(3, 'n1'), counter);
    const stored = { term: 3, votedFor: null, snapshot: kept, entries };
    expect(() => raft.step(node, { kind: 'online', stored })).toThrow('no gaps');
  });

  const sums: { readonly apply: typeof counter.apply; readonly start: () => number } = counter;

  test('An application with states of its own saves and loads them', () => {
    const application = {
      ...sums,
      save: (state: number) => ({ sum: state }),
      load: (saved: unknown) => (saved as { readonly sum: number }).sum,
    };
    const node = raft.create({ ...optionsFor(1, 'n1'), ...every(1) }, application);
    const stored = { term: 1, votedFor: null, snapshot: null, entries: [] };
    raft.step(node, { kind: 'online', stored });
    const of = { kind: 'expire', timer: 'election' } as const;
    raft.step(node, { ...of, generation: node.electionGeneration });
    raft.step(node, { kind: 'persisted', write: node.lastWrite });
    raft.step(node, { kind: 'persisted', write: node.lastWrite });
    expect(node.snapshot?.application).toEqual({ sum: 0 });
    const again = raft.create({ ...optionsFor(1, 'n1'), ...every(1) }, application);
    raft.step(again, { kind: 'online', stored: { ...stored, term: 2, snapshot: node.snapshot } });
    expect(again.state).toBe(0);
  });
});

describe('Dissertation 5.1: a crash at any step of a write leaves a consistent server', () => {
  const steps = [0, 1, 2, 3, 4].flatMap((step) => [0, 1].map((done) => ({ step, done })));

  test.each(steps)('Own snapshot: $done writes done, and $step steps of the next', (at) => {
    const options = every(3, 1);
    const slow = { ...led({ servers: 3, options }), slowDisks: true };
    for (const serial of [1, 2, 3]) propose(slow, 'n1', { serial, add: serial });
    settle(slow, ['n1', 'n2']);
    beat(slow, 'n1');
    const { unsynced } = machineOf(slow, 'n3');
    expect(unsynced.some((write) => write.snapshot !== null)).toBe(true);
    crash(slow, 'n3', { writes: unsynced.length - 2 + at.done, steps: at.step });
    healed(slow);
  });

  test.each(steps)(
    'Installed over another log: $done writes done, $step steps of the next',
    (at) => {
      const network = led({ servers: 3, options: every(3, 0) });
      // n1 is left alone with entries that will never be committed.
      link(network, 'cut', 'n1', 'n2', 'n3');
      for (const serial of [1, 2, 3, 4, 5, 6, 7]) propose(network, 'n1', { serial, add: 9 });
      elect(network, 'n2');
      for (const serial of [1, 2, 3]) {
        propose(network, 'n2', { session: 'c2', serial, add: serial });
        run(network);
      }
      expect(nodeOf(network, 'n2').baseIndex).toBe(3);
      expect(termsOf(nodeOf(network, 'n1').log)).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
      const slow = { ...network, slowDisks: true };
      link(slow, 'heal', 'n1', 'n2', 'n3');
      beat(slow, 'n2');
      settle(slow, ['n2', 'n3']);
      beat(slow, 'n2');
      settle(slow, ['n2', 'n3']);
      const { unsynced } = machineOf(slow, 'n1');
      expect(unsynced.map((write) => write.snapshot?.snapshot.index ?? 0)).toEqual([0, 3]);
      crash(slow, 'n1', { writes: at.done, steps: at.step });
      healed(slow);
    },
  );
});

/** Disks are quick and messages arrive, except for the disks of others. */
function settle(network: Network, quick: readonly string[]): void {
  for (let rounds = 0; rounds < 20; rounds += 1) {
    run(network);
    for (const id of quick) sync(network, id);
  }
}

/** Everyone comes to the same state, and again after another crash of each. */
function healed(network: Network): void {
  const calm: Network = { ...network, slowDisks: false };
  const all = calm.machines.map(({ id }) => id);
  for (const id of all) while (machineOf(calm, id).unsynced.length > 0) sync(calm, id);
  for (const crashes of [0, 1]) {
    if (crashes === 1) for (const id of all) crash(calm, id);
    for (let tries = 0; tries < 2; tries += 1) elect(calm, 'n2');
    expect(nodeOf(calm, 'n2').role).toBe('leader');
    for (let beats = 0; beats < 4; beats += 1) beat(calm, 'n2');
    const [first, ...others] = calm.machines.map(({ node, disk }) => ({
      state: node.state,
      stateDigest: node.stateDigest,
      last: [node.appliedIndex, node.term],
      end: node.log.at(-1),
      disk: disk.entries.at(-1),
    }));
    for (const other of others) expect(other).toEqual(first);
  }
}
