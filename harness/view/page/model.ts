/** Everything the page knows about a trace, computed once when it opens. Indexes, not seqs. */
import type { HeaderRecord, SendRecord, TraceRecord } from '../../trace/record.ts';
import type { ViewerOrder, ViewerStory } from '../data.ts';
import type { Arrow, Quiver } from './arrows.ts';
import { arrowsOf, quiverOf } from './arrows.ts';
import type { Bars } from './bars.ts';
import { barsOf } from './bars.ts';
import type { Band, Operation } from './marks.ts';
import { bandsOf, faultPlaces, operationsOf, violationsOf } from './marks.ts';
import type { Unsynced } from './disks.ts';
import { unsyncedOf } from './disks.ts';
import type { Order } from './orders.ts';
import { ordersAt } from './orders.ts';
import type { Causal } from './causal.ts';
import { causalOf } from './causal.ts';
import type { Lanes, Turns } from './turns.ts';
import { lanesOf, turnsOf } from './turns.ts';

export interface Model {
  readonly records: readonly TraceRecord[];
  readonly header: HeaderRecord;
  readonly story: ViewerStory;
  readonly lanes: Lanes;
  readonly turns: Turns;
  readonly sends: ReadonlyMap<number, SendRecord>;
  readonly arrows: readonly Arrow[];
  readonly quiver: Quiver;
  readonly bars: Bars;
  /** Deliveries of votes that had been delivered before, where too few voters made a leader. */
  readonly repeatedVotes: ReadonlySet<number>;
  readonly bands: readonly Band[];
  readonly operations: readonly Operation[];
  readonly unsynced: readonly Unsynced[];
  readonly orders: readonly Order[];
  /** Places that the keys jump between, ascending. */
  readonly violations: readonly number[];
  readonly faults: readonly number[];
  /** Record of each line of the story. */
  readonly storyPlaces: readonly number[];
  /** Columns by causes; worked out when first asked for. */
  causal(): Causal;
  /** Index of the record with this seq, or of the last before it. */
  indexOf(seq: number): number;
}

/** Looks up by halving: a trace that left records out has gaps in its seqs. */
function finder(records: readonly TraceRecord[]): (seq: number) => number {
  return (seq) => {
    if (records[seq]?.seq === seq) return seq;
    let low = 0;
    let high = records.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((records[middle]?.seq ?? 0) <= seq) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  };
}

/** A vote that comes again is harmless unless it was counted: the winner then lacks a quorum. */
function repeatedVotes({ votes, wins }: Bars): ReadonlySet<number> {
  const stolen = new Set(
    wins.filter(({ isQuorum }) => !isQuorum).map(({ lane, term }) => `${lane} ${term}`),
  );
  const counted = votes.filter(
    ({ again, kind, lane, term }) => again && kind === 'vote' && stolen.has(`${lane} ${term}`),
  );
  return new Set(counted.map(({ index }) => index));
}

/** Throws when the records do not begin with a header. */
export function modelOf(
  records: readonly TraceRecord[],
  story: ViewerStory,
  orders: readonly ViewerOrder[] = [],
): Model {
  const header = records[0];
  if (header?.kind !== 'header') throw new Error('the trace does not begin with a header');
  const lanes = lanesOf(header);
  const sends = new Map<number, SendRecord>();
  for (const record of records) if (record.kind === 'send') sends.set(record.id, record);
  const indexOf = finder(records);
  const bars = barsOf({ records, header }, lanes, sends);
  const turns = turnsOf(records, lanes, sends);
  let causal: Causal | null = null;
  const operations = operationsOf(records, lanes);
  const arrows = arrowsOf(records, lanes);
  return {
    records,
    header,
    story,
    lanes,
    turns,
    sends,
    arrows,
    quiver: quiverOf(arrows),
    bars,
    repeatedVotes: repeatedVotes(bars),
    bands: bandsOf(records, lanes, turns.turn),
    operations,
    orders: ordersAt(orders, operations, indexOf),
    unsynced: unsyncedOf(records, lanes),
    violations: violationsOf(records, story, indexOf),
    faults: faultPlaces(records),
    storyPlaces: story.lines.map(({ seq }) => indexOf(seq)),
    causal: () => (causal ??= causalOf({ records, lanes, turns, indexOf })),
    indexOf,
  };
}

/** The last record of the turn of this record: what it brought about is part of the moment. */
export function turnEnd(model: Model, index: number): number {
  const { turn, first } = model.turns;
  const next = first[(turn[index] ?? 0) + 1];
  return (next ?? model.records.length) - 1;
}

/** The first record of its turn. */
export function turnStart(model: Model, index: number): number {
  const { turn, first } = model.turns;
  return first[turn[index] ?? 0] ?? 0;
}
