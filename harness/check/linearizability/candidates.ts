/**
 * What a directed search tries next, and in which order. The order, and a candidate too many, cost
 * time only: no verdict depends on the ranks, on `held` (which spares what cannot succeed), or on
 * `mandatory` (for what is due is always tried). Positions are all different, so no test can tell `<`
 * from `<=` between two of them.
 */
import type { Board } from './board.ts';
import { at, blank, doubled, zeros } from './column.ts';
import type { Ledger } from './ledger.ts';
import { action } from './model.ts';
import type { Problem } from './problem.ts';
import type { Roles } from './roles.ts';
import { Scores } from './scores.ts';
import { none } from './states.ts';
import type { UnknownClasses } from './unknown-classes.ts';

/** The due write, which is free, took effect unseen. Operations are 0 and more, classes below -1. */
export const expire = -1;

/** Ranks of candidates: they are tried in this order, and by zone within each. */
const tiers = 0x1000_0000;

export class Candidates {
  /** The stack of candidates of all frames; each frame's are in the order in which to take them. */
  stack: Int32Array = zeros(64);
  top = 0;
  private readonly board: Board;
  private readonly problem: Problem;
  private readonly ledger: Ledger;
  private readonly roles: Roles;
  private readonly classes: UnknownClasses;
  private readonly values: readonly number[];
  private readonly scores: Scores;
  private order: Int32Array = zeros(64);
  /** By name and by value: the round in which somebody open wanted it. */
  private readonly waitedNames: Int32Array;
  private readonly waitedValues: Int32Array;
  /** By name: the round in which a write of it became a candidate, and its place on the stack. */
  private readonly writtenIn: Int32Array;
  private readonly writtenAt: Int32Array;
  /** Compare-and-sets of the state that may be placed now and are not, in the order of their calls. */
  private readonly openSwaps: Int32Array;
  private swapCount = 0;
  private readonly swappedIn: Int32Array;
  private readonly swappedAt: Int32Array;
  private round = 0;
  private state = 0;
  /** The operation whose return comes next. */
  private due = 0;
  private stuck = false;
  private refreshes = false;
  private held = false;

  constructor(board: Board, roles: Roles, ledger: Ledger, classes: UnknownClasses) {
    const { problem } = board;
    const names = problem.values.length;
    this.board = board;
    this.problem = problem;
    this.roles = roles;
    this.ledger = ledger;
    this.classes = classes;
    this.values = problem.values;
    this.scores = new Scores(problem, roles);
    this.waitedNames = blank(roles.names);
    this.writtenIn = blank(names);
    this.writtenAt = blank(names);
    this.openSwaps = zeros(board.openWrites.length);
    this.swappedIn = blank(names);
    this.swappedAt = blank(names);
    this.waitedValues = blank(1 + problem.values.reduce((most, value) => Math.max(most, value), 0));
  }

  /** Nothing is known of what is open in this state. */
  begin(state: number): void {
    this.state = state;
    this.round += 1;
    this.swapCount = 0;
  }

  /** Takes note of what an open operation waits for that is not placed. */
  note(index: number): void {
    const { waits, replaces } = this.roles;
    this.waitedNames[at(waits, index)] = this.round;
    if (at(replaces, index) === this.state) this.openSwaps[this.swapCount++] = index;
  }

  /**
   * Puts the candidates on the stack, the best one on top. Free: called before `freeBefore`. There
   * must be something due.
   */
  push(freeBefore: number): void {
    const { board, problem, classes } = this;
    const start = this.top;
    const due = at(board.byReturn, board.rank);
    const writes = problem.actions[due] === action.write;
    const expires = writes && at(problem.calls, due) < freeBefore;
    this.due = due;
    this.look(writes && !expires);
    this.pushOpen();
    if (expires) this.pushExpiry();
    for (let group = 0; group < classes.count; group += 1) this.pushUnknown(group);
    if (this.top - start > 1) this.sort(start);
  }

  /** What the open operations wait for; no read of the state is among them. */
  private look(mandatory: boolean): void {
    const { round, waitedNames } = this;
    this.held = this.ledger.holds(this.state, 0);
    this.stuck = at(waitedNames, this.roles.refusal) === round;
    const swaps = this.lookAtUnknown() || this.swapCount > 0;
    this.refreshes = this.board.unfree && (mandatory || swaps);
  }

  /** Notes what unknown compare-and-sets ask for; true when one of them asks for the state. */
  private lookAtUnknown(): boolean {
    const { classes, board, state, round } = this;
    let swaps = false;
    for (let group = 0; group < classes.count; group += 1) {
      if (classes.actions[group] === action.write || !classes.has(group, board.bound)) continue;
      const value = at(classes.wants, group);
      if (value === this.values[state]) swaps = true;
      else if (value < this.waitedValues.length) this.waitedValues[value] = round;
    }
    return swaps;
  }

  private pushOpen(): void {
    const { openWrites, writeCount } = this.board;
    for (let place = 0; place < writeCount; place += 1) this.pushWrite(at(openWrites, place));
    // A compare-and-set of the state needs it: if it is the last one to do so, it may leave.
    if (this.swapCount === 0 || this.ledger.holds(this.state, 1)) return;
    const { openSwaps, problem, swappedIn, swappedAt } = this;
    for (let place = 0; place < this.swapCount; place += 1) {
      const index = at(openSwaps, place);
      this.pushBest(index, at(problem.makes, index), swappedIn, swappedAt);
    }
  }

  private pushWrite(index: number): void {
    const made = at(this.problem.makes, index);
    if (index !== this.due && !this.helps(made)) return;
    if (made !== this.state && this.held) return;
    this.pushBest(index, made, this.writtenIn, this.writtenAt);
  }

  /** Of operations that do the same only the one that returns first. */
  private pushBest(index: number, made: number, rounds: Int32Array, places: Int32Array): void {
    const { returns } = this.problem;
    if (at(rounds, made) !== this.round) {
      rounds[made] = this.round;
      places[made] = this.add(index);
      return;
    }
    const place = at(places, made);
    if (at(returns, index) < at(returns, at(this.stack, place))) this.stack[place] = index;
  }

  private pushExpiry(): void {
    const made = at(this.problem.makes, this.due);
    if (made !== this.state && !this.ledger.isLastMaker(made)) this.add(expire);
  }

  private pushUnknown(group: number): void {
    const { classes, board, state, values } = this;
    if (!classes.has(group, board.bound)) return;
    const made = at(classes.makes, group);
    if (classes.actions[group] !== action.write) {
      if (this.held || at(classes.wants, group) !== values[state]) return;
    } else if (made !== state && this.held) return;
    if (this.helps(made)) this.add(-2 - group);
  }

  /** Would it help anybody open if this became the state? */
  private helps(made: number): boolean {
    const { state, values, round } = this;
    if (made === state) return this.refreshes;
    if (at(this.waitedNames, made) === round) return true;
    const value = values[made] ?? none;
    if (this.stuck && value !== values[state]) return true;
    return value >= 0 && at(this.waitedValues, value) === round;
  }

  private add(candidate: number): number {
    if (this.top === this.stack.length) {
      this.stack = doubled(this.stack);
      this.order = doubled(this.order);
    }
    this.stack[this.top] = candidate;
    return this.top++;
  }

  private rankOf(candidate: number): number {
    const { problem } = this;
    if (candidate === expire) return 2 * tiers;
    if (candidate >= 0) {
      return problem.actions[candidate] === action.cas ? 0 : tiers + this.scores.of(candidate);
    }
    const wanted = at(problem.wants, this.due);
    return at(this.classes.makes, -2 - candidate) === wanted ? 3 * tiers : 4 * tiers;
  }

  /** Few at a time: by insertion, the best one last. */
  private sort(start: number): void {
    const { stack, order } = this;
    for (let place = start; place < this.top; place += 1) {
      const candidate = at(stack, place);
      const rank = this.rankOf(candidate);
      let free = place;
      for (; free > start && at(order, free - 1) < rank; free -= 1) {
        stack[free] = at(stack, free - 1);
        order[free] = at(order, free - 1);
      }
      stack[free] = candidate;
      order[free] = rank;
    }
  }
}
