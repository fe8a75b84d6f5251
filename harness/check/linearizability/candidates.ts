/** What a directed search tries next, and in which order. */
import type { Board } from './board.ts';
import { at, blank } from './column.ts';
import type { Ledger } from './ledger.ts';
import { action } from './model.ts';
import type { Problem } from './problem.ts';
import type { UnknownClasses } from './unknown-classes.ts';

/** The due write, which is free, took effect unseen. Operations are 0 and more, classes below -1. */
export const expire = -1;

/** Ranks of candidates: they are tried in this order, and by zone within each. */
const tiers = 0x1000_0000;

export class Candidates {
  /** The stack of candidates of all frames; each frame's are in the order in which to take them. */
  stack: Int32Array = new Int32Array(64);
  top = 0;
  private readonly board: Board;
  private readonly problem: Problem;
  private readonly ledger: Ledger;
  private readonly classes: UnknownClasses;
  private readonly values: Int32Array;
  /** By operation: writes come in this order. */
  private readonly scores: Int32Array;
  private order: Int32Array = new Int32Array(64);
  /** By name and by value: the round in which somebody open wanted it. */
  private readonly waitedNames: Int32Array;
  private readonly waitedValues: Int32Array;
  /** By name: the round in which a write of it became a candidate, and its place on the stack. */
  private readonly writtenIn: Int32Array;
  private readonly writtenAt: Int32Array;
  private readonly swappedIn: Int32Array;
  private readonly swappedAt: Int32Array;
  private round = 0;
  private state = 0;
  private stuck = false;
  private mandatory = false;
  private refreshes = false;
  private held = false;

  constructor(board: Board, ledger: Ledger, classes: UnknownClasses) {
    const { problem } = board;
    const names = problem.values.length;
    this.board = board;
    this.problem = problem;
    this.ledger = ledger;
    this.classes = classes;
    this.values = Int32Array.from(problem.values);
    this.scores = scoresOf(problem);
    this.waitedNames = blank(names);
    this.writtenIn = blank(names);
    this.writtenAt = blank(names);
    this.swappedIn = blank(names);
    this.swappedAt = blank(names);
    this.waitedValues = blank(1 + problem.values.reduce((most, value) => Math.max(most, value), 0));
  }

  /** Puts the candidates on the stack, the best one on top. Free: called before `freeBefore`. */
  push(state: number, freeBefore: number): void {
    const start = this.top;
    this.state = state;
    this.round += 1;
    this.look(freeBefore);
    this.pushOpen();
    this.pushExpiry(freeBefore);
    for (let group = 0; group < this.classes.count; group += 1) this.pushUnknown(group);
    this.sort(start);
  }

  /** What the open operations wait for. */
  private look(freeBefore: number): void {
    const { board, problem, state, round } = this;
    const { actions, wants, calls } = problem;
    const { next, head, bound, due } = board;
    this.stuck = false;
    this.held = this.ledger.holds(state, 0);
    let swaps = false;
    let unfree = false;
    for (let index = at(next, head); index !== head; index = at(next, index)) {
      if (at(calls, index) >= bound) break;
      const kind = actions[index];
      if (kind === action.write) unfree ||= at(calls, index) >= freeBefore;
      else if (kind === action.casRefused) this.stuck = true;
      else if (at(wants, index) !== state) this.waitedNames[at(wants, index)] = round;
      else swaps = true;
    }
    this.mandatory = due !== head && actions[due] === action.write && at(calls, due) >= freeBefore;
    swaps = this.lookAtUnknown() || swaps;
    this.refreshes = unfree && (this.mandatory || swaps);
  }

  /** Notes what unknown compare-and-sets ask for; true when one of them asks for the state. */
  private lookAtUnknown(): boolean {
    const { classes, board, state, round } = this;
    let swaps = false;
    for (let group = 0; group < classes.count; group += 1) {
      if (classes.actions[group] === action.write || !classes.has(group, board.bound)) continue;
      const value = at(classes.wants, group);
      if (value === at(this.values, state)) swaps = true;
      else if (value < this.waitedValues.length) this.waitedValues[value] = round;
    }
    return swaps;
  }

  private pushOpen(): void {
    const { board, problem, state } = this;
    const { actions, wants, calls } = problem;
    const { next, head, bound } = board;
    for (let index = at(next, head); index !== head; index = at(next, index)) {
      if (at(calls, index) >= bound) break;
      const kind = actions[index];
      if (kind === action.write) this.pushWrite(index);
      else if (kind === action.cas && at(wants, index) === state) this.pushSwap(index);
    }
  }

  private pushWrite(index: number): void {
    const made = at(this.problem.makes, index);
    if (index !== this.board.due && !this.helps(made)) return;
    if (made !== this.state && this.held) return;
    this.pushBest(index, made, this.writtenIn, this.writtenAt);
  }

  /** A compare-and-set of the state needs it: if it is the last one to do so, it may leave. */
  private pushSwap(index: number): void {
    if (this.ledger.holds(this.state, 1)) return;
    this.pushBest(index, at(this.problem.makes, index), this.swappedIn, this.swappedAt);
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

  private pushExpiry(freeBefore: number): void {
    const { board, problem, state, ledger } = this;
    const { due, head } = board;
    if (due === head || problem.actions[due] !== action.write) return;
    if (at(problem.calls, due) >= freeBefore) return;
    const made = at(problem.makes, due);
    if (made !== state && !ledger.isLastMaker(made)) this.add(expire);
  }

  private pushUnknown(group: number): void {
    const { classes, board, state, values } = this;
    if (!classes.has(group, board.bound)) return;
    const made = at(classes.makes, group);
    if (classes.actions[group] !== action.write) {
      if (this.held || at(classes.wants, group) !== at(values, state)) return;
    } else if (made !== state && this.held) return;
    if (this.helps(made)) this.add(-2 - group);
  }

  /** Would it help anybody open if this became the state? */
  private helps(made: number): boolean {
    const { state, values, round } = this;
    if (made === state) return this.refreshes;
    if (at(this.waitedNames, made) === round) return true;
    const value = at(values, made);
    if (this.stuck && value !== at(values, state)) return true;
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
    const { problem, board } = this;
    if (candidate === expire) return 2 * tiers;
    if (candidate >= 0) {
      return problem.actions[candidate] === action.cas ? 0 : tiers + at(this.scores, candidate);
    }
    const { due, head } = board;
    const wanted = due === head ? -1 : at(problem.wants, due);
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

function doubled(column: Int32Array): Int32Array {
  const larger = new Int32Array(column.length * 2);
  larger.set(column);
  return larger;
}

/** The order of a history of unique values where a value is unique; else the middle of the write. */
function scoresOf(problem: Problem): Int32Array {
  const { count, actions, unknown, calls, returns, wants, makes, values } = problem;
  const makers = new Int32Array(values.length);
  const least = new Int32Array(values.length).fill(tiers / 2);
  const greatest = new Int32Array(values.length);
  const join = (name: number, index: number): void => {
    least[name] = Math.min(at(least, name), at(returns, index));
    greatest[name] = Math.max(at(greatest, name), at(calls, index));
  };
  for (let index = 0; index < count; index += 1) {
    const kind = actions[index];
    if (kind === action.read || (kind === action.cas && unknown[index] === 0)) {
      join(at(wants, index), index);
    }
    if (kind === action.read || kind === action.casRefused) continue;
    makers[at(makes, index)] = at(makers, at(makes, index)) + 1;
    join(at(makes, index), index);
  }
  const scores = new Int32Array(count);
  for (let index = 0; index < count; index += 1) {
    const made = at(makes, index);
    scores[index] =
      actions[index] === action.write && at(makers, made) === 1
        ? at(least, made) + at(greatest, made)
        : at(calls, index) + at(returns, index);
  }
  return scores;
}
