/** Hashes of a few words, for tables whose size is a power of two: every bit depends on every word. */
import { at } from './column.ts';

/** The hash of the words from `start` up to but without `end`. */
export function hashOf(words: Int32Array, start: number, end: number): number {
  let hash = 0x2545f491;
  for (let word = start; word < end; word += 1) {
    hash = Math.imul(hash ^ at(words, word), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash ^ (hash >>> 13);
}
