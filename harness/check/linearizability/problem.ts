/** What the directed search solves: a register's history with names for its values. */
import type { Columns } from './model.ts';
import { action } from './model.ts';
import { ascending, at, bytes, signedBytes, zeros } from './column.ts';
import type { Names } from './rename.ts';
import { garbage } from './rename.ts';
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
  /** The operations that must be placed, in the order of their returns. */
  readonly byReturn: Int32Array;
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

/** A problem that is being put together, of at most `most` operations. */
export class ProblemDraft {
  private count = 0;
  private readonly actions: Int8Array;
  private readonly unknown: Uint8Array;
  private readonly wants: Int32Array;
  private readonly makes: Int32Array;
  private readonly calls: Int32Array;
  private readonly returns: Int32Array;
  private readonly origins: Int32Array;

  constructor(most: number) {
    this.actions = signedBytes(most);
    this.unknown = bytes(most);
    this.wants = zeros(most);
    this.makes = zeros(most);
    this.calls = zeros(most);
    this.returns = zeros(most);
    this.origins = zeros(most);
  }

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
    const place = this.count++;
    this.actions[place] = operation.action;
    this.unknown[place] = operation.unknown ? 1 : 0;
    this.wants[place] = operation.wants;
    this.makes[place] = operation.makes;
    this.calls[place] = at(operation.calls, operation.index);
    this.returns[place] = at(operation.returns, operation.index);
    this.origins[place] = operation.origin;
  }

  done(values: readonly number[]): Problem {
    const { count } = this;
    const unknown = this.unknown.subarray(0, count);
    const returns = this.returns.subarray(0, count);
    return {
      count,
      actions: this.actions.subarray(0, count),
      unknown,
      wants: this.wants.subarray(0, count),
      makes: this.makes.subarray(0, count),
      calls: this.calls.subarray(0, count),
      returns,
      byReturn: byReturnOf(returns, unknown),
      origins: this.origins.subarray(0, count),
      values,
    };
  }
}

/** The operations that are not unknown, in the order of their returns, which are all different. */
function byReturnOf(returns: Int32Array, unknown: Uint8Array): Int32Array {
  let known = 0;
  let least = 0x7fffffff;
  let most = 0;
  for (let index = 0; index < returns.length; index += 1) {
    if (unknown[index] === 1) continue;
    const end = at(returns, index);
    known += 1;
    if (end < least) least = end;
    if (end > most) most = end;
  }
  const owners = zeros(known === 0 ? 0 : most - least + 1);
  for (let index = 0; index < returns.length; index += 1) {
    if (unknown[index] === 0) owners[at(returns, index) - least] = index + 1;
  }
  const byReturn = zeros(known);
  let rank = 0;
  for (let position = 0; position < owners.length; position += 1) {
    const owner = at(owners, position);
    byReturn[rank] = owner - 1;
    if (owner !== 0) rank += 1;
  }
  return byReturn;
}

/**
 * The problem of a history. Left out is what can neither help nor hinder: unknown operations that
 * change nothing, and those that make what nobody can tell, unless some refused compare-and-set may
 * need any change at all. An accepted compare-and-set of a value with itself is a read.
 */
export function problemOf(columns: Columns, names: Names): Problem {
  const { count, completed, actions, first, calls, returns } = columns;
  if (count === completed) return wholeProblem(columns, names);
  const refused = actions.includes(action.casRefused);
  const draft = new ProblemDraft(count);
  for (let index = 0; index < count; index += 1) {
    const unknown = at(returns, index) >= count + completed;
    const makes = at(names.made, index);
    if (unknown && (makes === none || (makes === garbage && !refused))) continue;
    const kind = actions[index] ?? action.read;
    const compares = kind === action.casRefused || kind === action.casUnknown;
    const turned = kind === action.cas && makes === none ? action.read : kind;
    const wants = compares ? at(first, index) : at(names.seen, index);
    draft.add({ action: turned, unknown, wants, makes, calls, returns, index, origin: index });
  }
  return draft.done(names.values);
}

/** Everything was answered, so nothing is left out: the columns serve as they are. */
function wholeProblem(columns: Columns, { made, seen, values }: Names): Problem {
  const { count, calls, returns, byReturn, first } = columns;
  const actions = signedBytes(count);
  const wants = zeros(count);
  for (let index = 0; index < count; index += 1) {
    const kind = columns.actions[index] ?? action.read;
    const same = kind === action.cas && at(made, index) === none;
    actions[index] = same ? action.read : kind;
    wants[index] = kind === action.casRefused ? at(first, index) : at(seen, index);
  }
  const unknown = bytes(count);
  const origins = ascending(count);
  return { count, actions, unknown, wants, makes: made, calls, returns, byReturn, origins, values };
}
