/**
 * What each operation of a directed search waits for, makes and changes, worked out once, so that
 * the search does not have to ask each time of which kind it is. Two names beyond those of the
 * problem stand for what has none: `nobody` for no name at all, and `refusal` for what a refused
 * compare-and-set waits for, which is any other value.
 */
import { at, blank, bytes, filled } from './column.ts';
import { action } from './model.ts';
import type { Problem } from './problem.ts';

export class Roles {
  readonly nobody: number;
  readonly refusal: number;
  /** How many names there are, these two included. */
  readonly names: number;
  /** By operation: the name that it waits for. */
  readonly waits: Int32Array;
  /** By operation: the name that it makes. */
  readonly makes: Int32Array;
  /** By operation: the name that a compare-and-set replaces, or `nobody`. */
  readonly replaces: Int32Array;
  /** By operation: 1 for a write. */
  readonly writes: Uint8Array;
  /** By operation: the name that a read observes, the value that a refusal does not, or -1. */
  private readonly quiet: Int32Array;

  constructor(problem: Problem) {
    const { count, actions, wants, makes, values } = problem;
    this.nobody = values.length;
    this.refusal = values.length + 1;
    this.names = values.length + 2;
    this.waits = filled(count, this.nobody);
    this.makes = filled(count, this.nobody);
    this.replaces = filled(count, this.nobody);
    this.writes = bytes(count);
    this.quiet = blank(count);
    for (let index = 0; index < count; index += 1) {
      switch (actions[index]) {
        case action.read:
          this.waits[index] = at(wants, index);
          this.quiet[index] = at(wants, index);
          break;
        case action.write:
          this.writes[index] = 1;
          this.makes[index] = at(makes, index);
          break;
        case action.casRefused:
          this.waits[index] = this.refusal;
          this.quiet[index] = refusalOf(at(wants, index));
          break;
        case action.cas:
          this.waits[index] = at(wants, index);
          this.replaces[index] = at(wants, index);
          this.makes[index] = at(makes, index);
          break;
        default:
          this.makes[index] = at(makes, index);
      }
    }
  }

  /** Can the operation be placed in a state of this name and value without a change or a choice? */
  isQuiet(index: number, state: number, value: number): boolean {
    const quiet = at(this.quiet, index);
    return quiet === state || (quiet < -1 && quiet !== refusalOf(value));
  }
}

/** How a refused compare-and-set of this value is told from a read of a name. */
function refusalOf(value: number): number {
  return -2 - value;
}
