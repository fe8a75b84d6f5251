/** Equality of JSON values: what compare-and-set compares. */
import type { Json } from '../raft/entry.ts';

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

export function sameJson(left: Json, right: Json): boolean {
  if (left === right) return true;
  if (left === null || right === null) return false;
  if (typeof left !== 'object' || typeof right !== 'object') return false;
  if (isList(left) || isList(right)) {
    if (!isList(left) || !isList(right) || left.length !== right.length) return false;
    return left.every((value, i) => sameJson(value, right[i] ?? null));
  }
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => key in right && sameJson(left[key] ?? null, right[key] ?? null));
}
