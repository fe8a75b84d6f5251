/** Reading a log. Indices start at 1; index 0, before the first entry, has term 0 by definition. */
import type { Entry, Payload } from './entry.ts';
import { digestOf } from './hash.ts';
import type { Node } from './node.ts';

/** Makes an entry with its digest. A leader does this once per entry; everyone shares the object. */
export function makeEntry(place: { index: number; term: number }, payload: Payload): Entry {
  const { index, term } = place;
  return { index, term, digest: digestOf(place, payload), payload };
}

export function lastIndex(node: Node): number {
  return node.baseIndex + node.log.length;
}

/** The entry at `index`; undefined past the end, and where the log was compacted. */
export function entryAt(node: Node, index: number): Entry | undefined {
  return node.log[index - node.baseIndex - 1];
}

/**
 * The term of the entry at `index`: 0 for index 0, -1 past the end, -2 where the log was compacted
 * so that nobody knows any more (raft.md 2.4-R2).
 */
export function termAt(node: Node, index: number): number {
  if (index === node.baseIndex) return node.baseTerm;
  if (index < node.baseIndex) return -2;
  const entry = node.log[index - node.baseIndex - 1];
  return entry === undefined ? -1 : entry.term;
}

export function lastTerm(node: Node): number {
  return termAt(node, lastIndex(node));
}

/**
 * The last index at or below `bound.index` whose term is at most `bound.term` (raft.md 2.14).
 * Terms never fall along a log, so halving finds it.
 */
export function lastIndexWithin(node: Node, bound: { index: number; term: number }): number {
  let low = node.baseIndex;
  let high = Math.min(bound.index, lastIndex(node));
  if (high < low || node.baseTerm > bound.term) return 0;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (termAt(node, middle) <= bound.term) low = middle;
    else high = middle - 1;
  }
  return low;
}
