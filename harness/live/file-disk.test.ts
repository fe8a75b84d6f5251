import { readFileSync, statSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Stored, Write } from '../raft/step.ts';
import { withScratch } from '../trace/scratch.ts';
import { UserError } from '../trace/user-error.ts';
import { flush, newDisk, storedOn } from '../world/disk.ts';
import { openFileDisk } from './file-disk.ts';
import { appended, entries, errorOf, lastBeforeKill, owner, write } from './file-disk.test.kit.ts';
import { readLog } from './read-log.ts';

const story: readonly Write[] = [
  write(1, { hard: { term: 1, votedFor: 'S1' } }),
  write(2, { log: entries(1, 1, 3) }),
  write(3, { hard: { term: 2, votedFor: null }, log: entries(3, 2, 2) }),
  write(4, { hard: { term: 3, votedFor: 'S2' } }),
  write(5, { log: entries(2, 3, 6) }),
];

/** What a disk must hold after the first `count` writes of the story. */
function after(count: number): Stored {
  const disk = newDisk({ term: 0, votedFor: null, snapshot: null, entries: [] });
  for (const one of story.slice(0, count)) disk.pending.push({ write: one, seq: 0 });
  flush(disk);
  return storedOn(disk);
}

/** The story as a file, with the size of the file after each write. */
async function told(path: string): Promise<{ bytes: Buffer; ends: readonly number[] }> {
  const disk = openFileDisk(path, owner);
  const ends = [statSync(path).size];
  for (const one of story) {
    await appended(disk, [one]);
    ends.push(statSync(path).size);
  }
  disk.close();
  return { bytes: readFileSync(path), ends };
}

describe('a log file', () => {
  test('gives back what was written, over several lives', () =>
    withScratch(async (path) => {
      const file = path('S1.log');
      for (const [at, one] of story.entries()) {
        const disk = openFileDisk(file, owner);
        expect(disk.recovered.stored).toEqual(after(at));
        expect(disk.recovered.last).toEqual(at === 0 ? null : { incarnation: at, write: at });
        await appended(disk, [one], at + 1);
        disk.close();
      }
      expect(openFileDisk(file, owner).recovered.stored).toEqual(after(story.length));
    }));

  test('takes several writes in one fsync', () =>
    withScratch(async (path) => {
      const disk = openFileDisk(path('S1.log'), owner);
      await appended(disk, story);
      disk.close();
      const { recovered } = openFileDisk(path('S1.log'), owner);
      expect(recovered).toMatchObject({ stored: after(5), records: 5, cutBytes: 0 });
    }));

  test('keeps fields of a write that it does not know', () =>
    withScratch(async (path) => {
      const disk = openFileDisk(path('S1.log'), owner);
      const later = { ...write(1, {}), colour: { index: 7, state: 'opaque' } };
      await appended(disk, [later]);
      disk.close();
      expect(readFileSync(path('S1.log'), 'utf8')).toContain('{"index":7,"state":"opaque"}');
      expect(openFileDisk(path('S1.log'), owner).recovered.records).toBe(1);
    }));

  test('cut at any byte, holds every record that was whole, and goes on from there', () =>
    withScratch(async (path) => {
      const { bytes, ends } = await told(path('whole.log'));
      for (let size = 0; size < bytes.length; size += 1) {
        const file = path('cut.log');
        const whole = Math.max(0, ends.filter((end) => end <= size).length - 1);
        const { recovered } = readLog(file, bytes.subarray(0, size), owner);
        expect(recovered.stored, `cut at ${size}`).toEqual(after(whole));
        expect(recovered.cutBytes).toBe(size - (ends.filter((end) => end <= size).at(-1) ?? 0));
        // Every fsync takes its time.
        if (size % 61 !== 0) continue;
        writeFileSync(file, bytes.subarray(0, size));
        const mended = openFileDisk(file, owner);
        for (const one of story.slice(whole)) await appended(mended, [one]);
        mended.close();
        expect(readFileSync(file).equals(bytes)).toBe(true);
      }
    }));

  test('with any single bit flipped is refused, by file, offset and remedy', () =>
    withScratch(async (path) => {
      const { bytes, ends } = await told(path('whole.log'));
      for (let bit = 0; bit < bytes.length * 8; bit += 3) {
        const file = path('flipped.log');
        const flipped = Buffer.from(bytes);
        const at = bit >> 3;
        flipped[at] = (flipped[at] ?? 0) ^ (1 << (bit & 7));
        const error = errorOf(() => readLog(file, flipped, owner));
        const record = ends.findLast((end) => end <= at) ?? 0;
        expect(error.message, `bit ${bit}`).toContain(`flipped.log: `);
        expect(error.message).toContain(`at byte ${record}: the log is damaged`);
        expect(error.remedy).toContain('set the file aside');
      }
      const last = Buffer.from(bytes);
      last[bytes.length - 1] = 0;
      writeFileSync(path('flipped.log'), last);
      expect(errorOf(() => openFileDisk(path('flipped.log'), owner)).what).toContain('damaged');
      expect(readFileSync(path('flipped.log')).equals(last)).toBe(true);
    }));

  test('whose last write left a hole is mended; with a hole before it, refused', () =>
    withScratch(async (path) => {
      const { bytes, ends } = await told(path('whole.log'));
      const file = path('hole.log');
      const [, , second = 0, third = 0] = ends;
      const last = ends[4] ?? 0;
      const tail = Buffer.from(bytes).fill(0, Math.ceil((last + 12) / 512) * 512);
      writeFileSync(file, tail);
      const disk = openFileDisk(file, owner);
      expect(disk.recovered).toMatchObject({ stored: after(4), cutBytes: bytes.length - last });
      disk.close();
      writeFileSync(file, Buffer.concat([bytes, Buffer.alloc(4_096)]));
      expect(openFileDisk(file, owner).recovered).toMatchObject({ stored: after(5) });
      writeFileSync(file, Buffer.from(bytes).fill(0, second, third));
      expect(errorOf(() => openFileDisk(file, owner)).message).toContain(`at byte ${second}`);
    }));

  test('with a record taken out, doubled or moved is refused', () =>
    withScratch(async (path) => {
      const { bytes, ends } = await told(path('whole.log'));
      const part = (at: number): Buffer => bytes.subarray(ends[at - 1] ?? 0, ends[at] ?? 0);
      const title = bytes.subarray(0, ends[0]);
      for (const order of [
        [2, 3, 4, 5],
        [1, 2, 2, 3, 4, 5],
        [1, 3, 2, 4, 5],
      ]) {
        writeFileSync(path('mixed.log'), Buffer.concat([title, ...order.map(part)]));
        expect(errorOf(() => openFileDisk(path('mixed.log'), owner)).what).toContain('damaged');
      }
    }));

  test('whose entries have a gap is refused', () =>
    withScratch(async (path) => {
      const disk = openFileDisk(path('S1.log'), owner);
      await appended(disk, [
        write(1, { log: entries(1, 1, 2) }),
        write(2, { log: entries(5, 1, 1) }),
      ]);
      disk.close();
      const { message } = errorOf(() => openFileDisk(path('S1.log'), owner));
      expect(message).toContain('entries are missing');
    }));

  test('of another server or cluster, or no log at all, is refused', () =>
    withScratch(async (path) => {
      await told(path('S1.log'));
      const other = errorOf(() => openFileDisk(path('S1.log'), { ...owner, server: 'S2' }));
      expect(other.message).toContain('belongs to S1 of cluster test, not to S2');
      const later = errorOf(() => openFileDisk(path('S1.log'), { ...owner, cluster: 'x' }));
      expect(later.remedy).toContain('folder of its own');
      writeFileSync(path('text.log'), 'This is a letter to my aunt, not a log.');
      expect(errorOf(() => openFileDisk(path('text.log'), owner)).what).toContain('damaged');
      expect(errorOf(() => openFileDisk(path('no/S1.log'), owner)).what).toContain('ENOENT');
    }));

  test('any bytes whatever give a log, or one clear error', () =>
    withScratch(async (path) => {
      const { bytes } = await told(path('whole.log'));
      fc.assert(
        fc.property(
          fc.uint8Array({ maxLength: 80 }),
          fc.nat(bytes.length),
          fc.nat(bytes.length),
          (noise, from, to) => {
            const parts = [bytes.subarray(0, from), noise, bytes.subarray(to)];
            try {
              readLog(path('any.log'), Buffer.concat(parts), owner);
            } catch (error) {
              expect(error).toBeInstanceOf(UserError);
            }
          },
        ),
        { seed: 7, numRuns: 300 },
      );
    }));
});

/** Writes without end, and says of each write when it is durable. */
const writer = `
const { openFileDisk } = await import(process.argv[1]);
const disk = openFileDisk(process.argv[2], { server: 'S1', cluster: 'test' });
let id = disk.recovered.records;
let index = disk.recovered.stored.entries.length;
const go = () => {
  const writes = [];
  for (let i = 0; i < 1 + (id % 5); i += 1) {
    id += 1;
    index += 1;
    const payload = { kind: 'command', session: 'c1', serial: index, acknowledged: 0,
      command: { text: 'x'.repeat((index * 37) % 3000) } };
    const log = { from: index, entries: [{ index, term: 1, digest: index, payload }] };
    writes.push({ id, hard: { term: id, votedFor: 'S1' }, log, snapshot: null });
  }
  disk.append(1, writes, (error) => {
    if (error !== null) throw error;
    process.stdout.write(id + '\\n', go);
  });
};
go();
`;

test('killed at any moment, a process finds again whatever it was told is durable', () =>
  withScratch(async (path) => {
    const file = path('S1.log');
    let confirmed = 0;
    for (let life = 0; life < 12; life += 1) {
      confirmed = await lastBeforeKill({
        code: writer,
        file,
        onNumber(heard, kill) {
          if (heard === 3 + life * 7) kill();
        },
      });
      const disk = openFileDisk(file, owner);
      const { stored, records } = disk.recovered;
      disk.close();
      expect(records).toBeGreaterThanOrEqual(confirmed);
      expect(stored.term).toBe(records);
      expect(stored.entries.map(({ index }) => index)).toEqual(
        Array.from({ length: records }, (_, i) => i + 1),
      );
    }
    expect(confirmed).toBeGreaterThan(200);
  }));
