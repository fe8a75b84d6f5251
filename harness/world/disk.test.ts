import { describe, expect, test } from 'vitest';
import type { Entry } from '../raft/entry.ts';
import type { Snapshot, Write } from '../raft/step.ts';
import type { Disk } from './disk.ts';
import { completeSync, flush, losePower, newDisk, storedOn } from './disk.ts';

const entry = (index: number, term: number): Entry => ({
  index,
  term,
  digest: index * 100 + term,
  payload: { kind: 'noop' },
});

function append(id: number, from: number, ...terms: readonly number[]): Write {
  return {
    id,
    hard: null,
    log: { from, entries: terms.map((term, i) => entry(from + i, term)) },
    snapshot: null,
  };
}

const vote = (id: number, term: number, votedFor: string | null): Write => ({
  id,
  hard: { term, votedFor },
  log: null,
  snapshot: null,
});

function written(...writes: readonly Write[]): Disk {
  const disk = newDisk({ term: 1, votedFor: null, snapshot: null, entries: [entry(1, 1)] });
  for (const write of writes) disk.pending.push({ write, seq: write.id });
  return disk;
}

const holds = (disk: Disk): string => {
  const { term, votedFor, entries } = storedOn(disk);
  return `term ${term}, vote ${votedFor ?? '-'}, log ${entries.map((e) => e.term).join(' ')}`;
};

describe('a disk', () => {
  test('an fsync covers what was written before it began and nothing after', () => {
    const disk = written(vote(1, 2, 'S2'), append(2, 2, 2, 2));
    disk.syncing = 2;
    disk.pending.push({ write: append(3, 4, 2), seq: 3 });
    expect(completeSync(disk).write.id).toBe(2);
    expect(holds(disk)).toBe('term 2, vote S2, log 1 2 2');
    expect(disk.pending.length).toBe(1);
    expect(disk.pending.at(0)?.write.id).toBe(3);
  });

  test('a write that replaces a tail is atomic once it is durable', () => {
    const disk = written(append(1, 2, 1, 1, 1), append(2, 3, 2));
    disk.syncing = 2;
    completeSync(disk);
    expect(holds(disk)).toBe('term 1, vote -, log 1 1 2');
  });

  test.each([
    ['everything unsynced', { kept: 0, torn: null }, 'term 1, vote -, log 1', 3],
    ['all but the first write', { kept: 1, torn: null }, 'term 2, vote S2, log 1', 2],
    [
      'the end of a torn record',
      { kept: 1, torn: { snapshot: false, entries: 1 } },
      'term 2, vote S2, log 1 2',
      2,
    ],
    [
      'a record torn at once',
      { kept: 1, torn: { snapshot: false, entries: 0 } },
      'term 2, vote S2, log 1',
      2,
    ],
    ['nothing, by luck', { kept: 3, torn: null }, 'term 2, vote S2, log 1 2 2 2', 0],
  ])('losing power can lose %s', (_what, loss, expected, lost) => {
    const disk = written(vote(1, 2, 'S2'), append(2, 2, 2, 2), append(3, 4, 2));
    expect(losePower(disk, loss)).toBe(lost);
    expect(holds(disk)).toBe(expected);
    expect(disk.pending.length).toBe(0);
  });

  test('a torn record keeps the term and vote it begins with', () => {
    const disk = written({
      id: 1,
      hard: { term: 3, votedFor: null },
      log: append(1, 2, 3, 3).log,
      snapshot: null,
    });
    losePower(disk, { kept: 0, torn: { snapshot: false, entries: 1 } });
    expect(holds(disk)).toBe('term 3, vote -, log 1 3');
  });

  test('a torn truncation leaves the shorter log', () => {
    const disk = written(append(1, 2, 1, 1));
    disk.syncing = 1;
    completeSync(disk);
    disk.pending.push({ write: append(2, 2, 3, 3), seq: 2 });
    losePower(disk, { kept: 0, torn: { snapshot: false, entries: 1 } });
    expect(holds(disk)).toBe('term 1, vote -, log 1 3');
  });

  const snapshot = (index: number, term: number): Snapshot => ({
    index,
    term,
    configuration: { voters: ['S1'], outgoing: [], learners: [], learnersNext: [] },
    sessions: [],
    application: null,
    stateDigest: index,
  });
  const keep = (id: number, index: number, discardThrough: number, cutFrom = 0): Write => ({
    id,
    hard: { term: 4, votedFor: null },
    log: cutFrom === 0 ? null : { from: cutFrom, entries: [] },
    snapshot: { snapshot: snapshot(index, 3), discardThrough },
  });
  const holdsAll = (disk: Disk): string => {
    const { term, snapshot: kept, entries } = storedOn(disk);
    const log = entries.map((each) => `${each.index}@${each.term}`).join(' ');
    return `term ${term}, snapshot ${kept?.index ?? '-'}, log ${log}`;
  };

  test.each([
    ['keeps what it does not cover', keep(2, 3, 2), 'term 4, snapshot 3, log 3@1 4@1 5@1'],
    ['takes the place of all', keep(2, 9, 9), 'term 4, snapshot 9, log '],
    ['takes the place of what contradicts it', keep(2, 3, 3, 4), 'term 4, snapshot 3, log '],
  ])('a snapshot %s', (_what, write, expected) => {
    const disk = written(append(1, 2, 1, 1, 1, 1), write);
    flush(disk);
    expect(holdsAll(disk)).toBe(expected);
    disk.pending.push({ write: append(3, 10, 4), seq: 3 });
    flush(disk);
    expect(storedOn(disk).entries.at(-1)?.index).toBe(10);
  });

  test.each([
    ['before it is renamed', { snapshot: false, entries: -1 }, 'snapshot -, log 1@1 2@1 3@1 4@1'],
    ['before the log is cut', { snapshot: true, entries: -1 }, 'snapshot 3, log 1@1 2@1 3@1 4@1'],
    ['before it is discarded', { snapshot: true, entries: 0 }, 'snapshot 3, log 1@1 2@1 3@1'],
  ])('the power may go %s', (_what, torn, expected) => {
    const disk = written(append(1, 2, 1, 1, 1), keep(2, 3, 3, 4));
    losePower(disk, { kept: 1, torn });
    expect(holdsAll(disk)).toBe(`term 4, ${expected}`);
  });

  test('an orderly shutdown keeps everything', () => {
    const disk = written(vote(1, 5, null), append(2, 2, 5));
    flush(disk);
    expect(holds(disk)).toBe('term 5, vote -, log 1 5');
  });

  test('an fsync that never began cannot end', () => {
    expect(() => completeSync(written())).toThrow('never began');
  });

  test('what is read back is a copy', () => {
    const disk = written();
    const stored = storedOn(disk);
    disk.entries.length = 0;
    expect(stored.entries).toHaveLength(1);
  });
});
