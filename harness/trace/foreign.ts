/**
 * Histories of other programs, as NDJSON in Jepsen's shape, turned into history records that the same
 * judge reads. One operation's event a line: `{"process":0,"type":"invoke","f":"write","key":"x",
 * "value":1,"time":12000}`, times in nanoseconds. A record's `seq` is its line.
 */
import type { HistoryRecord, Json, Model } from './record.ts';
import { printable } from './printable.ts';
import { eachRow } from './rows.ts';
import type { Torn } from './rows.ts';
import { UserError } from './user-error.ts';

export interface ForeignOptions {
  readonly model: Model;
  /**
   * What a failed compare-and-set says: `observed`, that the value was another (the logs of etcd);
   * `absent`, only that it did not happen (Knossos). The formats contradict each other.
   */
  readonly failedCas: 'observed' | 'absent';
}

export interface ForeignHistory {
  readonly records: readonly HistoryRecord[];
  /** The last line, when its writer was cut off in the middle of it. */
  readonly torn: Torn | null;
}

type F = HistoryRecord['f'];

/** Other names in use for the same thing. */
const functions: ReadonlyMap<string, F> = new Map([
  ['read', 'read'],
  ['get', 'read'],
  ['write', 'write'],
  ['put', 'write'],
  ['cas', 'cas'],
  ['append', 'append'],
  ['delete', 'delete'],
]);
const kinds: ReadonlyMap<string, HistoryRecord['kind']> = new Map([
  ['invoke', 'invoke'],
  ['ok', 'ok'],
  ['fail', 'fail'],
  ['info', 'info'],
]);
const allowed: { readonly [M in Model]: readonly F[] } = {
  register: ['read', 'write', 'delete'],
  'cas-register': ['read', 'write', 'cas', 'delete'],
  kv: ['read', 'write', 'cas', 'append', 'delete'],
  append: ['read', 'append'],
};

interface Reading {
  readonly path: string;
  readonly options: ForeignOptions;
  readonly records: HistoryRecord[];
  /** Rows have a key, or a time, all or none: decided by the first. */
  keyed: boolean | null;
  timed: boolean | null;
  /** The latest time, as the file gives it. */
  time: number;
}

/**
 * Reads a history. Rows of the process `nemesis` are passed over. Where no row has a key there is
 * one object; where no row has a time the order of the lines is the time. Rejects with a `UserError`
 * that names file and line for a missing field, a wrong type and an unknown operation.
 */
export async function readHistory(path: string, options: ForeignOptions): Promise<ForeignHistory> {
  const reading: Reading = { path, options, records: [], keyed: null, timed: null, time: 0 };
  const torn = await eachRow(path, (value, line) => readRow(reading, value, line));
  return { records: reading.records, torn };
}

function readRow(reading: Reading, value: unknown, line: number): void {
  if (!isRow(value)) throw wrong(reading, line, 'expected one JSON object');
  const process = value['process'];
  if (process === 'nemesis' || process === ':nemesis') return;
  if (typeof process !== 'number' || !Number.isSafeInteger(process)) {
    throw wrong(reading, line, `process: expected an integer, found ${found(process)}`);
  }
  const kind = kinds.get(word(value['type']));
  if (kind === undefined) {
    throw wrong(
      reading,
      line,
      `type: expected invoke, ok, fail or info, found ${found(value['type'])}`,
    );
  }
  const f = functionOf(reading, value['f'], line);
  const failed = kind === 'fail' && f === 'cas' && reading.options.failedCas === 'observed';
  reading.records.push({
    kind,
    seq: line,
    at: timeOf(reading, value['time'], line),
    cause: -1,
    process,
    client: `process ${process}`,
    f,
    key: keyOf(reading, value['key'], line),
    value: valueOf(reading, { value: value['value'], f, kind, line }),
    error: failed ? 'compare-failed' : kind === 'ok' || kind === 'invoke' ? null : 'failed',
  });
}

interface Row {
  readonly [field: string]: Json;
}

/** JSON.parse made it, so whatever is inside is JSON. */
function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Keywords of Clojure may have kept their colon. */
function word(value: Json | undefined): string {
  return typeof value === 'string' ? value.replace(/^:/u, '') : '';
}

function functionOf({ path, options }: Reading, value: Json | undefined, line: number): F {
  const f = functions.get(word(value));
  const names = allowed[options.model];
  if (f !== undefined && names.includes(f)) return f;
  throw new UserError(`f: expected ${names.join(', ')}, found ${found(value)}`, {
    file: path,
    line,
    remedy: `Choose another --model than ${options.model}, or take the line and its answer out`,
  });
}

function keyOf(reading: Reading, value: Json | undefined, line: number): string {
  reading.keyed ??= value !== undefined;
  if (!reading.keyed && value === undefined) return 'the register';
  if (reading.keyed && (typeof value === 'string' || typeof value === 'number')) return `${value}`;
  const wanted = reading.keyed ? 'a string or a number' : 'no key, as in the first line';
  throw wrong(reading, line, `key: expected ${wanted}, found ${found(value)}`);
}

function timeOf(reading: Reading, value: Json | undefined, line: number): number {
  reading.timed ??= value !== undefined;
  if (!reading.timed && value === undefined) return line;
  if (!reading.timed || typeof value !== 'number' || !(value >= 0)) {
    const wanted = reading.timed ? 'nanoseconds' : 'no time, as in the first line';
    throw wrong(reading, line, `time: expected ${wanted}, found ${found(value)}`);
  }
  if (value < reading.time) {
    throw wrong(reading, line, `time: goes back from ${reading.time} to ${value}`);
  }
  reading.time = value;
  // Rounding to whole microseconds would make different times the same.
  return value / 1000;
}

interface RowValue {
  readonly value: Json | undefined;
  readonly f: F;
  readonly kind: HistoryRecord['kind'];
  readonly line: number;
}

function valueOf(reading: Reading, { value, f, kind, line }: RowValue): Json {
  if (f === 'delete') return null;
  if (value === undefined) {
    if (f === 'read' && kind !== 'ok') return null;
    throw wrong(reading, line, 'value: missing');
  }
  const observed = f === 'read' && kind === 'ok';
  if (observed && reading.options.model === 'append' && value !== null && !Array.isArray(value)) {
    throw wrong(reading, line, `value: expected a list or null, found ${found(value)}`);
  }
  if (f === 'cas' && kind === 'invoke' && !(Array.isArray(value) && value.length === 2)) {
    throw wrong(reading, line, `value: expected [expected, new], found ${found(value)}`);
  }
  return value;
}

function found(value: Json | undefined): string {
  return value === undefined ? 'nothing' : printable(JSON.stringify(value), 40);
}

function wrong({ path }: Reading, line: number, what: string): UserError {
  return new UserError(what, {
    file: path,
    line,
    remedy: 'Each line needs process, type, f, key, value and time',
  });
}
