import { expect, test } from 'vitest';
import { hashOf } from './hash.ts';

test('Words that differ a little have hashes that spread over a table', () => {
  const buckets = new Set<number>();
  const words = new Int32Array(3);
  for (let each = 0; each < 4096; each += 1) {
    words.set([each >> 8, (each >> 4) & 15, each & 15]);
    buckets.add(hashOf(words, 0, 3) & 4095);
  }
  // Of so many buckets, chance leaves about 37 in 100 empty.
  expect(buckets.size).toBeGreaterThan(2300);
});

test('Only the words asked for count', () => {
  const words = Int32Array.of(1, 2, 3, 4);
  const others = Int32Array.of(9, 2, 3, 9);
  expect(hashOf(words, 1, 3)).toBe(hashOf(others, 1, 3));
  expect(hashOf(words, 0, 3)).not.toBe(hashOf(others, 0, 3));
  expect(hashOf(words, 1, 4)).not.toBe(hashOf(others, 1, 4));
});
