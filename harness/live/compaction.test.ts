import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Snapshot, Stored, Write } from '../raft/step.ts';
import { withScratch } from '../trace/scratch.ts';
import { openFileDisk } from './file-disk.ts';
import { appended, entries, errorOf, lastBeforeKill, owner, write } from './file-disk.test.kit.ts';
import { beside } from './replace-file.ts';

const small = { compactBytesMin: 2_000 };

/** Each replaces what was written before: only the last one's entries are ever needed. */
function replacing(id: number): Write {
  return write(id, { hard: { term: id, votedFor: 'S1' }, log: entries(1, id, 3) });
}

function upTo(index: number): Snapshot {
  return {
    index,
    term: 1,
    configuration: { voters: ['S1'], outgoing: [], learners: [], learnersNext: [] },
    sessions: [],
    application: { x: index },
    stateDigest: index,
  };
}

function storedIn(file: string): Stored {
  const disk = openFileDisk(file, owner);
  disk.close();
  return disk.recovered.stored;
}

/** A log of eight writes that was never compacted; what it holds, and how it looks compacted. */
async function logs(
  path: (name: string) => string,
): Promise<{ readonly long: Buffer; readonly short: Buffer; readonly stored: Stored }> {
  const file = path('S1.log');
  const disk = openFileDisk(file, owner);
  for (let id = 1; id <= 8; id += 1) await appended(disk, [replacing(id)]);
  disk.close();
  const long = readFileSync(file);
  const stored = storedIn(file);
  const compacting = openFileDisk(file, owner, small);
  // Nothing is appended before the new file is there.
  await appended(compacting, [write(9, {})]);
  compacting.close();
  const whole = readFileSync(file);
  expect(whole.length).toBeLessThan(long.length / 2);
  expect(storedIn(file)).toEqual(stored);
  const again = openFileDisk(file, owner);
  expect(again.recovered).toMatchObject({ records: 1, last: { incarnation: 1, write: 9 } });
  again.close();
  // Without the write that was appended behind.
  const tail = long.length - (await withoutLast(path, long));
  return { long, short: whole.subarray(0, whole.length - tail), stored };
}

/** Where a log would end that had not yet taken write 9. */
async function withoutLast(path: (name: string) => string, long: Buffer): Promise<number> {
  writeFileSync(path('longer.log'), long);
  const disk = openFileDisk(path('longer.log'), owner);
  await appended(disk, [write(9, {})]);
  disk.close();
  return 2 * long.length - statSync(path('longer.log')).size;
}

describe('a log file of which most is needless', () => {
  test('is written anew when it is opened, and holds the same', () =>
    withScratch(async (path) => {
      const { long, short, stored } = await logs(path);
      expect(stored.term).toBe(8);
      expect(stored.entries).toHaveLength(3);
      writeFileSync(path('short.log'), short);
      expect(storedIn(path('short.log'))).toEqual(stored);
      expect(long.length).toBeGreaterThan(2 * short.length);
    }));

  test('is written anew while it is used, as often as it must, and stays short', () =>
    withScratch(async (path) => {
      const file = path('S1.log');
      const disk = openFileDisk(file, owner, small);
      let longest = 0;
      for (let id = 1; id <= 60; id += 1) {
        await appended(disk, [replacing(id)]);
        longest = Math.max(longest, statSync(file).size);
      }
      disk.close();
      expect(longest).toBeLessThan(4_000);
      const again = openFileDisk(file, owner, small);
      const { stored, last } = again.recovered;
      again.close();
      expect([stored.term, last]).toEqual([60, { incarnation: 1, write: 60 }]);
      expect(stored.entries).toEqual(replacing(60).log?.entries);
    }));

  test('keeps the snapshot, and of the entries before it none', () =>
    withScratch(async (path) => {
      const file = path('S1.log');
      const disk = openFileDisk(file, owner, small);
      let longest = 0;
      for (let index = 1; index <= 200; index += 1) {
        const snapshot = index % 10 === 0 ? { snapshot: upTo(index), discardThrough: index } : null;
        await appended(disk, [write(index, { log: entries(index, 1, 1), snapshot })]);
        longest = Math.max(longest, statSync(file).size);
      }
      disk.close();
      expect(longest).toBeLessThan(8_000);
      const { snapshot, entries: held } = storedIn(file);
      expect([snapshot, held]).toEqual([upTo(200), []]);
    }));

  test('stays as it is while everything in it is needed, or while it is short', () =>
    withScratch(async (path) => {
      const file = path('S1.log');
      const disk = openFileDisk(file, owner, { compactBytesMin: 0 });
      for (let id = 1; id <= 20; id += 1) {
        const before = statSync(file).size;
        await appended(disk, [write(id, { log: entries(id, 1, 1) })]);
        expect(statSync(file).size).toBeGreaterThan(before);
      }
      disk.close();
      const { records } = openFileDisk(file, owner).recovered;
      expect(records).toBe(20);
    }));

  test('is found whole, however much of the new one is there when the process is killed', () =>
    withScratch(async (path) => {
      const { long, short, stored } = await logs(path);
      const file = path('S1.log');
      for (let size = 0; size <= short.length; size += 1) {
        if (size % 23 !== 0 && size !== short.length) continue;
        writeFileSync(file, long);
        writeFileSync(beside(file), short.subarray(0, size));
        expect(storedIn(file), `${size} bytes beside`).toEqual(stored);
        expect(existsSync(beside(file))).toBe(false);
        expect(readFileSync(file).equals(long)).toBe(true);
      }
    }));

  test('and that has its new name already, is never taken for less than it was', () =>
    withScratch(async (path) => {
      const { short, stored } = await logs(path);
      const file = path('S1.log');
      const title = short.indexOf('{"base"') - 12;
      writeFileSync(file, short);
      const disk = openFileDisk(file, owner);
      const ends = [short.length];
      for (const id of [9, 10]) {
        await appended(disk, [write(id, { hard: { term: id, votedFor: null } })]);
        ends.push(statSync(file).size);
      }
      disk.close();
      const bytes = readFileSync(file);
      // Shorter than its title, a file is one that was just begun.
      for (let size = title; size <= bytes.length; size += 1) {
        if (size % 5 !== 0 && size < short.length - 40) continue;
        writeFileSync(file, bytes.subarray(0, size));
        if (size < short.length) {
          const { what } = errorOf(() => openFileDisk(file, owner));
          expect(what, `cut at ${size}`).toContain('what the log came to before is missing');
        } else {
          const whole = ends.filter((end) => end <= size).length - 1;
          const { term, entries: held } = storedIn(file);
          expect([term, held], `cut at ${size}`).toEqual([8 + whole, stored.entries]);
        }
      }
    }));

  test('stays in use when no new one can be written', () =>
    withScratch(async (path) => {
      const file = path('S1.log');
      const disk = openFileDisk(file, owner, small);
      // Nothing can be written where a folder is.
      mkdirSync(beside(file));
      for (let id = 1; id <= 12; id += 1) await appended(disk, [replacing(id)]);
      const long = statSync(file).size;
      expect(long).toBeGreaterThan(4_000);
      rmdirSync(beside(file));
      for (let id = 13; id <= 40; id += 1) await appended(disk, [replacing(id)]);
      disk.close();
      expect(statSync(file).size).toBeLessThan(long);
      expect(storedIn(file).term).toBe(40);
    }));

  test('that somebody else put another file in place of is not written to any more', () =>
    withScratch(async (path) => {
      const file = path('S1.log');
      const disk = openFileDisk(file, owner, small);
      await appended(disk, [replacing(1)]);
      copyFileSync(file, path('other'));
      mkdirSync(beside(file));
      renameSync(path('other'), file);
      let refused: unknown = null;
      for (let id = 2; id <= 20 && refused === null; id += 1) {
        await appended(disk, [replacing(id)]).catch((error: unknown) => void (refused = error));
      }
      expect(String(refused)).toContain('the log cannot be kept');
    }));
});

/** Replaces its log again and again, and says of each write when it is durable. */
const writer = `
const { openFileDisk } = await import(process.argv[1]);
const disk = openFileDisk(process.argv[2], { server: 'S1', cluster: 'test' }, { compactBytesMin: 1500 });
let term = disk.recovered.stored.term;
const go = () => {
  term += 1;
  const entries = [1, 2, 3].map((index) => ({ index, term, digest: term, payload: { kind: 'noop' } }));
  const write = { id: term, hard: { term, votedFor: 'S1' }, log: { from: 1, entries }, snapshot: null };
  disk.append(1, [write], (error) => {
    if (error !== null) throw error;
    process.stdout.write(term + '\\n', go);
  });
};
go();
`;

test('killed at any moment, a process that compacts finds again what it was told is durable', () =>
  withScratch(async (path) => {
    const file = path('S1.log');
    let confirmed = 0;
    for (let life = 0; life < 8; life += 1) {
      confirmed = await lastBeforeKill({
        code: writer,
        file,
        onNumber(heard, kill) {
          // Several files later, anywhere in the making of one.
          if (heard === 20 + life) setTimeout(kill, life % 4);
        },
      });
      const { term, entries: held } = storedIn(file);
      expect(term).toBeGreaterThanOrEqual(confirmed);
      expect(held.map((one) => [one.index, one.term])).toEqual([1, 2, 3].map((i) => [i, term]));
      expect(statSync(file).size).toBeLessThan(5_000);
    }
    expect(confirmed).toBeGreaterThan(150);
  }));
