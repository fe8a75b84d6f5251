/**
 * The shortest illegal prefix of an illegal history. Prefixes of a linearizable history are
 * linearizable, so there is one return at which the history becomes impossible, and any two prefixes
 * that differ by it prove which. All effort goes into guessing it, for each probe is a judgement.
 */
import type { Budget } from './budget.ts';
import { Allowance } from './budget.ts';
import { at } from './column.ts';
import { hasAppends, judge, searchPrepared } from './judge.ts';
import type { Columns } from './model.ts';
import { action } from './model.ts';
import { select } from './partition.ts';
import { absent, none } from './states.ts';
import type { Conflict, Illegal, Span } from './verdict.ts';
import { membersOf, renumbered } from './verdict.ts';
import { firstSuspicion } from './watch.ts';

export interface FirstFailure {
  /** The shortest prefix found illegal: its last return is the first event without an order. */
  readonly columns: Columns;
  readonly verdict: Illegal;
}

/** Conflicts followed towards the beginning before the watch is asked. */
const conflictsMax = 3;

/** A prefix that the budget leaves undecided counts as linearizable. */
export function firstFailure(columns: Columns, verdict: Illegal, budget: Budget): FirstFailure {
  const bounds = new Bounds(columns, verdict, budget);
  if (verdict.stuck !== null) bounds.gallop(columns.byReturn.indexOf(verdict.stuck));
  else {
    bounds.followConflicts();
    if (bounds.open) bounds.askWatch();
  }
  return withPossible(bounds.halve());
}

/** Ranks between which the history becomes impossible. */
class Bounds {
  private readonly columns: Columns;
  private readonly budget: Budget;
  private readonly verdict: Illegal;
  /** The shortest prefix that is surely illegal. */
  private found: FirstFailure | null = null;
  /** The conflict that says so of `high`, if none was judged. */
  private proof: Proof | null = null;
  /** Up to a rank below `low` it is linearizable, up to rank `high` illegal. */
  private low = 0;
  private high: number;

  constructor(columns: Columns, verdict: Illegal, budget: Budget) {
    this.columns = columns;
    this.budget = budget;
    this.verdict = verdict;
    this.high = columns.completed - 1;
  }

  /** Is there anything left to be found out? */
  get open(): boolean {
    return this.low < this.high;
  }

  /** Every return before this rank was passed, and mostly it is the one, or not far from it. */
  gallop(rank: number): void {
    this.low = rank;
    for (let stride = 1; this.open; stride *= 2) {
      if (this.probe(Math.min(this.low + stride - 1, this.high - 1)) !== null) return;
    }
  }

  /** The last return of a conflict is impossible; what comes before has another conflict, or none. */
  followConflicts(): void {
    // The order of a list's items is known from reads, which the conflict does not name.
    const surelyThere = !hasFalseMakers(this.columns) && !hasAppends(this.columns);
    let { conflict } = this.verdict;
    let { columns } = this;
    for (let many = 0; many < conflictsMax && conflict !== null && this.open; many += 1) {
      const end = at(columns.byReturn, rankOf(columns, conflict));
      const rank = this.rankOfRow(at(columns.rows, end));
      if (rank < this.high) {
        if (surelyThere) {
          this.high = rank;
          this.found = null;
          this.proof = { columns, conflict };
        } else if (this.probe(rank) === null) return;
      }
      const earlier = this.open ? this.probe(this.high - 1) : null;
      if (earlier === null) return;
      ({ conflict } = earlier.verdict);
      ({ columns } = earlier);
    }
  }

  /** The watch goes through the history once and mostly knows. */
  askWatch(): void {
    const rank = firstSuspicion(this.columns);
    if (rank < this.low || rank >= this.high) return;
    if (this.probe(rank) !== null && this.open) this.probe(rank - 1);
  }

  halve(): FirstFailure {
    while (this.open) this.probe((this.low + this.high) >> 1);
    return this.found ?? this.whole();
  }

  /** Judges the prefix up to a rank; null when it is not illegal. */
  private probe(rank: number): FirstFailure | null {
    const columns = upTo(this.columns, rank);
    const verdict = judge(columns, this.budget);
    if (verdict.kind !== 'illegal') {
      this.low = rank + 1;
      return null;
    }
    this.high = rank;
    this.found = { columns, verdict };
    return this.found;
  }

  private whole(): FirstFailure {
    const columns = upTo(this.columns, this.high);
    const conflict = this.proof === null ? null : within(columns, this.proof);
    if (conflict !== null) {
      return { columns, verdict: { kind: 'illegal', stuck: null, possible: null, conflict } };
    }
    const verdict = judge(columns, this.budget);
    return { columns, verdict: verdict.kind === 'illegal' ? verdict : this.verdict };
  }

  private rankOfRow(row: number): number {
    return this.columns.byReturn.indexOf(this.columns.rows.indexOf(row));
  }
}

interface Proof {
  readonly columns: Columns;
  readonly conflict: Conflict;
}

/** The same conflict in a prefix; null when something of it has not returned there. */
function within(prefix: Columns, { columns, conflict }: Proof): Conflict | null {
  const place = (index: number): number => prefix.rows.indexOf(at(columns.rows, index));
  for (const index of neededFor(columns, conflict)) {
    if (index < 0) continue;
    const found = place(index);
    if (found < 0 || at(prefix.returns, found) >= prefix.count + prefix.completed) return null;
  }
  return conflict.kind === 'tooEarly' ? null : renumbered(conflict, place);
}

/**
 * Is there a compare-and-set that would have made a value somebody observed, had it not been refused?
 * In a prefix that ends before the refusal it may have made it.
 */
function hasFalseMakers({ count, actions, first, second, states }: Columns): boolean {
  if (!actions.includes(action.casRefused)) return false;
  const observed = new Uint8Array(states.values.length);
  for (let index = 0; index < count; index += 1) {
    const kind = actions[index];
    if (kind !== action.write && kind !== action.casRefused) observed[at(first, index)] = 1;
  }
  for (let index = 0; index < count; index += 1) {
    if (actions[index] === action.casRefused && observed[at(second, index)] === 1) return true;
  }
  return false;
}

/** A rank at whose return the conflict surely is there. */
function rankOf(columns: Columns, conflict: Conflict): number {
  const { completed, returns, byReturn } = columns;
  if (conflict.kind === 'interleaved') {
    const rank = interleavedAt(columns, conflict);
    if (rank !== none) return rank;
  }
  let end = -1;
  for (const index of neededFor(columns, conflict))
    if (index >= 0) end = Math.max(end, at(returns, index));
  for (let rank = completed - 1; rank > 0; rank -= 1) {
    if (at(returns, at(byReturn, rank)) <= end) return rank;
  }
  return 0;
}

/** What must have returned. A value is out of nowhere before the operation that made it is called. */
function neededFor({ actions }: Columns, conflict: Conflict): readonly number[] {
  const unmade = conflict.kind === 'tooEarly' && actions[conflict.producer] === action.write;
  return unmade ? [conflict.observer] : membersOf(conflict);
}

/**
 * Where two values, each written once, first come to need to be first both; or `none` when the
 * operations are of other kinds. What is seen of a value is what has returned, and its write.
 */
function interleavedAt(
  columns: Columns,
  { left, right }: Extract<Conflict, { readonly kind: 'interleaved' }>,
): number {
  const { completed, first, byReturn } = columns;
  const [one, other] = [seenOf(columns, left), seenOf(columns, right)];
  if (one === null || other === null) return none;
  for (let rank = 0; rank < completed; rank += 1) {
    const index = at(byReturn, rank);
    const value = at(first, index);
    if (value !== one.value && value !== other.value) continue;
    see(columns, index, value === one.value ? one : other);
    if (one.f < other.s && other.f < one.s) return rank;
  }
  return none;
}

interface Seen {
  readonly value: number;
  readonly written: number;
  f: number;
  s: number;
}

function seenOf({ actions, calls, first }: Columns, span: Span): Seen | null {
  const ofBeginning = span.ended < 0;
  const value = ofBeginning ? absent : at(first, span.ended);
  for (const index of [span.ended, span.called]) {
    if (index < 0) continue;
    const kind = actions[index];
    if (kind !== action.read && kind !== action.write) return null;
    if (at(first, index) !== value) return null;
  }
  let write: number = none;
  for (let index = 0; index < first.length; index += 1) {
    if (at(first, index) !== value || actions[index] !== action.write) continue;
    // Written twice, or written and there from the beginning: nobody saw it, and it is no block.
    if (ofBeginning || write !== none) return null;
    write = index;
  }
  const written = write === none ? -1 : at(calls, write);
  return { value, written, f: ofBeginning ? -1 : Infinity, s: -1 };
}

function see({ actions, calls, returns }: Columns, index: number, seen: Seen): void {
  const kind = actions[index];
  if (kind !== action.read && kind !== action.write) return;
  seen.f = Math.min(seen.f, at(returns, index));
  seen.s = Math.max(seen.s, seen.written, at(calls, index));
}

/** What could have been there instead, if the engine did not say and a short search can. */
function withPossible(found: FirstFailure): FirstFailure {
  const { columns, verdict } = found;
  if (verdict.conflict !== null || verdict.possible !== null) return found;
  const searched = searchPrepared(columns, new Allowance({ configurations: 20_000 }));
  return searched.kind === 'illegal' ? { columns, verdict: searched } : found;
}

/** The operations up to the return of this rank. */
function upTo(columns: Columns, rank: number): Columns {
  return select(columns, () => true, at(columns.returns, at(columns.byReturn, rank)));
}
