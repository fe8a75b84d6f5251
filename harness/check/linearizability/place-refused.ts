/**
 * Refused compare-and-sets in a history of unique values. They change nothing, so they are left out
 * while the others are put in order (leaving out an observation relaxes a history) and then find
 * places in that one order.
 *
 * In the order of their calls each takes the earliest place where the value is not the one it asked
 * for: after everything that had ended before its call, before everything called after its return.
 * An earliest place never takes away the place of a later one, so this is exact for the given order.
 * Other orders may have room where this one has none; then only one case is certain. Between an
 * operation of a value that has ended and another one that is yet to be called, the value stands,
 * for it was written once: a refusal that lies inside this period is impossible.
 */
import { at, blank, filled, zeros } from './column.ts';
import type { Columns } from './model.ts';
import { action } from './model.ts';
import { absent, none } from './states.ts';
import type { EngineVerdict } from './verdict.ts';

/** The operations that happened in a possible order, without the refused ones. */
export interface Order {
  readonly operations: Int32Array;
  /** How many of them are used. */
  readonly length: number;
}

/** The period in which a value stood for certain: by operations, or null. */
export interface Period {
  /** The operation on the value that returned first. */
  readonly ended: number;
  /** The operation on the value that was called last. */
  readonly called: number;
}

/** Gives each refused compare-and-set its place, or says why not. */
export function placeRefused(
  columns: Columns,
  order: Order,
  periodOf: (value: number) => Period | null,
): EngineVerdict {
  const line = lineOf(columns, order);
  const { count, actions, first, calls, returns } = columns;
  const { owners, latest } = line;
  /** By operation: the place of a refused one, and 1 + the place of any other. */
  const after = zeros(count);
  for (let place = 0; place < order.length; place += 1) {
    after[order.operations[place] ?? 0] = place + 1;
  }
  let earliest = 0;
  for (let position = 0; position < owners.length; position += 1) {
    const index = owners[position] ?? none;
    if (index === none) continue;
    if (calls[index] !== position) {
      earliest = Math.max(earliest, after[index] ?? 0);
      continue;
    }
    if (actions[index] !== action.casRefused) continue;
    const place = line.find(earliest, first[index] ?? none);
    if (place > (latest[returns[index] ?? 0] ?? 0)) return refusal(columns, index, periodOf);
    after[index] = place;
  }
  return { kind: 'linearizable' };
}

function refusal(
  { first, calls, returns }: Columns,
  index: number,
  periodOf: (value: number) => Period | null,
): EngineVerdict {
  const period = periodOf(first[index] ?? none);
  if (period !== null) {
    const began = period.ended < 0 ? -1 : (returns[period.ended] ?? 0);
    const left = period.called < 0 ? -1 : (calls[period.called] ?? 0);
    if (began < (calls[index] ?? 0) && (returns[index] ?? 0) < left) {
      const conflict = { kind: 'refusedInside', observer: index, ...period } as const;
      return { kind: 'illegal', stuck: null, possible: null, conflict };
    }
  }
  return { kind: 'undecided', reason: 'a refused compare-and-set found no place among the others' };
}

interface Line {
  /** By position: the operation that is called or returns there, or `none`. */
  readonly owners: Int32Array;
  /** By position: the least place of an operation called later; the last place if there is none. */
  readonly latest: Int32Array;
  /** The first place from `place` on where the state is not `value`; beyond the last if there is none. */
  find(place: number, value: number): number;
}

/** Place p is before the p-th operation of the order. */
function lineOf(columns: Columns, { operations, length }: Order): Line {
  const { count, actions, calls, returns } = columns;
  const owners = blank(2 * count);
  const latest = filled(2 * count + 1, length);
  for (let place = 0; place < length; place += 1) {
    const index = at(operations, place);
    owners[at(calls, index)] = index;
    owners[at(returns, index)] = index;
    latest[at(calls, index)] = place;
  }
  for (let position = 2 * count - 1; position >= 0; position -= 1) {
    latest[position] = Math.min(at(latest, position), at(latest, position + 1));
  }
  for (let index = 0; index < count; index += 1) {
    if (actions[index] !== action.casRefused) continue;
    owners[at(calls, index)] = index;
    owners[at(returns, index)] = index;
  }
  const states = statesAlong(columns, { operations, length });
  const change = changesAlong(states);
  return {
    owners,
    latest,
    find(place: number, value: number): number {
      return at(states, place) === value ? at(change, place) : place;
    },
  };
}

/** By place: the state there. */
function statesAlong(columns: Columns, { operations, length }: Order): Int32Array {
  const { actions, first, second } = columns;
  const states = zeros(length + 1);
  let state: number = absent;
  for (let place = 0; place < length; place += 1) {
    const index = at(operations, place);
    const kind = actions[index];
    states[place] = state;
    if (kind === action.write) state = at(first, index);
    else if (kind === action.cas || kind === action.casUnknown) state = at(second, index);
  }
  states[length] = state;
  return states;
}

/** By place: the next one with another state, or beyond the last. */
function changesAlong(states: Int32Array): Int32Array {
  const change = zeros(states.length);
  const last = states.length - 1;
  for (let place = last; place >= 0; place -= 1) {
    const same = place < last && at(states, place + 1) === at(states, place);
    change[place] = same ? at(change, place + 1) : place + 1;
  }
  return change;
}
