/**
 * The sequential objects: what an operation does to the value of one key, and which answers fit. All
 * four are the same store and differ in what may be asked of it. A key begins absent; reading it
 * then gives null; appending to it begins a list; deleting makes it absent again.
 */
import type { Operation } from '../history.ts';
import type { States } from './states.ts';
import { append, intern, none } from './states.ts';

/** Actions: an operation as far as the search is concerned. `first` and `second` are its numbers. */
export const action = {
  /** Fits when the state is `first`. */
  read: 0,
  /** Makes the state `first`. */
  write: 1,
  /** Fits when the state is `first`, makes it `second`. */
  cas: 2,
  /** Fits when the state is not `first`. */
  casRefused: 3,
  /** Makes it `second` if it is `first`, else does nothing. */
  casUnknown: 4,
  /** Fits a list, puts item `first` at its end. */
  append: 5,
  /** Puts `first` at the end of a list, does nothing to anything else. */
  appendUnknown: 6,
} as const;

/** The operations of one key as columns, in the order of the calls. */
export interface Columns {
  readonly count: number;
  /** Those with a return. */
  readonly completed: number;
  readonly states: States;
  readonly operations: readonly Operation[];
  readonly actions: Int8Array;
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** Positions 0, 1, 2, … of calls and returns among the events of this key; none is taken twice. */
  readonly calls: Int32Array;
  readonly returns: Int32Array;
  /** The operations in the order of their returns; unknown ones last, in the order of calls. */
  readonly byReturn: Int32Array;
}

/** Turns operations (in the order of the calls) into columns. */
export function columnsOf(operations: readonly Operation[], states: States): Columns {
  const count = operations.length;
  const columns: Columns = {
    count,
    completed: operations.reduce((sum, { outcome }) => sum + (outcome === 'unknown' ? 0 : 1), 0),
    states,
    operations,
    actions: new Int8Array(count),
    first: new Int32Array(count).fill(none),
    second: new Int32Array(count).fill(none),
    calls: new Int32Array(count),
    returns: new Int32Array(count),
    byReturn: returnOrder(operations),
  };
  for (const [index, operation] of operations.entries()) fill(columns, index, operation);
  givePositions(columns);
  return columns;
}

function returnOrder(operations: readonly Operation[]): Int32Array {
  const count = operations.length;
  const after = 1 + operations.reduce((most, { return: end }) => Math.max(most, end ?? 0), 0);
  // Return and index in one number, so that typed arrays can sort: far below 2^53.
  const keys = new Float64Array(count);
  for (const [index, operation] of operations.entries()) {
    keys[index] = (operation.return ?? after + index) * count + index;
  }
  return Int32Array.from(keys.sort(), (key) => key % count);
}

function givePositions({ count, operations, calls, returns, byReturn }: Columns): void {
  let called = 0;
  let returned = 0;
  for (let position = 0; position < 2 * count; position += 1) {
    const caller = operations[called];
    const index = byReturn[returned] ?? none;
    const end = operations[index]?.return ?? Number.MAX_SAFE_INTEGER;
    if (caller !== undefined && caller.call < end) {
      calls[called] = position;
      called += 1;
    } else {
      returns[index] = position;
      returned += 1;
    }
  }
}

function fill(
  { states, actions, first, second }: Columns,
  index: number,
  operation: Operation,
): void {
  const unknown = operation.outcome === 'unknown';
  switch (operation.f) {
    case 'read':
      actions[index] = action.read;
      first[index] = intern(states, operation.result);
      break;
    case 'write':
    case 'delete':
      actions[index] = action.write;
      first[index] = intern(states, operation.value);
      break;
    case 'cas': {
      const pair = Array.isArray(operation.value) ? operation.value : [];
      actions[index] = casAction(operation);
      first[index] = intern(states, pair[0] ?? null);
      second[index] = intern(states, pair[1] ?? null);
      break;
    }
    case 'append':
      actions[index] = unknown ? action.appendUnknown : action.append;
      first[index] = intern(states, operation.value);
      break;
  }
}

function casAction({ outcome }: Operation): number {
  switch (outcome) {
    case 'ok':
      return action.cas;
    case 'compareFailed':
      return action.casRefused;
    case 'unknown':
      return action.casUnknown;
  }
}

/** The state after operation `index` in `state`, or `none` when it cannot happen there. */
export function step(columns: Columns, index: number, state: number): number {
  const first = columns.first[index] ?? none;
  switch (columns.actions[index]) {
    case action.read:
      return state === first ? state : none;
    case action.write:
      return first;
    case action.cas:
      return state === first ? (columns.second[index] ?? none) : none;
    case action.casRefused:
      return state === first ? none : state;
    case action.casUnknown:
      return state === first ? (columns.second[index] ?? none) : state;
    case action.append:
      return append(columns.states, state, first);
    default: {
      const longer = append(columns.states, state, first);
      return longer === none ? state : longer;
    }
  }
}
