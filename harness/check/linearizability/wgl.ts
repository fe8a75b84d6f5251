/**
 * The search of Wing & Gong (1993) with Lowe's memory (2017), for any sequential object. It tries
 * operations in the order of time and steps back when a return is reached whose operation has no
 * place.
 *
 * What it remembers is windowed. Let the rank be the place, in return order, of the first operation
 * not yet placed. Everything that returned earlier is placed; nothing called after that return is.
 * So the set of placed operations is known from the rank and from which of the operations open at
 * that return are placed. Those have distinct slots, as variables have registers; a mask of slots
 * takes room for the concurrency, not for the length of the history.
 */
import { borrowing, bytes, roomFor, zeros } from './column.ts';
import type { Allowance } from './budget.ts';
import { Configurations } from './configurations.ts';
import type { Columns } from './model.ts';
import { step } from './model.ts';
import { absent, none } from './states.ts';
import type { EngineVerdict } from './verdict.ts';

/** Words of a key: rank, state, then the mask. */
const rankWord = 0;
const stateWord = 1;
const maskWord = 2;

/** Judges by search; undecided once the allowance is spent or `limit` configurations were seen. */
export function search(
  columns: Columns,
  allowance: Allowance,
  limit: number = Infinity,
): EngineVerdict {
  return borrowing(() => new Search(columns, stepper(columns), allowance).run(limit));
}

/** The order found, or the longest one that explains every answer up to some return. */
export interface Ordered {
  readonly verdict: EngineVerdict;
  /** Indices into the columns. */
  readonly order: Int32Array;
}

/** The same, with the order. */
export function searchOrder(columns: Columns, allowance: Allowance): Ordered {
  return searchSteps(columns, stepper(columns), allowance);
}

/** When the operations of any object began and ended; see `Columns`. */
export type Intervals = Pick<Columns, 'count' | 'completed' | 'calls' | 'returns' | 'byReturn'>;

/** The number of the state after an operation, or `none` where it cannot happen; 0 is the first. */
export type Stepper = (index: number, state: number) => number;

function stepper(columns: Columns): Stepper {
  return (index, state) => step(columns, index, state);
}

/** The search for an object of any kind. */
export function searchSteps(intervals: Intervals, steps: Stepper, allowance: Allowance): Ordered {
  return borrowing(() => {
    const search = new Search(intervals, steps, allowance);
    search.keepsOrder = true;
    const verdict = search.run(Infinity);
    return { verdict, order: verdict.kind === 'linearizable' ? search.order() : search.longest };
  });
}

class Search {
  keepsOrder = false;
  /** The order in which the greatest rank was reached. */
  longest: Int32Array = new Int32Array(0);
  private readonly columns: Intervals;
  private readonly steps: Stepper;
  private readonly allowance: Allowance;
  /** Events in time order as a ring: 0 is its head, 1 + i a call, 1 + count + i a return. */
  private readonly next: Int32Array;
  private readonly previous: Int32Array;
  private readonly slots: Int32Array;
  private readonly placed: Uint8Array;
  private readonly key: Int32Array;
  private readonly seen: Configurations;
  /** What was placed, and rank and state before. */
  private readonly trail: Int32Array;
  private depth = 0;
  private rankMax = 0;

  constructor(columns: Intervals, steps: Stepper, allowance: Allowance) {
    const { count } = columns;
    this.columns = columns;
    this.steps = steps;
    this.allowance = allowance;
    this.next = zeros(2 * count + 1);
    this.previous = zeros(2 * count + 1);
    this.slots = zeros(count);
    this.placed = bytes(count);
    this.trail = zeros(3 * count);
    const slotCount = this.layOut();
    this.key = zeros(maskWord + Math.max(1, Math.ceil(slotCount / 32)));
    this.key[stateWord] = absent;
    this.seen = new Configurations(this.key.length, roomFor(count));
    this.seen.add(this.key);
  }

  run(limit: number): EngineVerdict {
    const { key, next } = this;
    const { count, completed } = this.columns;
    let event = next[0] ?? 0;
    while ((key[rankWord] ?? 0) < completed) {
      if (event <= count) {
        const after = this.steps(event - 1, key[stateWord] ?? absent);
        event = (after !== none && this.place(event - 1, after) ? next[0] : next[event]) ?? 0;
        if (this.allowance.spent || this.seen.count > limit) return this.undecided();
      } else if (this.depth === 0) {
        return this.illegal();
      } else {
        event = next[this.stepBack() + 1] ?? 0;
      }
    }
    return { kind: 'linearizable' };
  }

  /** What is placed, in the order in which it takes effect. */
  order(): Int32Array {
    return Int32Array.from({ length: this.depth }, (_, step) => this.trail[3 * step] ?? 0);
  }

  /** Links the events and gives slots; returns how many slots there are. */
  private layOut(): number {
    const { count, completed, calls, returns, byReturn } = this.columns;
    const free: number[] = [];
    let slotCount = 0;
    let end = 0;
    let returned = 0;
    for (let called = 0; called < count || returned < completed;) {
      const index = byReturn[returned] ?? none;
      const isCall = called < count && (calls[called] ?? 0) < (returns[index] ?? 0);
      if (isCall) {
        this.slots[called] = free.pop() ?? slotCount++;
        end = this.link(end, 1 + called);
        called += 1;
      } else {
        free.push(this.slots[index] ?? 0);
        end = this.link(end, 1 + count + index);
        returned += 1;
      }
    }
    this.link(end, 0);
    return slotCount;
  }

  private link(before: number, event: number): number {
    this.next[before] = event;
    this.previous[event] = before;
    return event;
  }

  /** False, and nothing changed, when the configuration after it has been seen. */
  private place(index: number, after: number): boolean {
    const { key, trail, placed } = this;
    const { byReturn, completed } = this.columns;
    const before = key[rankWord] ?? 0;
    trail[3 * this.depth] = index;
    trail[3 * this.depth + 1] = before;
    trail[3 * this.depth + 2] = key[stateWord] ?? absent;
    placed[index] = 1;
    this.setBit(index);
    let rank = before;
    for (; rank < completed; rank += 1) {
      const first = byReturn[rank] ?? 0;
      if (placed[first] === 0) break;
      this.clearBit(first);
    }
    key[rankWord] = rank;
    key[stateWord] = after;
    const room = !this.seen.full || this.allowance.grows(this.seen.bytes);
    if (!room || !this.seen.add(key)) {
      this.undo();
      return false;
    }
    this.allowance.spend();
    this.depth += 1;
    if (rank > this.rankMax) {
      this.rankMax = rank;
      if (this.keepsOrder) this.longest = this.order();
    }
    this.unlink(1 + index);
    if (this.hasReturn(index)) this.unlink(1 + this.columns.count + index);
    return true;
  }

  /** Takes the last placed operation back and returns it. */
  private stepBack(): number {
    this.depth -= 1;
    const index = this.trail[3 * this.depth] ?? 0;
    this.undo();
    if (this.hasReturn(index)) this.relink(1 + this.columns.count + index);
    this.relink(1 + index);
    return index;
  }

  /**
   * Restores the key and the mark of the operation at `depth`. The bit goes first and the bits of
   * the operations that the rank had passed come after, because slots are used again.
   */
  private undo(): void {
    const { key, trail, placed } = this;
    const { byReturn } = this.columns;
    const index = trail[3 * this.depth] ?? 0;
    const before = trail[3 * this.depth + 1] ?? 0;
    placed[index] = 0;
    this.clearBit(index);
    for (let rank = before; rank < (key[rankWord] ?? 0); rank += 1) {
      const passed = byReturn[rank] ?? 0;
      if (placed[passed] === 1) this.setBit(passed);
    }
    key[rankWord] = before;
    key[stateWord] = trail[3 * this.depth + 2] ?? absent;
  }

  private hasReturn(index: number): boolean {
    return (this.columns.returns[index] ?? 0) < this.columns.count + this.columns.completed;
  }

  private unlink(event: number): void {
    const before = this.previous[event] ?? 0;
    const after = this.next[event] ?? 0;
    this.next[before] = after;
    this.previous[after] = before;
  }

  private relink(event: number): void {
    this.next[this.previous[event] ?? 0] = event;
    this.previous[this.next[event] ?? 0] = event;
  }

  private setBit(index: number): void {
    const slot = this.slots[index] ?? 0;
    const word = maskWord + (slot >>> 5);
    this.key[word] = (this.key[word] ?? 0) | (1 << (slot & 31));
  }

  private clearBit(index: number): void {
    const slot = this.slots[index] ?? 0;
    const word = maskWord + (slot >>> 5);
    this.key[word] = (this.key[word] ?? 0) & ~(1 << (slot & 31));
  }

  private undecided(): EngineVerdict {
    const { reason } = this.allowance;
    const far = `${this.rankMax} of ${this.columns.completed} answers were put in order`;
    return { kind: 'undecided', reason: `${reason ?? 'not decided by a short search'}; ${far}` };
  }

  /** Every return before the greatest rank was passed in some order, this one in none. */
  private illegal(): EngineVerdict {
    const possible = new Set<number>();
    for (let entry = 0; entry < this.seen.count; entry += 1) {
      if (this.seen.at(entry, rankWord) === this.rankMax) {
        possible.add(this.seen.at(entry, stateWord));
      }
    }
    return {
      kind: 'illegal',
      stuck: this.columns.byReturn[this.rankMax] ?? null,
      possible: [...possible],
      conflict: null,
    };
  }
}
