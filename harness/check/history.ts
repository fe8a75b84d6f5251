/**
 * A clients' history as operations. Five endings are kept apart, because mixing them up changes
 * verdicts: answered, comparison failed (an observation), definitely did not happen (deleted),
 * unknown, and never ended (which is unknown too).
 */
import type { HistoryRecord, Json } from '../trace/record.ts';
import { UserError } from '../trace/user-error.ts';

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

export interface History {
  /** In the order of the calls; unknown reads are left out, for they constrain nothing. */
  readonly operations: readonly Operation[];
  /** Operations with an answer. */
  readonly completed: number;
}

/** Where the records come from, for errors: a file whose line numbers are the records' `seq`. */
export interface HistorySource {
  readonly file: string;
}

interface Call {
  readonly record: HistoryRecord;
  readonly position: number;
  readonly id: number;
}

interface Pairing {
  readonly source: HistorySource | undefined;
  readonly open: Map<number, Call>;
  /** By id; null for those that turn out not to matter. */
  readonly operations: (Operation | null)[];
  completed: number;
}

/**
 * Pairs calls and returns. The records must come in the order of time. Throws a `UserError` that
 * names the record (or file and line) for a return without a call, two open operations of one
 * process, a return that does not fit its call, and time that goes backwards.
 */
export function historyOf(records: readonly HistoryRecord[], source?: HistorySource): History {
  const pairing: Pairing = { source, open: new Map(), operations: [], completed: 0 };
  for (let start = 0; start < records.length;) {
    const end = endOfMoment(pairing, records, start);
    pairMoment(pairing, records, { start, end });
    start = end;
  }
  for (const call of pairing.open.values()) {
    pairing.operations[call.id] = operationOf({ call, end: null, position: -1 });
  }
  const operations = pairing.operations.filter((operation) => operation !== null);
  return { operations, completed: pairing.completed };
}

/** The index after the last record of the moment that begins at `start`. */
function endOfMoment(pairing: Pairing, records: readonly HistoryRecord[], start: number): number {
  const at = records[start]?.at ?? 0;
  let end = start + 1;
  for (; end < records.length; end += 1) {
    const record = records[end];
    if (record === undefined || record.at > at) break;
    if (record.at < at) {
      throw malformed(pairing, record, `time goes back from ${at} to ${record.at}`);
    }
  }
  return end;
}

interface Moment {
  readonly start: number;
  readonly end: number;
}

/**
 * Calls first. They are paired in the order written, though: a process may return and call again
 * within a moment. Only positions are given out calls first.
 */
function pairMoment(
  pairing: Pairing,
  records: readonly HistoryRecord[],
  { start, end }: Moment,
): void {
  let calls = 0;
  for (let index = start; index < end; index += 1) {
    if (records[index]?.kind === 'invoke') calls += 1;
  }
  let callPosition = start;
  let returnPosition = start + calls;
  for (let index = start; index < end; index += 1) {
    const record = records[index];
    if (record === undefined) continue;
    if (record.kind === 'invoke') {
      begin(pairing, record, callPosition);
      callPosition += 1;
    } else {
      finish(pairing, record, returnPosition);
      returnPosition += 1;
    }
  }
}

function begin(pairing: Pairing, record: HistoryRecord, position: number): void {
  const other = pairing.open.get(record.process);
  if (other !== undefined) {
    const since = where(pairing, other.record);
    const sentence = `process ${record.process} calls, but its ${other.record.f} is open (${since})`;
    throw malformed(pairing, record, sentence);
  }
  if (record.f === 'cas' && !(Array.isArray(record.value) && record.value.length === 2)) {
    throw malformed(pairing, record, 'the value of a cas must be [expected, new]');
  }
  pairing.open.set(record.process, { record, position, id: pairing.operations.length });
  pairing.operations.push(null);
}

function finish(pairing: Pairing, record: HistoryRecord, position: number): void {
  const call = pairing.open.get(record.process);
  if (call === undefined) {
    throw malformed(pairing, record, `process ${record.process} has no open operation to end`);
  }
  if (call.record.f !== record.f || call.record.key !== record.key) {
    const asked = `${call.record.f} of ${call.record.key}`;
    const answered = `${record.f} of ${record.key}`;
    throw malformed(pairing, record, `a ${asked} cannot end as a ${answered}`);
  }
  pairing.open.delete(record.process);
  const operation = operationOf({ call, end: record, position });
  pairing.operations[call.id] = operation;
  if (operation !== null && operation.outcome !== 'unknown') pairing.completed += 1;
}

interface Paired {
  readonly call: Call;
  readonly end: HistoryRecord | null;
  readonly position: number;
}

function operationOf({
  call: { record, position: call, id },
  end,
  position,
}: Paired): Operation | null {
  const outcome = outcomeOf(end);
  if (outcome === null || (outcome === 'unknown' && record.f === 'read')) return null;
  const known = end !== null && outcome !== 'unknown';
  return {
    id,
    process: record.process,
    client: record.client,
    f: record.f,
    key: record.key,
    value: record.f === 'read' || record.f === 'delete' ? null : record.value,
    result: known && record.f === 'read' ? end.value : null,
    outcome,
    call,
    return: known ? position : null,
    calledAt: record.at,
    returnedAt: known ? end.at : null,
    callSeq: record.seq,
    returnSeq: end === null ? -1 : end.seq,
  };
}

/** Null: it surely did not happen. */
function outcomeOf(end: HistoryRecord | null): Outcome | null {
  if (end === null || end.kind === 'info') return 'unknown';
  if (end.kind === 'ok') return 'ok';
  return end.f === 'cas' && end.error === 'compare-failed' ? 'compareFailed' : null;
}

function where({ source }: Pairing, { seq }: HistoryRecord): string {
  return source === undefined ? `record ${seq}` : `line ${seq}`;
}

function malformed(pairing: Pairing, record: HistoryRecord, what: string): UserError {
  const remedy = 'A process has one operation at a time, and each return follows its call';
  if (pairing.source === undefined)
    return new UserError(`record ${record.seq}: ${what}`, { remedy });
  return new UserError(what, { file: pairing.source.file, line: record.seq, remedy });
}
