/** The columns of a history: a row for each operation, in the order of the calls. */
import type { HistoryRecord } from '../trace/record.ts';
import type { States } from './linearizability/states.ts';

/** Functions by their number in `fs`. */
export const functions: readonly HistoryRecord['f'][] = [
  'read',
  'write',
  'cas',
  'append',
  'delete',
];

/** How an operation ended. */
export const ending = {
  /** Nobody knows, or it has not ended. */
  unknown: 0,
  ok: 1,
  /** A compare-and-set found another value than the one it asked for. */
  compareFailed: 2,
  /** It surely did not happen. */
  absent: 3,
} as const;

/** The `seq` of a return that there is not. */
export const unended = -1;

export interface HistoryColumns {
  /** Rows in use; the columns may be longer. */
  readonly count: number;
  /** Operations with an answer. */
  readonly completed: number;
  readonly keys: readonly string[];
  /** By key: the numbers of its values. */
  readonly states: readonly States[];
  readonly clients: readonly string[];
  readonly fs: Uint8Array;
  readonly endings: Uint8Array;
  readonly keyOf: Int32Array;
  /** Numbers of values: what was written, appended, expected by a compare-and-set, or read. */
  readonly first: Int32Array;
  /** What a compare-and-set would store. */
  readonly second: Int32Array;
  readonly processes: Int32Array;
  readonly clientOf: Int32Array;
  /** Positions in the history; see `Operation`. Those of returns only where there was an answer. */
  readonly calls: Int32Array;
  readonly returns: Int32Array;
  /** Microseconds. */
  readonly calledAt: Float64Array;
  readonly returnedAt: Float64Array;
  readonly callSeqs: Int32Array;
  readonly returnSeqs: Int32Array;
  /** Rows with an answer, in the order of the returns; as many as `completed`. */
  readonly byReturn: Int32Array;
}
