/** Builds the columns of a history record by record, and refuses what cannot be a history. */
import type { HistoryRecord, Json } from '../trace/record.ts';
import { UserError } from '../trace/user-error.ts';
import type { HistoryColumns } from './history-columns.ts';
import { ending, functions, unended } from './history-columns.ts';
import type { States } from './linearizability/states.ts';
import { absent, intern, makeStates } from './linearizability/states.ts';

/** Where the records come from, for errors: a file whose line numbers are the records' `seq`. */
export interface HistorySource {
  readonly file: string;
}

/** Numbers of functions, as in `functions`. */
const numberOf: { readonly [F in HistoryRecord['f']]: number } = {
  read: 0,
  write: 1,
  cas: 2,
  append: 3,
  delete: 4,
};

/** Keeps nothing of the records but numbers and values; they may be used again. */
export class HistoryBuilder implements HistoryColumns {
  count = 0;
  completed = 0;
  readonly keys: string[] = [];
  readonly states: States[] = [];
  readonly clients: string[] = [];
  fs: Uint8Array = new Uint8Array(64);
  endings: Uint8Array = new Uint8Array(64);
  keyOf: Int32Array = new Int32Array(64);
  first: Int32Array = new Int32Array(64);
  second: Int32Array = new Int32Array(64);
  processes: Int32Array = new Int32Array(64);
  clientOf: Int32Array = new Int32Array(64);
  calls: Int32Array = new Int32Array(64);
  returns: Int32Array = new Int32Array(64);
  calledAt: Float64Array = new Float64Array(64);
  returnedAt: Float64Array = new Float64Array(64);
  callSeqs: Int32Array = new Int32Array(64);
  returnSeqs: Int32Array = new Int32Array(64);
  byReturn: Int32Array = new Int32Array(64);
  private readonly source: HistorySource | undefined;
  private readonly open = new OpenRows();
  private readonly keyNumbers = new Names();
  private readonly clientNumbers = new Names();
  private position = 0;
  private at = Number.NEGATIVE_INFINITY;
  /** Answers that have positions; the rest are of the present moment. */
  private positioned = 0;

  constructor(source?: HistorySource) {
    this.source = source;
  }

  /** The row that the record begins or ends. */
  take(record: HistoryRecord): number {
    if (record.at > this.at) this.endMoment(record.at);
    else if (record.at < this.at) {
      throw this.malformed(record, `time goes back from ${this.at} to ${record.at}`);
    }
    return record.kind === 'invoke' ? this.begin(record) : this.end(record);
  }

  /** The columns so far; what has not ended is unknown. More records may follow. */
  finish(): HistoryColumns {
    let { position } = this;
    for (let rank = this.positioned; rank < this.completed; rank += 1) {
      this.returns[this.byReturn[rank] ?? 0] = position++;
    }
    return this;
  }

  /** Calls come before returns of the same moment, so those get their positions when it is over. */
  private endMoment(at: number): void {
    for (; this.positioned < this.completed; this.positioned += 1) {
      this.returns[this.byReturn[this.positioned] ?? 0] = this.position++;
    }
    this.at = at;
  }

  private begin(record: HistoryRecord): number {
    const { process, f, value } = record;
    const other = this.open.of(process);
    if (other >= 0) {
      const since = this.where(this.callSeqs[other] ?? 0);
      const busy = functions[this.fs[other] ?? 0] ?? 'operation';
      throw this.malformed(record, `process ${process} calls, but its ${busy} is open (${since})`);
    }
    if (this.count === this.fs.length) this.grow();
    const row = this.count++;
    this.open.set(process, row);
    const key = this.keyNumber(record.key);
    this.fs[row] = numberOf[f];
    this.keyOf[row] = key;
    this.processes[row] = process;
    this.clientOf[row] = this.clientNumber(record.client);
    this.calls[row] = this.position++;
    this.calledAt[row] = record.at;
    this.callSeqs[row] = record.seq;
    this.returnSeqs[row] = unended;
    if (f === 'cas') this.beginCas(row, record);
    else if (f !== 'read' && f !== 'delete') this.first[row] = this.numberOf(key, value);
    return row;
  }

  private beginCas(row: number, record: HistoryRecord): void {
    const { value } = record;
    if (!Array.isArray(value) || value.length !== 2) {
      throw this.malformed(record, 'the value of a cas must be [expected, new]');
    }
    const [from, to]: readonly Json[] = value;
    const key = this.keyOf[row] ?? 0;
    this.first[row] = this.numberOf(key, from ?? null);
    this.second[row] = this.numberOf(key, to ?? null);
  }

  private end(record: HistoryRecord): number {
    const { process, kind } = record;
    const row = this.open.of(process);
    if (row < 0) {
      throw this.malformed(record, `process ${process} has no open operation to end`);
    }
    this.mustFit(row, record);
    this.open.set(process, -1);
    this.returnSeqs[row] = record.seq;
    if (kind === 'info') return row;
    if (kind === 'ok') {
      this.endings[row] = ending.ok;
      if (record.f === 'read') {
        this.first[row] = this.numberOf(this.keyOf[row] ?? 0, record.value);
      }
    } else if (record.f === 'cas' && record.error === 'compare-failed') {
      this.endings[row] = ending.compareFailed;
    } else {
      this.endings[row] = ending.absent;
      return row;
    }
    this.returnedAt[row] = record.at;
    this.byReturn[this.completed++] = row;
    return row;
  }

  private mustFit(row: number, record: HistoryRecord): void {
    const key = this.keys[this.keyOf[row] ?? 0];
    if (numberOf[record.f] === this.fs[row] && record.key === key) return;
    const asked = `${functions[this.fs[row] ?? 0] ?? ''} of ${key ?? ''}`;
    throw this.malformed(record, `a ${asked} cannot end as a ${record.f} of ${record.key}`);
  }

  private numberOf(key: number, value: Json): number {
    const states = this.states[key];
    return states === undefined ? absent : intern(states, value);
  }

  private keyNumber(key: string): number {
    const number = this.keyNumbers.numberOf(key);
    if (number === this.keys.length) {
      this.keys.push(key);
      this.states.push(makeStates());
    }
    return number;
  }

  private clientNumber(client: string): number {
    const number = this.clientNumbers.numberOf(client);
    if (number === this.clients.length) this.clients.push(client);
    return number;
  }

  private grow(): void {
    const length = this.count * 2;
    this.fs = longerBytes(this.fs, length);
    this.endings = longerBytes(this.endings, length);
    this.keyOf = longer(this.keyOf, length);
    this.first = longer(this.first, length);
    this.second = longer(this.second, length);
    this.processes = longer(this.processes, length);
    this.clientOf = longer(this.clientOf, length);
    this.calls = longer(this.calls, length);
    this.returns = longer(this.returns, length);
    this.calledAt = longerFloats(this.calledAt, length);
    this.returnedAt = longerFloats(this.returnedAt, length);
    this.callSeqs = longer(this.callSeqs, length);
    this.returnSeqs = longer(this.returnSeqs, length);
    this.byReturn = longer(this.byReturn, length);
  }

  private where(seq: number): string {
    return this.source === undefined ? `record ${seq}` : `line ${seq}`;
  }

  private malformed(record: HistoryRecord, what: string): UserError {
    const remedy = 'A process has one operation at a time, and each return follows its call';
    if (this.source === undefined)
      return new UserError(`record ${record.seq}: ${what}`, { remedy });
    return new UserError(what, { file: this.source.file, line: record.seq, remedy });
  }
}

function longer(column: Int32Array, length: number): Int32Array {
  const copy = new Int32Array(length);
  copy.set(column);
  return copy;
}

function longerBytes(column: Uint8Array, length: number): Uint8Array {
  const copy = new Uint8Array(length);
  copy.set(column);
  return copy;
}

function longerFloats(column: Float64Array, length: number): Float64Array {
  const copy = new Float64Array(length);
  copy.set(column);
  return copy;
}

/** The open operation of each process, or -1: small numbers in a column, others in a map. */
class OpenRows {
  private readonly small = new Int32Array(1024).fill(-1);
  private readonly others = new Map<number, number>();

  of(process: number): number {
    if (process >= 0 && process < this.small.length) return this.small[process] ?? -1;
    return this.others.get(process) ?? -1;
  }

  set(process: number, row: number): void {
    if (process >= 0 && process < this.small.length) this.small[process] = row;
    else if (row < 0) this.others.delete(process);
    else this.others.set(process, row);
  }
}

/** Numbers for names in the order in which they come; the same name is often asked for again. */
class Names {
  private readonly numbers = new Map<string, number>();
  private last = '';
  private lastNumber = -1;

  numberOf(name: string): number {
    if (name === this.last && this.lastNumber >= 0) return this.lastNumber;
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.numbers.size;
      this.numbers.set(name, number);
    }
    this.last = name;
    this.lastNumber = number;
    return number;
  }
}
