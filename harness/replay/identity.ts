/**
 * Who is who in two traces: a record is known by where it happened, what it is and which of its like
 * it is there, a message by its sender, its addressee and its place among those. Numbers mean
 * nothing across traces.
 */
import type { TraceRecord } from '../trace/record.ts';
import { actorOf } from './plan.ts';

/** What tells records about one message apart. */
function fateOf(record: TraceRecord): string {
  switch (record.kind) {
    case 'deliver':
      return ` ${record.deliveryCount}`;
    case 'drop':
      return ` ${record.to} ${record.reason}`;
    case 'bus':
      return ` ${record.to} ${record.what}`;
    default:
      return '';
  }
}

/** What tells records of one place and kind apart before they are counted. */
function detailOf(record: TraceRecord, messages: ReadonlyMap<number, string>): string {
  if (record.kind === 'send') return `${record.to} ${record.message.kind}`;
  if ('id' in record) return `${messages.get(record.id) ?? '?'}${fateOf(record)}`;
  switch (record.kind) {
    case 'timer':
    case 'arm':
      return record.timer;
    case 'match':
      return record.peer;
    case 'apply':
    case 'propose':
      return String(record.index);
    case 'fault':
      return `${record.fault} ${record.phase}`;
    default:
      return '';
  }
}

/** One key for each record, none twice. */
export function identities(records: readonly TraceRecord[]): readonly string[] {
  const messages = new Map<number, string>();
  const seen = new Map<string, number>();
  return records.map((record) => {
    const kind = `${actorOf(record)} ${record.kind} ${detailOf(record, messages)}`;
    const nth = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, nth);
    const key = `${kind} ${nth}`;
    if (record.kind === 'send') messages.set(record.id, key);
    return key;
  });
}

/** Places of a longest ascending subsequence: what is left out was moved. */
export function ascending(values: readonly number[]): ReadonlySet<number> {
  const tails: number[] = [];
  const before: number[] = [];
  values.forEach((value, at) => {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((values[tails[middle] ?? 0] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    before[at] = tails[low - 1] ?? -1;
    tails[low] = at;
  });
  const kept = new Set<number>();
  for (let at = tails.at(-1) ?? -1; at >= 0; at = before[at] ?? -1) kept.add(at);
  return kept;
}
