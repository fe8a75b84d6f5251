/**
 * Rows in Jepsen's shape (`{"process":0,"type":"invoke","f":"write","key":"x","value":1,
 * "time":12000}`, times in nanoseconds) become history records. A record's `seq` is its line.
 */
import type { HistoryRecord, Json, Model } from './record.ts';
import { printable } from './printable.ts';
import { UserError } from './user-error.ts';

export interface ForeignOptions {
  readonly model: Model;
  /**
   * What a failed compare-and-set says: `observed`, that the value was another (the logs of etcd);
   * `absent`, only that it did not happen (Knossos). The formats contradict each other; unless
   * given, EDN is read as Knossos means it, everything else as etcd does.
   */
  readonly failedCas?: 'observed' | 'absent' | undefined;
}

/** Takes a record that is only valid during the call. */
export type TakeRecord = (record: HistoryRecord) => void;

export type F = HistoryRecord['f'];

/** Other names in use for the same thing. */
export const functionNames: ReadonlyMap<string, F> = new Map([
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
/** What may be asked of each model. */
export const allowedFunctions: { readonly [M in Model]: readonly F[] } = {
  register: ['read', 'write', 'delete'],
  'cas-register': ['read', 'write', 'cas', 'delete'],
  kv: ['read', 'write', 'cas', 'append', 'delete'],
  append: ['read', 'append'],
};

/** The key of histories whose rows name none. */
export const theRegister = 'the register';

/** A record that is used again and again. */
export interface Scratch {
  kind: HistoryRecord['kind'];
  seq: number;
  at: number;
  readonly cause: -1;
  process: number;
  client: string;
  f: F;
  key: string;
  value: Json;
  error: string | null;
}

export function newScratch(): Scratch {
  return {
    kind: 'invoke',
    seq: 0,
    at: 0,
    cause: -1,
    process: 0,
    client: '',
    f: 'read',
    key: theRegister,
    value: null,
    error: null,
  };
}

/** Names of processes, each made once. */
export class ProcessNames {
  private readonly names = new Map<number, string>();
  private readonly small: string[] = Array.from({ length: 256 }, (_, n) => `process ${n}`);

  of(process: number): string {
    const small = this.small[process];
    if (small !== undefined) return small;
    const known = this.names.get(process);
    if (known !== undefined) return known;
    const name = `process ${process}`;
    this.names.set(process, name);
    return name;
  }
}

/** What a failed operation means. */
export function errorOf(kind: HistoryRecord['kind'], f: F, options: ForeignOptions): string | null {
  if (kind === 'ok' || kind === 'invoke') return null;
  return kind === 'fail' && f === 'cas' && options.failedCas !== 'absent'
    ? 'compare-failed'
    : 'failed';
}

/** Small enough for a million rows in a line. */
const withinLine = 2 ** -20;

export class RowReader {
  readonly options: ForeignOptions;
  readonly scratch: Scratch = newScratch();
  readonly names: ProcessNames = new ProcessNames();
  /** Rows have a key, or a time, all or none: decided by the first. */
  keyed: boolean | null = null;
  timed: boolean | null = null;
  /** The latest time, as the file gives it. */
  time = 0;
  private readonly path: string;
  private readonly take: TakeRecord;

  constructor(path: string, options: ForeignOptions, take: TakeRecord) {
    this.path = path;
    this.options = options;
    this.take = take;
  }

  /**
   * Rows of the process `nemesis` are passed over. Throws a `UserError` that names file and line for
   * a missing field, a wrong type and an unknown operation.
   */
  row(value: unknown, line: number): void {
    if (!isRow(value)) throw this.wrong(line, 'expected one JSON object');
    const process = value['process'];
    if (process === 'nemesis' || process === ':nemesis') return;
    if (typeof process !== 'number' || !Number.isSafeInteger(process)) {
      throw this.wrong(line, `process: expected an integer, found ${found(process)}`);
    }
    const type = value['type'];
    const kind = kinds.get(word(type));
    if (kind === undefined) {
      throw this.wrong(line, `type: expected invoke, ok, fail or info, found ${found(type)}`);
    }
    const f = this.functionOf(value['f'], line);
    const { scratch } = this;
    scratch.kind = kind;
    scratch.seq = line;
    scratch.at = this.timeOf(value['time'], line);
    scratch.process = process;
    scratch.client = this.names.of(process);
    scratch.f = f;
    scratch.key = this.keyOf(value['key'], line);
    scratch.value = this.valueOf(value['value'], scratch, line);
    scratch.error = saysItself(value) ? comparisonFailed : errorOf(kind, f, this.options);
    this.take(scratch);
  }

  private functionOf(value: Json | undefined, line: number): F {
    const { model } = this.options;
    const f = functionNames.get(word(value));
    const names = allowedFunctions[model];
    if (f !== undefined && names.includes(f)) return f;
    throw new UserError(`f: expected ${names.join(', ')}, found ${found(value)}`, {
      file: this.path,
      line,
      remedy: `Choose another --model than ${model}, or take the line and its answer out`,
    });
  }

  private keyOf(value: Json | undefined, line: number): string {
    this.keyed ??= value !== undefined;
    if (!this.keyed && value === undefined) return theRegister;
    if (this.keyed && (typeof value === 'string' || typeof value === 'number')) return `${value}`;
    const wanted = this.keyed ? 'a string or a number' : 'no key, as in the first line';
    throw this.wrong(line, `key: expected ${wanted}, found ${found(value)}`);
  }

  private timeOf(value: Json | undefined, line: number): number {
    this.timed ??= value !== undefined;
    if (!this.timed && value === undefined) return this.timeOfLine(line);
    if (!this.timed || typeof value !== 'number' || !(value >= 0)) {
      const wanted = this.timed ? 'nanoseconds' : 'no time, as in the first line';
      throw this.wrong(line, `time: expected ${wanted}, found ${found(value)}`);
    }
    if (value < this.time) {
      throw this.wrong(line, `time: goes back from ${this.time} to ${value}`);
    }
    this.time = value;
    // Rounding to whole microseconds would make different times the same.
    return value / 1000;
  }

  /** Without times the line is the time; what stands further right in it comes a little later. */
  private timeOfLine(line: number): number {
    this.time = Math.max(line, this.time + withinLine);
    return this.time;
  }

  private valueOf(value: Json | undefined, { f, kind }: Scratch, line: number): Json {
    if (f === 'delete') return null;
    if (value === undefined) {
      if (f === 'read' && kind !== 'ok') return null;
      throw this.wrong(line, 'value: missing');
    }
    const observed = f === 'read' && kind === 'ok';
    if (observed && this.options.model === 'append' && value !== null && !Array.isArray(value)) {
      throw this.wrong(line, `value: expected a list or null, found ${found(value)}`);
    }
    if (f === 'cas' && kind === 'invoke' && !(Array.isArray(value) && value.length === 2)) {
      throw this.wrong(line, `value: expected [expected, new], found ${found(value)}`);
    }
    return value;
  }

  private wrong(line: number, what: string): UserError {
    return new UserError(what, {
      file: this.path,
      line,
      remedy: 'Each line needs process, type, f, key, value and time',
    });
  }
}

interface Row {
  readonly [field: string]: Json;
}

const comparisonFailed = 'compare-failed';

/** A failed comparison that names itself is an observation, whatever the format means otherwise. */
function saysItself({ type, f, error }: Row): boolean {
  return word(error) === comparisonFailed && word(type) === 'fail' && word(f) === 'cas';
}

/** JSON.parse made it, so whatever is inside is JSON. */
function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Keywords of Clojure may have kept their colon. */
function word(value: Json | undefined): string {
  return typeof value === 'string' ? value.replace(/^:/u, '') : '';
}

export function found(value: Json | undefined): string {
  return value === undefined ? 'nothing' : printable(JSON.stringify(value), 40);
}
