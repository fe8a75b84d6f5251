/**
 * Two traces side by side, aligned by what happened and not by when: the n-th event of one kind
 * and content on a lane is the same event in both. What is left over are the differences.
 */
import type { SendRecord, TraceRecord } from '../../trace/record.ts';
import type { ViewerOther } from '../data.ts';
import type { Count, Hop } from './compare-counts.ts';
import { countsOf, hopOf } from './compare-counts.ts';
import { countUpTo } from './lists.ts';
import type { Model } from './model.ts';
import type { Lanes } from './turns.ts';
import { actorOf } from './turns.ts';
import { sentenceOf } from './words.ts';

export interface Difference {
  /** Index in this trace; for what only the other one has, the record before it by time. */
  readonly index: number;
  readonly isHere: boolean;
  readonly at: number;
  /** Of whom it happened to. */
  readonly lane: number;
  readonly text: string;
  readonly cause: 'bus' | 'decision';
}

export interface Comparison {
  readonly name: string;
  readonly verdict: 'same' | 'timing' | 'reorder' | 'bus' | 'decision';
  readonly sentence: string;
  /** By time. */
  readonly differences: readonly Difference[];
  readonly hop: { readonly here: Hop; readonly there: Hop };
  /** What the bus did on each side. */
  readonly counts: readonly Count[];
  /** Deliveries that come in another order there. */
  readonly reordered: number;
}

type Sends = ReadonlyMap<number, SendRecord>;

/** What a record says apart from its time and number; null: not compared. */
function contentOf(record: TraceRecord, sends: Sends): string | null {
  const body = (id: number): string => JSON.stringify(sends.get(id)?.message ?? id);
  switch (record.kind) {
    case 'send':
      return `${record.from} send ${JSON.stringify(record.message)}`;
    case 'deliver':
      return `${record.to} deliver ${record.deliveryCount} ${body(record.id)}`;
    case 'drop':
    case 'duplicate':
      return `bus ${record.kind} ${body(record.id)}`;
    case 'bus':
      return record.what === 'settled' ? null : `bus ${record.what} ${record.to}`;
    case 'state':
      return `${record.server} ${record.role} ${record.term} ${record.votedFor}`;
    case 'commit':
      return `${record.server} commit ${record.commitIndex} ${record.term}`;
    case 'apply':
      return `${record.server} apply ${record.index} ${record.term} ${record.digest}`;
    case 'crash':
    case 'online':
      return `${record.server} ${record.kind}`;
    case 'ok':
    case 'fail':
    case 'info':
      return `${record.client} ${record.kind} ${record.f} ${record.key} ${JSON.stringify(record.value)}`;
    default:
      return null;
  }
}

interface Side {
  readonly records: readonly TraceRecord[];
  readonly sends: Sends;
  /** Content and how often it was there before -> index. */
  readonly events: ReadonlyMap<string, number>;
}

function sideOf(records: readonly TraceRecord[]): Side {
  const sends = new Map<number, SendRecord>();
  for (const record of records) if (record.kind === 'send') sends.set(record.id, record);
  const events = new Map<string, number>();
  const counts = new Map<string, number>();
  records.forEach((record, index) => {
    const content = contentOf(record, sends);
    if (content === null) return;
    const nth = counts.get(content) ?? 0;
    counts.set(content, nth + 1);
    events.set(`${content} ${nth}`, index);
  });
  return { records, sends, events };
}

const decisions: ReadonlySet<string> = new Set(['state', 'commit', 'apply', 'ok', 'fail', 'send']);

function differencesOf(
  side: Side,
  other: Side,
  { isHere, lanes }: { readonly isHere: boolean; readonly lanes: Lanes },
): Difference[] {
  const found: Difference[] = [];
  for (const [key, index] of side.events) {
    const record = side.records[index];
    if (other.events.has(key) || record === undefined) continue;
    const text = sentenceOf(record, (id) => side.sends.get(id)?.message);
    const cause = decisions.has(record.kind) ? 'decision' : 'bus';
    const lane = actorOf(record, lanes, side.sends);
    found.push({ index, isHere, at: record.at, lane, text, cause });
  }
  return found;
}

/** How many deliveries of one receiver come before an earlier one over there. */
function reorderedCount(here: Side, there: Side): number {
  const last = new Map<string, number>();
  let count = 0;
  for (const [key, index] of here.events) {
    const place = there.events.get(key);
    const record = here.records[index];
    if (place === undefined || record?.kind !== 'deliver') continue;
    if (place < (last.get(record.to) ?? -1)) count += 1;
    else last.set(record.to, place);
  }
  return count;
}

const sentences: Readonly<Record<Comparison['verdict'], string>> = {
  same: 'The same events at the same times.',
  timing: 'The same events in the same order; only the times differ.',
  reorder: 'The same events; some deliveries come in another order, which the bus may do.',
  bus: 'The first difference is what the bus or a fault did; what follows may follow from it.',
  decision: 'A server decided differently on the same messages: look here for a bug.',
};

function verdictOf(
  here: Side,
  there: Side,
  found: { readonly first: Difference | undefined; readonly reordered: number },
): Comparison['verdict'] {
  const { first, reordered } = found;
  if (first !== undefined) return first.cause;
  if (reordered > 0) return 'reorder';
  for (const [key, index] of here.events) {
    const place = there.events.get(key) ?? -1;
    if (here.records[index]?.at !== there.records[place]?.at) return 'timing';
  }
  return 'same';
}

export function comparisonOf(model: Model, other: ViewerOther): Comparison {
  const here = sideOf(model.records);
  const there = sideOf(other.records);
  const { lanes } = model;
  const mine = differencesOf(here, there, { isHere: true, lanes });
  const theirs = differencesOf(there, here, { isHere: false, lanes }).map((difference) => ({
    ...difference,
    index: Math.max(0, countUpTo(model.turns.at, difference.at) - 1),
  }));
  const differences = [...mine, ...theirs].sort((left, right) => left.at - right.at);
  const reordered = reorderedCount(here, there);
  const verdict = verdictOf(here, there, { first: differences[0], reordered });
  return {
    name: other.name,
    verdict,
    sentence: sentences[verdict],
    differences,
    hop: { here: hopOf(here.records, here.sends), there: hopOf(there.records, there.sends) },
    counts: countsOf(here.records, there.records),
    reordered,
  };
}
