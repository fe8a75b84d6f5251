/**
 * The sequential objects: what an operation does to the value of one key, and which answers fit. All
 * four are the same store and differ in what may be asked of it. A key begins absent; reading it
 * then gives null; appending to it begins a list; deleting makes it absent again.
 */
import type { HistoryRecord } from '../../trace/record.ts';
import type { History, Operation } from '../history.ts';
import { ending, functions } from '../history-columns.ts';
import { at } from './column.ts';
import type { States } from './states.ts';
import { append, none } from './states.ts';

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
  /** Where they come from, and for each its row there. */
  readonly history: History;
  readonly rows: Int32Array;
  readonly actions: Int8Array;
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** Positions 0, 1, 2, … of calls and returns among the events of this key; none is taken twice. */
  readonly calls: Int32Array;
  readonly returns: Int32Array;
  /** The operations in the order of their returns; unknown ones last, in the order of calls. */
  readonly byReturn: Int32Array;
}

/** Columns to be filled, for operations of one key of a history. */
export function emptyColumns(
  { history, states }: Pick<Columns, 'history' | 'states'>,
  count: number,
  completed: number,
): Columns {
  return {
    count,
    completed,
    states,
    history,
    rows: new Int32Array(count),
    actions: new Int8Array(count),
    first: new Int32Array(count),
    second: new Int32Array(count),
    calls: new Int32Array(count),
    returns: new Int32Array(count),
    byReturn: new Int32Array(count),
  };
}

/**
 * Gives positions where `calls` and `returns` hold numbers that only tell the order, `byReturn` the
 * completed operations in the order of their returns. Unknown operations return after everything.
 */
export function givePositions(columns: Columns): void {
  const { count, completed, calls, returns, byReturn } = columns;
  let called = 0;
  let returned = 0;
  for (let position = 0; position < count + completed; position += 1) {
    const index = at(byReturn, returned);
    if (called < count && (returned === completed || at(calls, called) < at(returns, index))) {
      calls[called] = position;
      called += 1;
    } else {
      // No longer smaller than any call to come, which is all that was asked of it.
      returns[index] = position;
      returned += 1;
    }
  }
}

/** What an operation that ended thus does, as far as the engines are concerned. */
export function actionOf(f: number, end: number): number {
  return actionsByEnding[4 * f + end] ?? action.read;
}

/** By function and ending, as their numbers go: unknown, ok, refused; nothing is asked of absent. */
const actionsByEnding: Int8Array = Int8Array.from(
  functions.flatMap((f) =>
    [ending.unknown, ending.ok, ending.compareFailed, ending.absent].map((end) =>
      actionFor(f, end),
    ),
  ),
);

function actionFor(f: HistoryRecord['f'], end: number): number {
  const unknown = end === ending.unknown;
  switch (f) {
    case 'read':
      return action.read;
    case 'write':
    case 'delete':
      return action.write;
    case 'cas':
      if (unknown) return action.casUnknown;
      return end === ending.ok ? action.cas : action.casRefused;
    case 'append':
      return unknown ? action.appendUnknown : action.append;
  }
}

/** Describes operation `index` of the columns. */
export function operationOf(columns: Columns, index: number): Operation {
  return columns.history.operation(at(columns.rows, index));
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
