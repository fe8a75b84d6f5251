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
import { ascending, at, blank, bytes, filled, zeros } from './column.ts';
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

/** What operation `index` makes if it happens, or `none` if it changes nothing. */
function productOf({ actions, first, second }: Columns, index: number): number {
  const kind = actions[index];
  if (kind === action.write) return at(first, index);
  if (kind !== action.cas && kind !== action.casUnknown) return none;
  const made = at(second, index);
  return made === at(first, index) ? none : made;
}

class Classes {
  private readonly columns: Columns;
  /** By operation: what it makes, or `none`. */
  private readonly products: Int32Array;
  /** By operation: its call, if it changes the value; else `none`. */
  private readonly changed: Int32Array;
  /** Union-find, the parent being the greater; beyond the operations stands the beginning. */
  private readonly parents: Int32Array;
  /** By operation: the greatest call of a completed change that had returned before its call. */
  private readonly limits: Int32Array;
  /** By value: a chain of producers, of each class one at least: the one that returns last. */
  private readonly producers: Int32Array;
  /** By producer: the next one of the chain; the greatest return from here to the end of it. */
  private readonly next: Int32Array;
  private readonly latest: Int32Array;
  /** By observation: one of its producers. */
  private readonly sources: Int32Array;
  /** By root: 1 when somebody observes what the class makes. */
  private readonly observed: Uint8Array;

  constructor(columns: Columns) {
    const { count, states } = columns;
    this.columns = columns;
    this.products = blank(count + 1);
    this.products[count] = absent;
    this.changed = blank(count);
    this.parents = ascending(count + 1);
    this.limits = zeros(count);
    this.producers = blank(states.values.length);
    this.next = blank(count);
    this.latest = zeros(count);
    this.sources = blank(count);
    this.observed = bytes(count + 1);
  }

  /**
   * Joins the possible producers of each observation, in the order of events: what was called when it
   * returns may be its producer. Returns an observation without one, or `none`.
   */
  join(): number {
    const { limits, products, changed, columns } = this;
    const { count, completed, actions, calls, returns, byReturn } = columns;
    let limit = none;
    let called = 0;
    for (let rank = 0; rank < completed; rank += 1) {
      const index = at(byReturn, rank);
      const end = at(returns, index);
      for (; called < count && at(calls, called) < end; called += 1) {
        limits[called] = limit;
        const value = productOf(columns, called);
        if (value === none) continue;
        products[called] = value;
        changed[called] = at(calls, called);
        this.chain(value, called);
      }
      const kind = actions[index];
      const observes = kind === action.read || kind === action.cas;
      if (observes && !this.joinAll(index)) return index;
      // Changes come in no order that a processor could foresee: a sum instead of a branch.
      const ahead = at(changed, index) - limit;
      limit += ahead & ~(ahead >> 31);
    }
    return none;
  }

  /** A root is the last of its class, so from the end on each finds the name of its class there. */
  names(): Names {
    const { sources, products, parents, observed } = this;
    const { count } = this.columns;
    const values: number[] = [-2];
    const quiet = this.comparedOnly(values);
    const made = blank(count + 1);
    for (let index = count; index >= 0; index -= 1) {
      const value = at(products, index);
      const parent = at(parents, index);
      if (parent !== index) made[index] = at(made, parent);
      else if (observed[index] === 1) made[index] = values.push(value) - 1;
      else if (value !== none) made[index] = at(quiet, value);
    }
    const seen = blank(count);
    for (let index = 0; index < count; index += 1) {
      const source = at(sources, index);
      if (source !== none) seen[index] = at(made, source);
    }
    return { made, seen, values, initial: at(made, count) };
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

  /** Puts a producer at the head of the chain of its value. */
  private chain(value: number, index: number): void {
    const { producers, next, latest } = this;
    const end = at(this.columns.returns, index);
    const head = at(producers, value);
    next[index] = head;
    latest[index] = head === none ? end : Math.max(end, at(latest, head));
    producers[value] = index;
  }

  /**
   * Joins those that returned at or after the limit; unknown ones never did, and so always qualify.
   * Whoever can have read from a class reads from it if from the member that returns last, so that
   * one stays in the chain for all. False when nobody can have produced what it observes.
   */
  private joinAll(observer: number): boolean {
    const { columns, producers, next, latest } = this;
    const { returns } = columns;
    const value = at(columns.first, observer);
    const limit = at(this.limits, observer);
    let root: number = none;
    let last: number = none;
    let tooEarly: number = none;
    let head = at(producers, value);
    while (head !== none && at(latest, head) >= limit) {
      const each = head;
      head = at(next, each);
      if (at(returns, each) >= limit) {
        root = this.joined(root, each);
        if (last === none || at(returns, each) > at(returns, last)) last = each;
      } else {
        next[each] = tooEarly;
        tooEarly = each;
      }
    }
    producers[value] = head;
    for (let each = tooEarly; each !== none; each = tooEarly) {
      tooEarly = at(next, each);
      this.chain(value, each);
    }
    if (last !== none) this.chain(value, last);
    if (value === absent && limit === none) root = this.joined(root, columns.count);
    if (root === none) return false;
    this.sources[observer] = root;
    this.observed[root] = 1;
    return true;
  }

  /** One class of the class of this root, or of none yet, and of a producer's; returns its root. */
  private joined(root: number, producer: number): number {
    const other = this.find(producer);
    const last = Math.max(root, other);
    this.parents[other] = last;
    if (root !== none) this.parents[root] = last;
    return last;
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
