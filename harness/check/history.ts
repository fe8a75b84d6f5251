/**
 * A clients' history as operations, in columns of numbers. Five endings are kept apart, because
 * mixing them up changes verdicts: answered, comparison failed (an observation), definitely did not
 * happen (deleted), unknown, and never ended (which is unknown too).
 */
import type { HistoryRecord, Json } from '../trace/record.ts';
import type { HistorySource } from './history-builder.ts';
import { HistoryBuilder } from './history-builder.ts';
import type { HistoryColumns } from './history-columns.ts';
import { ending, functions } from './history-columns.ts';
import { at } from './linearizability/column.ts';
import { valueOf } from './linearizability/states.ts';

export type { HistorySource } from './history-builder.ts';

export type Outcome = 'ok' | 'compareFailed' | 'unknown';

export interface Operation {
  /** 0, 1, 2, … in the order of the calls. */
  readonly id: number;
  readonly process: number;
  readonly client: string;
  readonly f: HistoryRecord['f'];
  readonly key: string;
  /** The argument: write, append: the value; cas: [expected, new]; read, delete: null. */
  readonly value: Json;
  /** What a read returned; null for everything else. */
  readonly result: Json;
  readonly outcome: Outcome;
  /**
   * Positions of call and return in the history; all differ. At equal times calls come before
   * returns, because an interval is closed: operations that only touch are concurrent. A return is
   * null when the outcome is unknown: the operation may take effect at any time after its call.
   */
  readonly call: number;
  readonly return: number | null;
  /** Microseconds; `returnedAt` is null when the outcome is unknown. */
  readonly calledAt: number;
  readonly returnedAt: number | null;
  /** `seq` of the records; `returnSeq` is -1 when there is none. */
  readonly callSeq: number;
  readonly returnSeq: number;
}

/** All operations of a history; those that constrain nothing are marked, not gone. */
export class History {
  readonly columns: HistoryColumns;

  constructor(columns: HistoryColumns) {
    this.columns = columns;
  }

  /** Operations with an answer. */
  get completed(): number {
    return this.columns.completed;
  }

  /** In the order of the calls; unknown reads are left out, for they constrain nothing. */
  get operations(): readonly Operation[] {
    const operations: Operation[] = [];
    for (let row = 0; row < this.columns.count; row += 1) {
      if (!isLeftOut(this.columns, row)) operations.push(this.operation(row));
    }
    return operations;
  }

  /** Number `row` in the order of the calls. */
  operation(row: number): Operation {
    const { columns } = this;
    const key = at(columns.keyOf, row);
    const states = columns.states[key];
    const f = functions[columns.fs[row] ?? -1];
    const outcome = outcomes[columns.endings[row] ?? -1] ?? 'unknown';
    if (states === undefined || f === undefined) throw new Error(`there is no operation ${row}`);
    const first = valueOf(states, at(columns.first, row));
    const second = valueOf(states, at(columns.second, row));
    const known = outcome !== 'unknown';
    return {
      id: row,
      process: at(columns.processes, row),
      client: columns.clients[at(columns.clientOf, row)] ?? '',
      f,
      key: columns.keys[key] ?? '',
      value: argumentOf(f, first, second),
      result: f === 'read' && known ? first : null,
      outcome,
      call: at(columns.calls, row),
      return: known ? at(columns.returns, row) : null,
      calledAt: columns.calledAt[row] ?? 0,
      returnedAt: known ? (columns.returnedAt[row] ?? 0) : null,
      callSeq: at(columns.callSeqs, row),
      returnSeq: at(columns.returnSeqs, row),
    };
  }
}

const outcomes: readonly Outcome[] = ['unknown', 'ok', 'compareFailed'];

function argumentOf(f: HistoryRecord['f'], first: Json, second: Json): Json {
  if (f === 'read' || f === 'delete') return null;
  return f === 'cas' ? [first, second] : first;
}

/** Surely did not happen, or is a read without an answer. */
export function isLeftOut(columns: HistoryColumns, row: number): boolean {
  const end = columns.endings[row];
  return end === ending.absent || (end === ending.unknown && columns.fs[row] === 0);
}

/**
 * Pairs calls and returns. The records must come in the order of time. Throws a `UserError` that
 * names the record (or file and line) for a return without a call, two open operations of one
 * process, a return that does not fit its call, and time that goes backwards.
 */
export function historyOf(records: readonly HistoryRecord[], source?: HistorySource): History {
  const builder = new HistoryBuilder(source);
  for (const record of records) builder.take(record);
  return new History(builder.finish());
}
