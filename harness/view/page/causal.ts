/**
 * Time as Lamport (1978) has it: a turn stands one column after the last one that it depends on, by
 * the order of its lane or by a message. What nothing connects may share a column, whatever the
 * clocks said.
 */
import type { TraceRecord } from '../../trace/record.ts';
import { numberAt } from './lists.ts';
import type { Lanes, Turns } from './turns.ts';

export interface Causal {
  /** Column of each turn, from 0. */
  readonly depth: Int32Array;
  /** The greatest column. */
  readonly last: number;
  /** Of each column: the first record that stands in it or in a later one. */
  readonly firstFrom: Int32Array;
  /** Of each column: the last record that stands in it or in an earlier one. */
  readonly lastUpTo: Int32Array;
}

interface Given {
  readonly records: readonly TraceRecord[];
  readonly lanes: Lanes;
  readonly turns: Turns;
  /** Index of the record with this seq, or of the last before it. */
  readonly indexOf: (seq: number) => number;
}

/** The record that caused this one, or -1: none, or the page does not hold it. */
function causeOf({ records, indexOf }: Given, record: TraceRecord): number {
  if (record.cause < 0) return -1;
  const index = indexOf(record.cause);
  return records[index]?.seq === record.cause ? index : -1;
}

/**
 * Faults strike from outside and order nothing: each stands where its first effect stands, and ends
 * after all that came before.
 */
function placeFaults(given: Given, depth: Int32Array): void {
  const { records, lanes, turns } = given;
  const first = new Map<number, number>();
  let last = 0;
  let most = 0;
  records.forEach((record, index) => {
    const turn = numberAt(turns.turn, index);
    if (numberAt(turns.lane, index) === lanes.faults) {
      depth[turn] = record.kind === 'fault' && record.phase === 'end' ? most : last;
      return;
    }
    last = numberAt(depth, turn);
    most = Math.max(most, last);
    const cause = causeOf(given, record);
    if (cause < 0 || numberAt(turns.lane, cause) !== lanes.faults) return;
    const struck = numberAt(turns.turn, cause);
    if (!first.has(struck)) first.set(struck, last);
  });
  for (const [turn, column] of first) depth[turn] = column;
}

function depthsOf(given: Given): Int32Array {
  const { records, lanes, turns } = given;
  const depth = new Int32Array(turns.first.length);
  const reached = new Int32Array(lanes.all.length);
  let current = -1;
  records.forEach((record, index) => {
    const turn = numberAt(turns.turn, index);
    const lane = numberAt(turns.lane, index);
    if (lane === lanes.faults) return;
    const ordered = lane >= 0 && lane !== lanes.bus;
    let least = numberAt(depth, turn);
    if (turn !== current && turn > 0 && ordered) least = Math.max(least, (reached[lane] ?? 0) + 1);
    current = turn;
    const cause = causeOf(given, record);
    const isOther = cause >= 0 && numberAt(turns.turn, cause) !== turn;
    if (isOther && numberAt(turns.lane, cause) !== lanes.faults) {
      least = Math.max(least, numberAt(depth, numberAt(turns.turn, cause)) + 1);
    }
    depth[turn] = least;
    if (ordered) reached[lane] = least;
  });
  placeFaults(given, depth);
  return depth;
}

/** Takes one pass over the records, and one over the columns. */
export function causalOf(given: Given): Causal {
  const { records, turns } = given;
  const depth = depthsOf(given);
  const last = depth.reduce((most, one) => Math.max(most, one), 0);
  const firstFrom = new Int32Array(last + 1).fill(records.length - 1);
  const lastUpTo = new Int32Array(last + 1);
  for (let index = records.length - 1; index >= 0; index -= 1) {
    const column = numberAt(depth, numberAt(turns.turn, index));
    firstFrom[column] = index;
    if (numberAt(lastUpTo, column) < index) lastUpTo[column] = index;
  }
  for (let column = last - 1; column >= 0; column -= 1) {
    firstFrom[column] = Math.min(numberAt(firstFrom, column), numberAt(firstFrom, column + 1));
  }
  for (let column = 1; column <= last; column += 1) {
    lastUpTo[column] = Math.max(numberAt(lastUpTo, column), numberAt(lastUpTo, column - 1));
  }
  return { depth, last, firstFrom, lastUpTo };
}
