/**
 * Lists to which nothing is done but appending and reading, items repeated or not. The longest list
 * that was read tells which item stands at each place, and every other read must be a beginning of
 * it. So the state is known at every step; open is only which append put the item there, of several
 * that append the same. The open one that returns first is always right: in any order that takes
 * another, the two can change places, for both are open now and the other has more time. Unknown
 * appends, which have all the time and need not happen, come last, first the one called first.
 * What no read shows comes after the last read, in the order of the returns.
 */
import { at, blank, borrowing, bytes, zeros } from './column.ts';
import type { Columns } from './model.ts';
import { action } from './model.ts';
import { absent, emptyList, none } from './states.ts';
import type { Conflict, EngineVerdict } from './verdict.ts';

/** Judges a history of appends and reads; undecided when it has anything else. */
export function judgeAppends(columns: Columns): EngineVerdict {
  return borrowing(() => judgeList(columns));
}

function judgeList(columns: Columns): EngineVerdict {
  const { count, actions, byReturn } = columns;
  for (let index = 0; index < count; index += 1) {
    const kind = actions[index];
    if (kind !== action.read && kind !== action.append && kind !== action.appendUnknown) {
      return { kind: 'undecided', reason: 'appends are mixed with other changes' };
    }
  }
  const conflict = oneList(columns);
  if (conflict !== null) return { kind: 'illegal', stuck: null, possible: null, conflict };
  const order = new AppendOrder(columns);
  if (order.play()) return { kind: 'linearizable' };
  const stuck = at(byReturn, order.rank);
  return { kind: 'illegal', stuck, possible: null, conflict: null };
}

/** The first read, in the order of returns, that does not go with one before it; or null. */
function oneList({ count, actions, first, byReturn, states }: Columns): Conflict | null {
  const known = bytes(states.values.length);
  known[absent] = 1;
  known[emptyList] = 1;
  let longest = none;
  for (let rank = 0; rank < count; rank += 1) {
    const read = at(byReturn, rank);
    if (actions[read] !== action.read) continue;
    const list = at(first, read);
    if (list !== absent && states.shorter[list] === none)
      return { kind: 'phantom', observer: read };
    if (known[list] === 1) continue;
    // A longer list goes on from the longest so far.
    const end = longest === none ? emptyList : at(first, longest);
    for (let part = list; part !== end; part = states.shorter[part] ?? emptyList) {
      if (known[part] === 1) return { kind: 'diverged', left: longest, right: read };
      known[part] = 1;
    }
    longest = read;
  }
  return null;
}

class AppendOrder {
  /** Operations that returned earlier have their places. */
  rank = 0;
  private readonly columns: Columns;
  private readonly placed: Uint8Array;
  /** The longest list that was read, item by item. */
  private readonly items: readonly number[];
  /** By length: the reads of such a list, in the order of the calls. */
  private readonly readHead: Int32Array;
  /** By item: its appends, in the order of the returns; unknown ones last. */
  private readonly appendHead: Int32Array;
  private readonly next: Int32Array;

  constructor(columns: Columns) {
    const { count, states } = columns;
    this.columns = columns;
    this.placed = bytes(count);
    this.items = longestOf(columns);
    this.readHead = blank(this.items.length + 1);
    this.appendHead = blank(states.values.length);
    this.next = blank(count);
    this.gather();
  }

  /** True when everything finds a place. */
  play(): boolean {
    for (let length = 0; length <= this.items.length; length += 1) {
      if (!this.placeReads(length)) return false;
      const item = this.items[length];
      if (item !== undefined && !this.placeAppend(item)) return false;
    }
    return true;
  }

  private gather(): void {
    const { columns, next, readHead, appendHead } = this;
    const { count, actions, first, byReturn } = columns;
    const lengths = this.lengths();
    for (let index = count - 1; index >= 0; index -= 1) {
      if (actions[index] !== action.read) continue;
      const length = at(lengths, at(first, index));
      next[index] = at(readHead, length);
      readHead[length] = index;
    }
    for (let rank = count - 1; rank >= 0; rank -= 1) {
      const index = at(byReturn, rank);
      if (actions[index] === action.read) continue;
      const item = at(first, index);
      next[index] = at(appendHead, item);
      appendHead[item] = index;
    }
  }

  /** By list: its length, of those that are beginnings of the longest. */
  private lengths(): Int32Array {
    const { first, states } = this.columns;
    const lengths = zeros(states.values.length);
    const longest = longestRead(this.columns);
    let list = longest === none ? emptyList : at(first, longest);
    for (let length = this.items.length; length > 0; length -= 1) {
      lengths[list] = length;
      list = states.shorter[list] ?? emptyList;
    }
    return lengths;
  }

  private placeReads(length: number): boolean {
    for (let read = at(this.readHead, length); read !== none; read = at(this.next, read)) {
      if (!this.place(read)) return false;
    }
    return true;
  }

  private placeAppend(item: number): boolean {
    let before = none;
    for (let append = at(this.appendHead, item); append !== none; append = at(this.next, append)) {
      if (this.place(append)) {
        if (before === none) this.appendHead[item] = at(this.next, append);
        else this.next[before] = at(this.next, append);
        return true;
      }
      before = append;
    }
    return false;
  }

  /** False, and nothing changed, when something else had returned before it was called. */
  private place(index: number): boolean {
    const { placed, columns } = this;
    const { byReturn, completed, returns, calls } = columns;
    if (this.rank < completed) {
      if (at(calls, index) > at(returns, at(byReturn, this.rank))) return false;
    }
    placed[index] = 1;
    while (this.rank < completed && placed[at(byReturn, this.rank)] === 1) this.rank += 1;
    return true;
  }
}

/** Among reads that go with each other the one with the most items; `none` without any item. */
function longestRead({ count, actions, first }: Columns): number {
  let longest = none;
  for (let index = 0; index < count; index += 1) {
    if (actions[index] !== action.read || at(first, index) === absent) continue;
    // A list is numbered after its beginnings.
    if (longest === none || at(first, index) > at(first, longest)) longest = index;
  }
  return longest;
}

function longestOf(columns: Columns): readonly number[] {
  const { first, states } = columns;
  const longest = longestRead(columns);
  const items: number[] = [];
  if (longest === none) return items;
  for (
    let list = at(first, longest);
    list !== emptyList;
    list = states.shorter[list] ?? emptyList
  ) {
    items.push(states.last[list] ?? none);
  }
  return items.reverse();
}
