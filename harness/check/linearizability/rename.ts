/**
 * Equal values that cannot be confused get different names. An observation of v reads from the last
 * change before it. A change w that made v can be that one only if it was called before the
 * observation returned, and if no completed change certainly came in between: one that was called
 * after w had returned, and had returned before the observation was called. With `limit` the
 * greatest call of the completed changes that had returned before the observation was called, the
 * second condition is that w returned at or after `limit`; the value of the beginning qualifies when
 * there is no limit.
 *
 * All possible producers of one observation share a name, and the names are transitive. In every
 * order that explains the history an observation reads from a possible producer, so nobody ever
 * confuses two names; within a name nothing has changed. So the renamed history is linearizable
 * exactly when the given one is. Refused and unknown compare-and-sets compare the value itself, for
 * which reason each name remembers its value.
 */
import type { Columns } from './model.ts';
import { action } from './model.ts';
import { at, blank } from './column.ts';
import { absent, none } from './states.ts';

/** The name of everything that nobody can tell from any other value. */
export const garbage = 0;

export interface Names {
  /** By operation: the name of what it makes, or `none`. */
  readonly made: Int32Array;
  /** By operation: the name of what a read or an accepted compare-and-set observes, or `none`. */
  readonly seen: Int32Array;
  /** By name: the value; of `garbage` none that occurs. */
  readonly values: number[];
  /** The name of the value at the beginning. */
  readonly initial: number;
}

/** Names, or the index of an observation without any possible producer. */
export type Renamed =
  | { readonly kind: 'names'; readonly names: Names }
  | { readonly kind: 'phantom'; readonly observer: number };

/** Finds the names of a register's history (no appends). */
export function rename(columns: Columns): Renamed {
  const classes = new Classes(columns);
  const phantom = classes.join();
  if (phantom !== none) return { kind: 'phantom', observer: phantom };
  return { kind: 'names', names: classes.names() };
}

/** Does the operation, if it happens, change the value? */
export function changes({ actions, first, second }: Columns, index: number): boolean {
  const kind = actions[index];
  if (kind === action.write) return true;
  return (kind === action.cas || kind === action.casUnknown) && first[index] !== second[index];
}

/** What it makes, if it changes the value. */
function productOf({ actions, first, second }: Columns, index: number): number {
  return actions[index] === action.write ? at(first, index) : at(second, index);
}

function observes({ actions }: Columns, index: number): boolean {
  return actions[index] === action.read || actions[index] === action.cas;
}

class Classes {
  private readonly columns: Columns;
  private readonly limits: Int32Array;
  /** Union-find over the operations; the last one stands for the beginning. */
  private readonly parents: Int32Array;
  /** By value: where its completed producers begin in `producers`; in the order of calls. */
  private readonly starts: Int32Array;
  private readonly producers: Int32Array;
  /** By place in `producers`: the greatest return so far among those of the value. */
  private readonly latest: Int32Array;
  /** By value: the unknown producers, first the one called first. */
  private readonly unknownHead: Int32Array;
  private readonly unknownNext: Int32Array;
  /** By observation: one of its producers. */
  private readonly sources: Int32Array;

  constructor(columns: Columns) {
    const { count, states } = columns;
    const values = states.values.length;
    this.columns = columns;
    this.limits = limitsOf(columns);
    this.parents = Int32Array.from({ length: count + 1 }, (_, index) => index);
    this.starts = new Int32Array(values + 1);
    this.producers = new Int32Array(count);
    this.latest = new Int32Array(count);
    this.unknownHead = blank(values);
    this.unknownNext = blank(count);
    this.sources = blank(count);
    this.gather();
  }

  /** Joins the possible producers of each observation; an observation without one, or `none`. */
  join(): number {
    const { count } = this.columns;
    for (let index = 0; index < count; index += 1) {
      if (!observes(this.columns, index)) continue;
      this.joinUnknown(index);
      this.joinCompleted(index);
      const initial = at(this.columns.first, index) === absent && at(this.limits, index) === none;
      if (initial) this.joinTo(index, count);
      if (at(this.sources, index) === none) return index;
    }
    return none;
  }

  names(): Names {
    const { columns, parents } = this;
    const { count, first } = columns;
    const values: number[] = [-2];
    const byRoot = blank(parents.length);
    const seen = blank(count);
    const made = blank(count);
    for (let index = 0; index < count; index += 1) {
      if (!observes(columns, index)) continue;
      const root = this.find(at(this.sources, index));
      if (at(byRoot, root) === none) byRoot[root] = values.push(at(first, index)) - 1;
      seen[index] = at(byRoot, root);
    }
    const quiet = this.comparedOnly(values);
    for (let index = 0; index < count; index += 1) {
      if (!changes(columns, index)) continue;
      const name = at(byRoot, this.find(index));
      made[index] = name === none ? at(quiet, productOf(columns, index)) : name;
    }
    const initial = at(byRoot, this.find(count));
    return { made, seen, values, initial: initial === none ? at(quiet, absent) : initial };
  }

  /** By value: a name for what only refused or unknown compare-and-sets ask for, or `garbage`. */
  private comparedOnly(values: number[]): Int32Array {
    const { count, actions, first, states } = this.columns;
    const quiet = new Int32Array(states.values.length).fill(garbage);
    for (let index = 0; index < count; index += 1) {
      const kind = actions[index];
      if (kind !== action.casRefused && kind !== action.casUnknown) continue;
      const value = at(first, index);
      if (at(quiet, value) === garbage) quiet[value] = values.push(value) - 1;
    }
    return quiet;
  }

  private gather(): void {
    const { columns, starts, producers, latest } = this;
    const { count, returns, completed } = columns;
    const unknown = (index: number): boolean => at(returns, index) >= count + completed;
    for (let index = count - 1; index >= 0; index -= 1) {
      if (!changes(columns, index)) continue;
      const value = productOf(columns, index);
      if (unknown(index)) {
        this.unknownNext[index] = at(this.unknownHead, value);
        this.unknownHead[value] = index;
      } else starts[value + 1] = at(starts, value + 1) + 1;
    }
    for (let value = 1; value < starts.length; value += 1) {
      starts[value] = at(starts, value) + at(starts, value - 1);
    }
    const filled = starts.slice();
    for (let index = 0; index < count; index += 1) {
      if (!changes(columns, index) || unknown(index)) continue;
      const value = productOf(columns, index);
      const place = at(filled, value);
      filled[value] = place + 1;
      producers[place] = index;
      const before = place > at(starts, value) ? at(latest, place - 1) : none;
      latest[place] = Math.max(before, at(returns, index));
    }
  }

  /** An unknown operation never returned: it qualifies when it was called in time. */
  private joinUnknown(observer: number): void {
    const { calls, returns, first } = this.columns;
    const end = at(returns, observer);
    let other = at(this.unknownHead, at(first, observer));
    while (other !== none && at(calls, other) < end) {
      this.joinTo(observer, other);
      other = at(this.unknownNext, other);
    }
  }

  private joinCompleted(observer: number): void {
    const { calls, returns, first } = this.columns;
    const { starts, producers, latest } = this;
    const value = at(first, observer);
    const start = at(starts, value);
    const end = at(returns, observer);
    const limit = at(this.limits, observer);
    let low = start;
    let high = at(starts, value + 1);
    while (low < high) {
      const middle = (low + high) >> 1;
      if (at(calls, at(producers, middle)) < end) low = middle + 1;
      else high = middle;
    }
    for (let place = low - 1; place >= start && at(latest, place) >= limit; place -= 1) {
      const producer = at(producers, place);
      if (producer !== observer && at(returns, producer) >= limit) this.joinTo(observer, producer);
    }
  }

  private joinTo(observer: number, producer: number): void {
    const known = at(this.sources, observer);
    if (known === none) this.sources[observer] = producer;
    else this.parents[this.find(producer)] = this.find(known);
  }

  private find(index: number): number {
    const { parents } = this;
    let root = index;
    while (at(parents, root) !== root) {
      parents[root] = at(parents, at(parents, root));
      root = at(parents, root);
    }
    return root;
  }
}

/** By operation: the greatest call of a completed change that had returned before its call. */
function limitsOf(columns: Columns): Int32Array {
  const { count, completed, calls, returns, byReturn } = columns;
  const limits = new Int32Array(count);
  let limit = none;
  let rank = 0;
  for (let index = 0; index < count; index += 1) {
    for (; rank < completed; rank += 1) {
      const earlier = at(byReturn, rank);
      if (at(returns, earlier) > at(calls, index)) break;
      if (changes(columns, earlier)) limit = Math.max(limit, at(calls, earlier));
    }
    limits[index] = limit;
  }
  return limits;
}
