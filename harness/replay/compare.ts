/** Two records side by side: the same, the same at another time, or different. */
import { isDeepStrictEqual } from 'node:util';
import type { TraceRecord } from '../trace/record.ts';

/** How a live record stands to the recorded one. */
export type Standing = 'same' | 'timing' | 'reordered' | 'unmodelled' | 'divergence';

export const standings: readonly Standing[] = [
  'same',
  'timing',
  'reordered',
  'unmodelled',
  'divergence',
];

/** For people. */
export const standingNames: Readonly<Record<Standing, string>> = {
  same: 'same',
  timing: 'timing only',
  reordered: 'reordered within the model',
  unmodelled: 'a behaviour that the mock lacks',
  divergence: 'protocol divergence',
};

export type Counts = Readonly<Record<Standing, number>>;

export function countsOf(found: Iterable<Standing>): Counts {
  const counts = { same: 0, timing: 0, reordered: 0, unmodelled: 0, divergence: 0 };
  for (const standing of found) counts[standing] += 1;
  return counts;
}

export interface Comparison {
  readonly standing: 'same' | 'timing' | 'divergence';
  /** Names of the fields that differ in more than time. */
  readonly fields: readonly string[];
}

const times: readonly string[] = ['at', 'dueAt', 'byMicros'];

/** Fields that say who wrote the trace, or when something was, and not what happened. */
function isBeside(record: TraceRecord, field: string): boolean {
  if (record.kind === 'header') return field === 'adapter' || field === 'whitewater';
  // The sentence names moments; who is to blame, and by which records, stands beside it.
  return record.kind === 'verdict' && field === 'sentence';
}

/** Compares field by field, in whatever order they stand. */
export function compared(expected: TraceRecord, happened: TraceRecord): Comparison {
  const left = new Map<string, unknown>(Object.entries(expected));
  const right = new Map<string, unknown>(Object.entries(happened));
  const fields: string[] = [];
  let late = false;
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    if (isDeepStrictEqual(left.get(name), right.get(name))) continue;
    if (times.includes(name)) late = true;
    else if (isBeside(expected, name)) late ||= expected.kind === 'verdict';
    else fields.push(name);
  }
  if (fields.length > 0) return { standing: 'divergence', fields };
  return { standing: late ? 'timing' : 'same', fields };
}
