/** What the directed search solves: a register's history with names for its values. */
import type { Columns } from './model.ts';
import { action } from './model.ts';
import { at } from './column.ts';
import type { Names } from './rename.ts';
import { changes, garbage } from './rename.ts';
import { none } from './states.ts';

/** Operations in the order of the calls. */
export interface Problem {
  readonly count: number;
  /** `action.read`, `write`, `cas`, `casRefused` or `casUnknown`. */
  readonly actions: Int8Array;
  /** 1 for an operation that need not happen. */
  readonly unknown: Uint8Array;
  /**
   * Reads and accepted compare-and-sets: the name they observe; refused and unknown ones: the value
   * they ask for, whatever its name.
   */
  readonly wants: Int32Array;
  /** The name of what it makes, or `none`. */
  readonly makes: Int32Array;
  readonly calls: Int32Array;
  readonly returns: Int32Array;
  /** By name: the value. */
  readonly values: readonly number[];
  /** By operation: its index in the columns. */
  readonly origins: Int32Array;
}

export interface Start {
  /** The name at the beginning. */
  readonly state: number;
  /** Writes called before this position may have taken effect before the beginning, unseen. */
  readonly freeBefore: number;
}

/** A list of operations that grows. */
export class ProblemDraft {
  private readonly actions: number[] = [];
  private readonly unknown: number[] = [];
  private readonly wants: number[] = [];
  private readonly makes: number[] = [];
  private readonly calls: number[] = [];
  private readonly returns: number[] = [];
  private readonly origins: number[] = [];

  add(
    operation: Pick<Columns, 'calls' | 'returns'> & {
      readonly action: number;
      readonly unknown: boolean;
      readonly wants: number;
      readonly makes: number;
      readonly index: number;
      readonly origin: number;
    },
  ): void {
    this.actions.push(operation.action);
    this.unknown.push(operation.unknown ? 1 : 0);
    this.wants.push(operation.wants);
    this.makes.push(operation.makes);
    this.calls.push(at(operation.calls, operation.index));
    this.returns.push(at(operation.returns, operation.index));
    this.origins.push(operation.origin);
  }

  done(values: readonly number[]): Problem {
    return {
      count: this.actions.length,
      actions: Int8Array.from(this.actions),
      unknown: Uint8Array.from(this.unknown),
      wants: Int32Array.from(this.wants),
      makes: Int32Array.from(this.makes),
      calls: Int32Array.from(this.calls),
      returns: Int32Array.from(this.returns),
      origins: Int32Array.from(this.origins),
      values,
    };
  }
}

/**
 * The problem of a history. Left out is what can neither help nor hinder: unknown operations that
 * change nothing, and those that make what nobody can tell, unless some refused compare-and-set may
 * need any change at all. An accepted compare-and-set of a value with itself is a read.
 */
export function problemOf(columns: Columns, names: Names): Problem {
  const { count, completed, actions, first, calls, returns } = columns;
  const refused = actions.includes(action.casRefused);
  const draft = new ProblemDraft();
  for (let index = 0; index < count; index += 1) {
    const unknown = at(returns, index) >= count + completed;
    const makes = at(names.made, index);
    if (unknown && (makes === none || (makes === garbage && !refused))) continue;
    const kind = actions[index] ?? action.read;
    const compares = kind === action.casRefused || kind === action.casUnknown;
    const turned = kind === action.cas && !changes(columns, index) ? action.read : kind;
    const wants = compares ? at(first, index) : at(names.seen, index);
    draft.add({ action: turned, unknown, wants, makes, calls, returns, index, origin: index });
  }
  return draft.done(names.values);
}
