/** What the bus did, counted: on both sides of a comparison, so that a mock's gaps show at a glance. */
import type { SendRecord, TraceRecord } from '../../trace/record.ts';

export interface Count {
  readonly what: string;
  readonly here: number;
  readonly there: number;
}

const words: readonly string[] = [
  'messages sent',
  'delivered',
  'delivered again',
  'published twice',
  'held back',
  'lost',
  'throttled',
  'locks lost',
  'dead letters',
  'disconnections',
];

const busWords = {
  settled: null,
  throttled: 'throttled',
  lockLost: 'locks lost',
  deadLettered: 'dead letters',
  disconnected: 'disconnections',
} as const;

function wordOf(record: TraceRecord): string | null {
  switch (record.kind) {
    case 'send':
      return 'messages sent';
    case 'deliver':
      return record.deliveryCount > 0 ? 'delivered again' : 'delivered';
    case 'duplicate':
      return 'published twice';
    case 'delay':
      return 'held back';
    case 'drop':
      // What the broker refuses for being busy ends as a drop of the mock.
      return record.reason === 'rejected' ? 'throttled' : 'lost';
    case 'bus':
      return busWords[record.what];
    default:
      return null;
  }
}

function tally(records: readonly TraceRecord[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const record of records) {
    const word = wordOf(record);
    if (word !== null) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

/** Only what happened on one side at least. */
export function countsOf(
  here: readonly TraceRecord[],
  there: readonly TraceRecord[],
): readonly Count[] {
  const [mine, theirs] = [tally(here), tally(there)];
  return words
    .map((what) => ({ what, here: mine.get(what) ?? 0, there: theirs.get(what) ?? 0 }))
    .filter((count) => count.here + count.there > 0);
}

/** Microseconds from send to delivery: half of all, and 19 of 20, took no longer. */
export interface Hop {
  readonly median: number;
  readonly most: number;
}

export function hopOf(
  records: readonly TraceRecord[],
  sends: ReadonlyMap<number, SendRecord>,
): Hop {
  const hops: number[] = [];
  for (const record of records) {
    const sent = record.kind === 'deliver' ? sends.get(record.id)?.at : undefined;
    if (sent !== undefined) hops.push(record.at - sent);
  }
  hops.sort((left, right) => left - right);
  return { median: hops[hops.length >> 1] ?? 0, most: hops[Math.floor(hops.length * 0.95)] ?? 0 };
}
