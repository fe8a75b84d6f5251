/**
 * Unknown operations of the directed search, put aside: they need not happen and have no deadline.
 * Those that do the same are a class; of a class the one called first is always the best to use.
 */
import { action } from './model.ts';
import { at, zeros } from './column.ts';
import type { Problem } from './problem.ts';

export class UnknownClasses {
  readonly count: number;
  /** By class. */
  readonly actions: Int8Array;
  readonly wants: Int32Array;
  readonly makes: Int32Array;
  readonly used: Int32Array;
  /** By class: where its members begin in `calls`, ascending. */
  private readonly starts: Int32Array;
  private readonly calls: Int32Array;

  constructor(problem: Problem) {
    const members = new Map<string, number[]>();
    const some = problem.byReturn.length < problem.count;
    for (let index = 0; some && index < problem.count; index += 1) {
      if (problem.unknown[index] === 0) continue;
      const kind = problem.actions[index] === action.write ? -1 : at(problem.wants, index);
      const name = `${kind} ${at(problem.makes, index)}`;
      const others = members.get(name);
      if (others === undefined) members.set(name, [index]);
      else others.push(index);
    }
    const groups = [...members.values()];
    const firsts = groups.map(([first = 0]) => first);
    this.count = groups.length;
    this.actions = Int8Array.from(firsts, (index) => problem.actions[index] ?? 0);
    this.wants = Int32Array.from(firsts, (index) => at(problem.wants, index));
    this.makes = Int32Array.from(firsts, (index) => at(problem.makes, index));
    this.used = zeros(this.count);
    this.starts = zeros(this.count + 1);
    for (const [group, { length }] of groups.entries()) {
      this.starts[group + 1] = at(this.starts, group) + length;
    }
    this.calls = Int32Array.from(groups.flat(), (index) => at(problem.calls, index));
  }

  size(group: number): number {
    return at(this.starts, group + 1) - at(this.starts, group);
  }

  /** Is there one left that was called before `bound`? */
  has(group: number, bound: number): boolean {
    const next = at(this.starts, group) + at(this.used, group);
    return next < at(this.starts, group + 1) && at(this.calls, next) < bound;
  }
}
