import { describe, expect, test } from 'vitest';
import {
  ascending,
  at,
  blank,
  borrowing,
  borrowingAtMost,
  bytes,
  bytesLent,
  bytesPeak,
  doubled,
  filled,
  MemorySpent,
  roomFor,
  signedBytes,
  zeros,
} from './column.ts';

describe('borrowed columns', () => {
  test('never share memory while they are borrowed, and come clean', () => {
    for (let round = 0; round < 50; round += 1) {
      borrowing(() => {
        const columns = [zeros(7), blank(300), filled(5000, 9), ascending(round * 40), bytes(13)];
        const [zero, one, nine] = columns;
        expect([zero?.[6], one?.[299], nine?.[4999]]).toEqual([0, -1, 9]);
        for (const column of columns) column.fill(77);
        borrowing(() => {
          const inner = zeros(100_000);
          expect([at(inner, 0), at(inner, 99_999)]).toEqual([0, 0]);
          inner.fill(5);
        });
        expect(columns.every((column) => column.every((number) => number === 77))).toBe(true);
      });
    }
  });

  test('can be doubled, and keep what they hold', () => {
    borrowing(() => {
      expect([...doubled(ascending(3))]).toEqual([0, 1, 2, 0, 0, 0]);
    });
  });

  test('are counted, by the one who asked last, up to the last byte', () => {
    borrowingAtMost(1000, () => {
      zeros(100);
      expect([bytesLent(), bytesPeak()]).toEqual([400, 400]);
      borrowing(() => void zeros(100));
      expect([bytesLent(), bytesPeak()]).toEqual([400, 800]);
      expect(borrowingAtMost(64, () => zeros(16).length)).toBe(16);
      expect(() => borrowingAtMost(64, () => zeros(17))).toThrow(MemorySpent);
      expect(zeros(150).length).toBe(150);
      expect(() => bytes(1)).toThrow(MemorySpent);
    });
    expect(zeros(1000).length).toBe(1000);
  });

  test('find room the second time, when there was none at first, and keep it', () => {
    const long = 200_000;
    borrowing(() => {
      expect(zeros(long).buffer).not.toBe(zeros(1).buffer);
    });
    const kept = borrowing(() => {
      expect(zeros(long).buffer).toBe(zeros(1).buffer);
      return zeros(1).buffer;
    });
    expect(kept.byteLength).toBe(2 ** 20);
    expect(borrowing(() => zeros(1).buffer)).toBe(kept);
  });

  test('of bytes share the same memory, if there is room for them', () => {
    for (const column of [bytes, signedBytes]) {
      borrowing(() => {
        const shared = zeros(1).buffer;
        expect(column(1).buffer).toBe(shared);
        expect(column(2 ** 24 + 1).buffer).not.toBe(shared);
      });
    }
  });

  test('of great problems keep no more than 16 MiB', () => {
    const great = 2 ** 22 + 1;
    for (let round = 0; round < 2; round += 1) {
      borrowing(() => {
        expect(zeros(great).buffer).not.toBe(zeros(1).buffer);
      });
    }
    expect(borrowing(() => zeros(1).buffer.byteLength)).toBe(2 ** 24);
  });
});

test.each([
  [0, 64],
  [128, 64],
  [129, 128],
  [10_000, 8192],
  [1_000_000, 8192],
])('a search over %i operations begins with room for %i configurations', (operations, room) => {
  expect(roomFor(operations)).toBe(room);
});
