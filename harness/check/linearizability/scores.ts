/**
 * In which order writes are tried: that of a history of unique values where a value has one maker
 * (the least return and the greatest call of its operations, see `zones.ts`), else their middle.
 */
import { at, filled, zeros } from './column.ts';
import type { Problem } from './problem.ts';
import type { Roles } from './roles.ts';

/** More than every position. */
const never = 0x0800_0000;

export class Scores {
  private readonly problem: Problem;
  /** By name: how many make it, and the least return and the greatest call of all operations. */
  private readonly makers: Int32Array;
  private readonly least: Int32Array;
  private readonly greatest: Int32Array;

  constructor(problem: Problem, { waits, makes, names }: Roles) {
    this.problem = problem;
    this.makers = zeros(names);
    this.least = filled(names, never);
    this.greatest = zeros(names);
    for (let index = 0; index < problem.count; index += 1) {
      const made = at(makes, index);
      this.makers[made] = at(this.makers, made) + 1;
      this.take(made, index);
      this.take(at(waits, index), index);
    }
  }

  /** Twice the position at which the write may best take effect. */
  of(write: number): number {
    const { makes, calls, returns } = this.problem;
    const made = at(makes, write);
    return at(this.makers, made) === 1
      ? at(this.least, made) + at(this.greatest, made)
      : at(calls, write) + at(returns, write);
  }

  private take(name: number, index: number): void {
    const { calls, returns } = this.problem;
    const ended = at(returns, index);
    if (ended < at(this.least, name)) this.least[name] = ended;
    // Calls ascend with the index.
    this.greatest[name] = at(calls, index);
  }
}
