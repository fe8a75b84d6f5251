/**
 * Judging while the run goes on: the zone argument, one answer at a time. A watch only suspects; the
 * caller then judges the history so far. So a watch that is wrong costs time, never a verdict, and
 * what it misses is found at the end.
 *
 * Of each value that only one operation can have made it knows f, the earliest return, and s, the
 * latest call; compare-and-sets join values into blocks. Times, not positions: at equal times
 * operations are concurrent, which is what strict comparisons say. Blocks are kept in the order of
 * f, which is the order in which they got their first answers, under a tree of the greatest s. Block
 * A is in conflict when a block with f < s(A) has s > f(A). A value that a second operation may make
 * is no longer watched.
 */
import type { HistoryColumns } from '../history-columns.ts';
import { ending } from '../history-columns.ts';
import { ListWatch } from './watch-lists.ts';
import { at } from './column.ts';
import { MaxTree } from './max-tree.ts';
import type { Columns } from './model.ts';
import { absent, none } from './states.ts';

const beginning = -2;
const ambiguous = -3;

const [read, write, cas, append] = [0, 1, 2, 3] as const;

/** Watches all keys of a history that is being built. */
export class Watch {
  private readonly history: HistoryColumns;
  private readonly keys: KeyWatch[] = [];

  constructor(history: HistoryColumns) {
    this.history = history;
  }

  /** After row `row` was called, or ended (at `when`): has the history become impossible? */
  suspects(row: number, isCall: boolean, when: number): boolean {
    const key = this.history.keyOf[row] ?? 0;
    let watch = this.keys[key];
    if (watch === undefined) {
      watch = new KeyWatch(this.history);
      this.keys[key] = watch;
    }
    if (isCall) watch.called(row);
    else watch.ended(row, when);
    return watch.suspicious;
  }

  /** It was a false alarm: looks at this row's key no more. */
  giveUp(row: number): void {
    this.keys[this.history.keyOf[row] ?? 0]?.giveUp();
  }
}

/**
 * Rank of the return at which a finished history first looks impossible, or -1. For reads and writes
 * of values written once it is exact: these are all the conditions of the zone theorem, and each is
 * looked at when the last answer that it depends on comes.
 */
export function firstSuspicion(columns: Columns): number {
  const { count, completed, calls, returns, rows, byReturn, history } = columns;
  const watch = new Watch(history.columns);
  let called = 0;
  for (let rank = 0; rank < completed; rank += 1) {
    const index = at(byReturn, rank);
    const end = at(returns, index);
    for (; called < count && at(calls, called) < end; called += 1) {
      watch.suspects(at(rows, called), true, 0);
    }
    const row = at(rows, index);
    if (watch.suspects(row, false, history.columns.returnedAt[row] ?? 0)) return rank;
  }
  return none;
}

class KeyWatch {
  suspicious = false;
  private off = false;
  private readonly history: HistoryColumns;
  private readonly lists: ListWatch;
  /** By value: the row that alone can have made it, or one of the above. */
  private readonly producers: number[] = [];
  /** By value: the compare-and-set that replaced it. */
  private readonly replacers: number[] = [];
  private readonly happened = new Set<number>();
  /** By value: the earliest return and the latest call. */
  private readonly f: number[] = [];
  private readonly s: number[] = [];
  /** By value: when the first refusal that began after `f` returned. */
  private readonly refused: number[] = [];
  /** By value: towards the value that stands for its block. */
  private readonly parents: number[] = [];
  /** By block: its place in the order of f, or -1. */
  private readonly slots: number[] = [];
  /** By slot: f. */
  private readonly slotF: number[] = [];
  private readonly tree = new MaxTree();

  constructor(history: HistoryColumns) {
    this.history = history;
    this.lists = new ListWatch(history);
    this.know(absent);
    this.producers[absent] = beginning;
    this.touch(absent, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY);
    this.suspicious = false;
  }

  giveUp(): void {
    this.off = true;
    this.suspicious = false;
  }

  called(row: number): void {
    if (this.off) return;
    const { fs, first, second } = this.history;
    const f = fs[row];
    if (f === append) {
      this.lists.called(row);
      return;
    }
    if (f === read) return;
    const from = first[row] ?? none;
    const made = f === cas ? (second[row] ?? none) : f === write ? from : absent;
    if (f === cas && from === made) return;
    this.know(made);
    if (this.producers[made] === none) this.producers[made] = row;
    else this.forget(made);
    if (this.lists.active) this.giveUp();
  }

  ended(row: number, at: number): void {
    if (this.off) return;
    const { fs, first, endings, calledAt } = this.history;
    const f = fs[row];
    const end = endings[row];
    const value = first[row] ?? none;
    if (this.lists.active || f === append) {
      this.suspicious = this.lists.ended(row, at);
      return;
    }
    if (end === ending.unknown) return;
    this.know(value);
    const call = calledAt[row] ?? 0;
    if (f === read) this.observed(value, call, at);
    else if (f === cas) this.swapped(row, at);
    else if (end === ending.ok) this.touch(f === write ? value : absent, call, at);
    else this.undone(row, value);
  }

  private swapped(row: number, at: number): void {
    const { first, second, endings, calledAt } = this.history;
    const from = first[row] ?? none;
    const to = second[row] ?? none;
    const call = calledAt[row] ?? 0;
    if (endings[row] !== ending.ok) {
      if (endings[row] === ending.compareFailed) this.refusal(from, call, at);
      if (from !== to) this.undone(row, to);
      return;
    }
    this.observed(from, call, at);
    if (from === to) return;
    this.happen(row);
    this.touch(to, call, at);
  }

  private observed(value: number, call: number, at: number): void {
    const producer = this.producers[value] ?? none;
    if (producer === none) this.suspicious = true;
    if (producer >= 0) this.happen(producer);
    this.touch(value, call, at);
  }

  /** An operation that surely did not happen made nothing. */
  private undone(row: number, value: number): void {
    if (this.producers[value] !== row) return;
    this.producers[value] = none;
    if (this.happened.has(row)) this.suspicious = true;
  }

  private refusal(value: number, call: number, at: number): void {
    const began = this.f[value] ?? Infinity;
    if (began < call && at < (this.refused[value] ?? Infinity)) this.refused[value] = at;
  }

  /** A compare-and-set that happened joins two values. */
  private happen(row: number): void {
    const { fs, first, second, calledAt } = this.history;
    if (fs[row] !== cas || this.happened.has(row)) {
      this.happened.add(row);
      return;
    }
    this.happened.add(row);
    const from = first[row] ?? none;
    const to = second[row] ?? none;
    this.know(from);
    const producer = this.producers[from] ?? none;
    if (producer === none) this.suspicious = true;
    if (producer === ambiguous || this.producers[to] === ambiguous) return;
    const other = this.replacers[from] ?? none;
    if (other !== none && other !== row) this.suspicious = true;
    this.replacers[from] = row;
    if (producer >= 0) this.happen(producer);
    this.s[from] = Math.max(this.s[from] ?? 0, calledAt[row] ?? 0);
    this.join(from, to);
  }

  /** An answer about the value, to an operation called at `call`, came at `at`. */
  private touch(value: number, call: number, at: number): void {
    const producer = this.producers[value] ?? none;
    if (producer === ambiguous || producer === none) return;
    const made = producer >= 0 ? (this.history.calledAt[producer] ?? 0) : -Infinity;
    this.f[value] = Math.min(this.f[value] ?? Infinity, at);
    this.s[value] = Math.max(this.s[value] ?? -Infinity, call, made);
    if ((this.refused[value] ?? Infinity) < (this.s[value] ?? 0)) this.suspicious = true;
    this.checkReplaced(value);
    const block = this.find(value);
    let slot = this.slots[block] ?? none;
    if (slot === none) {
      slot = this.slotF.push(at) - 1;
      this.slots[block] = slot;
    }
    this.check(slot, this.s[value] ?? 0);
  }

  /** What replaced a value cannot have been answered before the value was asked for. */
  private checkReplaced(value: number): void {
    const replacer = this.replacers[value] ?? none;
    const after = replacer >= 0 ? (this.history.second[replacer] ?? none) : none;
    if ((this.f[after] ?? Infinity) < (this.s[value] ?? -Infinity)) this.suspicious = true;
  }

  private check(slot: number, s: number): void {
    const { slotF, tree } = this;
    tree.raise(slot, s);
    const most = tree.at(slot);
    let low = 0;
    let high = slotF.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((slotF[middle] ?? 0) < most) low = middle + 1;
      else high = middle;
    }
    const others = Math.max(tree.max(0, Math.min(slot, low)), tree.max(slot + 1, low));
    if (others > (slotF[slot] ?? 0)) this.suspicious = true;
  }

  /** Puts `to`, of which nothing has been answered, into the block of `from`. */
  private join(from: number, to: number): void {
    const block = this.find(from);
    this.parents[to] = block;
    const slot = this.slots[block] ?? none;
    if (slot !== none) this.check(slot, this.s[from] ?? -Infinity);
  }

  /** A second operation may make the value: its block says nothing any more. */
  private forget(value: number): void {
    this.producers[value] = ambiguous;
    const slot = this.slots[this.find(value)] ?? none;
    if (slot !== none) this.tree.drop(slot);
  }

  private find(value: number): number {
    let root = value;
    while ((this.parents[root] ?? root) !== root) root = this.parents[root] ?? root;
    return root;
  }

  private know(value: number): void {
    for (let next = this.producers.length; next <= value; next += 1) {
      this.producers.push(none);
      this.replacers.push(none);
      this.f.push(Infinity);
      this.s.push(-Infinity);
      this.refused.push(Infinity);
      this.parents.push(next);
      this.slots.push(none);
    }
  }
}
