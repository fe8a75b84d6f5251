/**
 * What the directed search knows of the operations not yet placed: how many need a value, how many
 * can make it, and how many ask whether it is there.
 */
import { action } from './model.ts';
import { at, zeros } from './column.ts';
import type { Problem } from './problem.ts';
import type { Roles } from './roles.ts';
import { none } from './states.ts';
import type { UnknownClasses } from './unknown-classes.ts';

export class Ledger {
  private readonly problem: Problem;
  private readonly classes: UnknownClasses;
  private readonly roles: Roles;
  /** By name: observations that need it, and operations that can make it. */
  private readonly needs: Int32Array;
  private readonly makers: Int32Array;
  /** By value: unused unknown compare-and-sets that ask for it. */
  private readonly asked: Int32Array;
  private readonly values: readonly number[];

  constructor(problem: Problem, roles: Roles, classes: UnknownClasses) {
    this.problem = problem;
    this.roles = roles;
    this.classes = classes;
    this.values = problem.values;
    this.needs = zeros(roles.names);
    this.makers = zeros(roles.names);
    let most = 0;
    for (let group = 0; group < classes.count; group += 1) {
      most = Math.max(most, at(classes.wants, group));
    }
    for (const value of problem.values) if (value > most) most = value;
    this.asked = zeros(most + 1);
  }

  /** Starts anew: nothing is placed. */
  fill(): void {
    const { problem, classes } = this;
    this.needs.fill(0);
    this.makers.fill(0);
    this.asked.fill(0);
    for (let index = 0; index < problem.count; index += 1) {
      if (problem.unknown[index] === 0) this.restore(index);
    }
    for (let group = 0; group < classes.count; group += 1) this.move(group, classes.size(group));
  }

  /** Does an observation need what neither is there nor can be made? */
  wantsTheImpossible(state: number): boolean {
    for (let name = 0; name < this.values.length; name += 1) {
      if (name !== state && at(this.needs, name) > 0 && at(this.makers, name) === 0) return true;
    }
    return false;
  }

  place(index: number): void {
    this.count(index, -1);
  }

  restore(index: number): void {
    this.count(index, 1);
  }

  /** So many unknown operations of the class become available (or are used, if negative). */
  move(group: number, many: number): void {
    const { classes, makers, asked } = this;
    const made = at(classes.makes, group);
    makers[made] = at(makers, made) + many;
    if (classes.actions[group] === action.write) return;
    const value = at(classes.wants, group);
    asked[value] = at(asked, value) + many;
  }

  /** Does nobody left notice whether this is the state? */
  unnoticed(state: number): boolean {
    return at(this.needs, this.roles.refusal) + at(this.needs, state) === 0 && !this.isAsked(state);
  }

  /** Once left, the state cannot come back, and `observers` more than so many still need it. */
  holds(state: number, observers: number): boolean {
    return at(this.needs, state) > observers && at(this.makers, state) === 0;
  }

  /** Is there but one left that can make a value that somebody needs? */
  isLastMaker(name: number): boolean {
    return at(this.needs, name) > 0 && at(this.makers, name) === 1;
  }

  private isAsked(state: number): boolean {
    const value = this.values[state] ?? none;
    return value >= 0 && at(this.asked, value) > 0;
  }

  private count(index: number, many: number): void {
    const { needs, makers } = this;
    const wanted = at(this.roles.waits, index);
    const made = at(this.roles.makes, index);
    needs[wanted] = at(needs, wanted) + many;
    makers[made] = at(makers, made) + many;
  }
}
