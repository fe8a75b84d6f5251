/**
 * The watch over lists whose items are all different: each list that is read must continue, or be a
 * beginning of, the longest one so far; it may not miss an item whose append had been answered, nor
 * be shorter than a list that had been read, before the read was called.
 */
import type { HistoryColumns } from '../history-columns.ts';
import { ending } from '../history-columns.ts';
import type { States } from './states.ts';
import { absent, emptyList, none } from './states.ts';

const append = 3;

export class ListWatch {
  /** Has anything been appended? */
  active = false;
  private off = false;
  private readonly history: HistoryColumns;
  private readonly appended = new Set<number>();
  /** By list: its length, of the longest list and its beginnings. */
  private readonly lengths = new Map<number, number>([
    [absent, 0],
    [emptyList, 0],
  ]);
  /** By item: its place in the longest list, from 1. */
  private readonly places = new Map<number, number>();
  private longest: number = emptyList;
  /** When each append was answered, its item, and the greatest place up to it. */
  private readonly answers: number[] = [];
  private readonly items: number[] = [];
  private readonly most: number[] = [];
  /** When the longest list was first shown by an answer, and how long it was. */
  private readonly shownAt: number[] = [];
  private readonly shown: number[] = [];

  constructor(history: HistoryColumns) {
    this.history = history;
  }

  called(row: number): void {
    this.active = true;
    const item = this.history.first[row] ?? none;
    if (this.appended.has(item)) this.off = true;
    this.appended.add(item);
  }

  /** True when the answer is impossible. */
  ended(row: number, at: number): boolean {
    const { fs, first, endings, calledAt, keyOf, states } = this.history;
    if (this.off || endings[row] !== ending.ok) return false;
    const value = first[row] ?? none;
    if (fs[row] === append) {
      this.answers.push(at);
      this.items.push(value);
      return false;
    }
    const values = states[keyOf[row] ?? 0];
    return values !== undefined && this.impossible(values, value, calledAt[row] ?? 0, at);
  }

  private impossible(states: States, list: number, call: number, at: number): boolean {
    if (!this.lengths.has(list) && !this.extend(states, list)) return true;
    const length = this.lengths.get(list) ?? 0;
    if (this.shownBefore(call) > length || this.answeredBefore(call) > length) return true;
    if (length > (this.shown.at(-1) ?? 0)) {
      this.shownAt.push(at);
      this.shown.push(length);
    }
    return false;
  }

  /** The greatest length that had been read before. */
  private shownBefore(call: number): number {
    return this.shown[countBelow(this.shownAt, call) - 1] ?? 0;
  }

  /** The greatest place of an item whose append had been answered; infinite when it has none. */
  private answeredBefore(call: number): number {
    const answered = countBelow(this.answers, call);
    for (let next = this.most.length; next < answered; next += 1) {
      const place = this.places.get(this.items[next] ?? none) ?? Infinity;
      if (place === Infinity) return place;
      this.most.push(Math.max(this.most[next - 1] ?? 0, place));
    }
    return this.most[answered - 1] ?? 0;
  }

  /** Makes this the longest list; false when it does not continue the longest so far. */
  private extend(states: States, list: number): boolean {
    const path: number[] = [];
    let part = list;
    while (!this.lengths.has(part)) {
      const item = states.last[part] ?? none;
      if (item === none || !this.appended.has(item)) return false;
      path.push(part);
      part = states.shorter[part] ?? emptyList;
    }
    if (part !== this.longest) return false;
    let length = this.lengths.get(part) ?? 0;
    for (const next of path.reverse()) {
      length += 1;
      this.lengths.set(next, length);
      this.places.set(states.last[next] ?? none, length);
    }
    this.longest = list;
    return true;
  }
}

/** How many of the ascending numbers are less. */
function countBelow(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
