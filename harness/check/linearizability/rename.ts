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
import { ascending, at, blank, filled, zeros } from './column.ts';
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

/** By operation: what it makes, or `none` if it changes nothing. */
function productsOf({ count, actions, first, second }: Columns): Int32Array {
  const products = blank(count);
  for (let index = 0; index < count; index += 1) {
    const kind = actions[index];
    if (kind === action.write) products[index] = at(first, index);
    else if (kind === action.cas || kind === action.casUnknown) {
      const made = at(second, index);
      if (made !== at(first, index)) products[index] = made;
    }
  }
  return products;
}

class Classes {
  private readonly columns: Columns;
  private readonly products: Int32Array;
  /** Union-find over the operations; the last one stands for the beginning. */
  private readonly parents: Int32Array;
  /** By operation: the greatest call of a completed change that had returned before its call. */
  private readonly limits: Int32Array;
  /** By value: the completed producer called last, and one of the unknown ones. */
  private readonly producers: Int32Array;
  private readonly unknown: Int32Array;
  /** By producer: the one of the same value called before; the greatest return up to it. */
  private readonly before: Int32Array;
  private readonly latest: Int32Array;
  /** By observation: one of its producers. */
  private readonly sources: Int32Array;

  constructor(columns: Columns) {
    const { count, states } = columns;
    const values = states.values.length;
    this.columns = columns;
    this.products = productsOf(columns);
    this.parents = ascending(count + 1);
    this.limits = zeros(count);
    this.producers = blank(values);
    this.unknown = blank(values);
    this.before = blank(count);
    this.latest = zeros(count);
    this.sources = blank(count);
  }

  /**
   * Joins the possible producers of each observation, in the order of events: what was called when it
   * returns may be its producer. Returns an observation without one, or `none`.
   */
  join(): number {
    const { limits, products } = this;
    const { count, completed, actions, calls, returns, byReturn } = this.columns;
    let limit = none;
    let called = 0;
    for (let rank = 0; rank < completed; rank += 1) {
      const index = at(byReturn, rank);
      const end = at(returns, index);
      for (; called < count && at(calls, called) < end; called += 1) {
        limits[called] = limit;
        if (at(products, called) !== none) this.mayProduce(called);
      }
      const kind = actions[index];
      const observes = kind === action.read || kind === action.cas;
      if (observes && !this.joinAll(index)) return index;
      if (at(products, index) !== none && at(calls, index) > limit) limit = at(calls, index);
    }
    return none;
  }

  names(): Names {
    const { sources, products } = this;
    const { count, first } = this.columns;
    const values: number[] = [-2];
    const byRoot = blank(count + 1);
    const seen = blank(count);
    const made = blank(count);
    for (let index = 0; index < count; index += 1) {
      const source = at(sources, index);
      if (source === none) continue;
      const root = this.find(source);
      let name = at(byRoot, root);
      if (name === none) {
        name = values.push(at(first, index)) - 1;
        byRoot[root] = name;
      }
      seen[index] = name;
    }
    const quiet = this.comparedOnly(values);
    for (let index = 0; index < count; index += 1) {
      const value = at(products, index);
      if (value === none) continue;
      const name = at(byRoot, this.find(index));
      made[index] = name === none ? at(quiet, value) : name;
    }
    const initial = at(byRoot, this.find(count));
    return { made, seen, values, initial: initial === none ? at(quiet, absent) : initial };
  }

  /** By value: a name for what only refused or unknown compare-and-sets ask for, or `garbage`. */
  private comparedOnly(values: number[]): Int32Array {
    const { count, actions, first, states } = this.columns;
    const quiet = filled(states.values.length, garbage);
    if (!actions.includes(action.casRefused) && !actions.includes(action.casUnknown)) return quiet;
    for (let index = 0; index < count; index += 1) {
      const kind = actions[index];
      if (kind !== action.casRefused && kind !== action.casUnknown) continue;
      const value = at(first, index);
      if (at(quiet, value) === garbage) quiet[value] = values.push(value) - 1;
    }
    return quiet;
  }

  private mayProduce(index: number): void {
    const { columns, producers, latest, before, unknown } = this;
    const value = at(this.products, index);
    const end = at(columns.returns, index);
    if (end >= columns.count + columns.completed) {
      // It never returned and qualifies for ever: whoever can have read from one can from all.
      before[index] = at(unknown, value);
      unknown[value] = index;
      return;
    }
    const other = at(producers, value);
    before[index] = other;
    latest[index] = other === none ? end : Math.max(end, at(latest, other));
    producers[value] = index;
  }

  /** False when nobody can have produced what it observes. */
  private joinAll(observer: number): boolean {
    const { columns, before, latest } = this;
    const value = at(columns.first, observer);
    const limit = at(this.limits, observer);
    this.joinUnknown(observer, value);
    let other = at(this.producers, value);
    for (; other !== none && at(latest, other) >= limit; other = at(before, other)) {
      if (at(columns.returns, other) >= limit) this.joinTo(observer, other);
    }
    if (value === absent && limit === none) this.joinTo(observer, columns.count);
    return at(this.sources, observer) !== none;
  }

  /** All unknown producers so far; those that an earlier observation has joined stand in one. */
  private joinUnknown(observer: number, value: number): void {
    const { before, unknown } = this;
    const last = at(unknown, value);
    for (let other = last; other !== none; other = at(before, other)) this.joinTo(observer, other);
    if (last !== none) before[last] = none;
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
