/**
 * The operations of a directed search that must be placed, as a list in the order of the calls from
 * which placed ones are unlinked, with rank, slots and a trail to step back along (see the search
 * for what rank and slots mean).
 */
import { at, blank, bytes, zeros } from './column.ts';
import type { Ledger } from './ledger.ts';
import type { Problem } from './problem.ts';
import type { Roles } from './roles.ts';
import type { UnknownClasses } from './unknown-classes.ts';

/** Words of a configuration: rank, state, the last free write; then the mask, then uses. */
export const rankWord = 0;
export const stateWord = 1;
export const freeWord = 2;
export const maskWord = 3;

const forever = 0x7fffffff;

export class Board {
  readonly problem: Problem;
  /** Operations that must be placed. */
  readonly completed: number;
  readonly byReturn: Int32Array;
  /** The list; its head is `problem.count`. */
  readonly next: Int32Array;
  readonly head: number;
  /** Where a configuration is put together; the mask is always current. */
  readonly key: Int32Array;
  readonly keyWidth: number;
  /** Writes that may be placed now and are not, in the order of their calls. */
  readonly openWrites: Int32Array;
  writeCount = 0;
  /** Is one of the writes not free? */
  unfree = false;
  rank = 0;
  /** The return that comes next: what was called before it is open. */
  bound = 0;
  /** What was placed, or -1 - class for an unknown operation. */
  depth = 0;
  private readonly previous: Int32Array;
  private readonly slots: Int32Array;
  private readonly placed: Uint8Array;
  private readonly trail: Int32Array;
  private readonly roles: Roles;
  private readonly ledger: Ledger;
  private readonly classes: UnknownClasses;

  constructor(problem: Problem, roles: Roles, ledger: Ledger, classes: UnknownClasses) {
    const { count } = problem;
    this.problem = problem;
    this.roles = roles;
    this.ledger = ledger;
    this.classes = classes;
    this.head = count;
    this.next = zeros(count + 1);
    this.previous = zeros(count + 1);
    this.placed = bytes(count);
    this.trail = zeros(count + 1);
    this.byReturn = problem.byReturn;
    this.completed = this.byReturn.length;
    this.slots = blank(count);
    const slotCount = this.giveSlots();
    this.openWrites = zeros(slotCount + 1);
    this.keyWidth = maskWord + Math.max(1, Math.ceil(slotCount / 32));
    this.key = zeros(this.keyWidth + classes.count);
  }

  /** Starts anew: nothing is placed. */
  reset(): void {
    const { next, previous, head, problem } = this;
    let last = head;
    for (let index = 0; index < problem.count; index += 1) {
      if (problem.unknown[index] === 1) continue;
      next[last] = index;
      previous[index] = last;
      last = index;
    }
    next[last] = head;
    previous[head] = last;
    this.placed.fill(0);
    this.key.fill(0);
    this.classes.used.fill(0);
    this.ledger.fill();
    this.rank = 0;
    this.depth = 0;
    this.findBound();
  }

  /** The operation whose return comes next; the head of the list when all are placed. */
  get due(): number {
    return this.rank < this.completed ? at(this.byReturn, this.rank) : this.head;
  }

  place(index: number): void {
    this.trail[this.depth++] = index;
    this.placed[index] = 1;
    this.setBit(index);
    this.ledger.place(index);
    const before = at(this.previous, index);
    const after = at(this.next, index);
    this.next[before] = after;
    this.previous[after] = before;
    this.pass();
  }

  use(group: number): void {
    this.trail[this.depth++] = -1 - group;
    this.classes.used[group] = at(this.classes.used, group) + 1;
    this.ledger.move(group, -1);
  }

  /**
   * Takes back what was placed since, first all of it; only then may the bits of what the rank had
   * passed be restored, because slots are used again.
   */
  stepBack(depth: number, rank: number): void {
    while (this.depth > depth) {
      this.depth -= 1;
      const index = at(this.trail, this.depth);
      if (index < 0) this.unuse(-1 - index);
      else this.takeBack(index);
    }
    const { byReturn, placed } = this;
    for (let passed = rank; passed < this.rank; passed += 1) {
      const index = at(byReturn, passed);
      if (placed[index] === 1) this.setBit(index);
    }
    this.rank = rank;
    this.findBound();
  }

  private unuse(group: number): void {
    this.classes.used[group] = at(this.classes.used, group) - 1;
    this.ledger.move(group, 1);
  }

  private takeBack(index: number): void {
    this.placed[index] = 0;
    this.clearBit(index);
    this.ledger.restore(index);
    this.next[at(this.previous, index)] = index;
    this.previous[at(this.next, index)] = index;
  }

  /** Moves the rank over what is placed. */
  private pass(): void {
    const { byReturn, placed, completed } = this;
    for (; this.rank < completed; this.rank += 1) {
      const index = at(byReturn, this.rank);
      if (placed[index] === 0) break;
      this.clearBit(index);
    }
    this.findBound();
  }

  private findBound(): void {
    const { rank, completed } = this;
    this.bound = rank < completed ? at(this.problem.returns, at(this.byReturn, rank)) : forever;
  }

  /** At each call the slot that has been free for longest; returns how many there are. */
  private giveSlots(): number {
    const { problem, byReturn, slots } = this;
    const { count, unknown, calls, returns } = problem;
    let slotCount = 0;
    let freed = 0;
    for (let index = 0; index < count; index += 1) {
      if (unknown[index] === 1) continue;
      const next = at(byReturn, freed);
      const isFree = at(returns, next) < at(calls, index);
      slots[index] = isFree ? at(slots, next) : slotCount++;
      if (isFree) freed += 1;
    }
    return slotCount;
  }

  private setBit(index: number): void {
    const slot = at(this.slots, index);
    const word = maskWord + (slot >>> 5);
    this.key[word] = at(this.key, word) | (1 << (slot & 31));
  }

  private clearBit(index: number): void {
    const slot = at(this.slots, index);
    const word = maskWord + (slot >>> 5);
    this.key[word] = at(this.key, word) & ~(1 << (slot & 31));
  }

  /** Takes note of an open operation that is not placed, if it is a write. */
  leaveOpen(index: number): void {
    // They come in no order that a processor could foresee: a sum instead of a branch.
    this.openWrites[this.writeCount] = index;
    this.writeCount += this.roles.writes[index] ?? 0;
  }

  /** A write that was noted is placed after all. */
  closeWrite(index: number): void {
    const { openWrites } = this;
    let place = openWrites.indexOf(index);
    for (; place + 1 < this.writeCount; place += 1) openWrites[place] = at(openWrites, place + 1);
    this.writeCount -= 1;
  }

  /**
   * The last open write called before `freeBefore`, or -1: it tells which writes are free. Notes
   * whether there is one that is not.
   */
  lastFree(freeBefore: number): number {
    const { openWrites, writeCount } = this;
    const { calls } = this.problem;
    let free = writeCount;
    while (free > 0 && at(calls, at(openWrites, free - 1)) >= freeBefore) free -= 1;
    this.unfree = free < writeCount;
    return free > 0 ? at(openWrites, free - 1) : -1;
  }
}
