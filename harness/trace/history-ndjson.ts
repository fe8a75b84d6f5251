/**
 * Histories as NDJSON in Jepsen's shape. Nearly every line has the same few fields with plain
 * values; those are read byte by byte, without a string or an object. Whatever looks unusual, wrong
 * values included, is parsed as JSON and judged by the reader of rows.
 */
import { eachLine } from './history-lines.ts';
import type { Line } from './history-lines.ts';
import type { F, ForeignOptions, TakeRecord } from './history-rows.ts';
import { allowedFunctions, errorOf, RowReader, theRegister } from './history-rows.ts';
import { printable } from './printable.ts';
import type { HistoryRecord, Json } from './record.ts';
import type { Torn } from './rows.ts';
import { UserError } from './user-error.ts';

/** Bytes. */
const quote = 0x22;
const comma = 0x2c;
const minus = 0x2d;
const zero = 0x30;
const openList = 0x5b;
const backslash = 0x5c;
const closeList = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;
const space = 0x20;

/** Fields that were found. */
const field = { process: 1, type: 2, f: 4, key: 8, value: 16, time: 32 } as const;

/** Reads the file; returns the last line when its writer was cut off in the middle of it. */
export function readNdjson(path: string, options: ForeignOptions, take: TakeRecord): Torn | null {
  const rows = new RowReader(path, options, take);
  const scanner = new Scanner(rows, take);
  let torn: Torn | null = null;
  eachLine(path, (line) => {
    if (scanner.line(line)) return;
    const text = line.buffer.toString('utf8', line.start, line.end);
    const row = parsed(text);
    if (row === undefined && line.open) torn = { line: line.number, text };
    else if (row === undefined || row.value === null) throw notJson(path, line.number, text);
    else rows.row(row.value, line.number);
  });
  return torn;
}

function parsed(text: string): { readonly value: Json } | undefined {
  try {
    const value: Json = JSON.parse(text);
    return { value };
  } catch {
    return undefined;
  }
}

function notJson(file: string, line: number, text: string): UserError {
  const shown = printable(text, 50);
  return new UserError(`expected one JSON object, found ${shown === '' ? 'nothing' : shown}`, {
    file,
    line,
    remedy: 'Restore the line from the original, or cut the file off before it',
  });
}

class Scanner {
  private readonly rows: RowReader;
  private readonly take: TakeRecord;
  private readonly functions: readonly F[];
  private readonly lists: boolean;
  private bytes: Buffer = Buffer.alloc(0);
  private place = 0;
  private end = 0;
  private failed = false;
  private kind: HistoryRecord['kind'] = 'invoke';
  private f: F = 'read';
  private key = theRegister;
  /** The bytes of `key`, for most lines have the same one. */
  private keyBytes: Buffer = Buffer.alloc(0);
  private process = 0;
  private time = 0;
  private value: Json = null;

  constructor(rows: RowReader, take: TakeRecord) {
    this.rows = rows;
    this.take = take;
    this.functions = allowedFunctions[rows.options.model];
    this.lists = rows.options.model === 'append';
  }

  /** True when the line was usual and has been taken. */
  line(line: Line): boolean {
    this.bytes = line.buffer;
    this.place = line.start;
    this.end = line.end;
    this.failed = false;
    const fields = this.fields();
    if (this.failed || !this.isUsual(fields)) return false;
    const { rows, kind, f } = this;
    const { scratch } = rows;
    rows.time = this.time;
    scratch.kind = kind;
    scratch.seq = line.number;
    scratch.at = rows.timed === true ? this.time / 1000 : line.number;
    scratch.process = this.process;
    scratch.client = rows.names.of(this.process);
    scratch.f = f;
    scratch.key = rows.keyed === true ? this.key : theRegister;
    scratch.value = f === 'delete' ? null : this.value;
    scratch.error = errorOf(kind, f, rows.options);
    this.take(scratch);
    return true;
  }

  private isUsual(fields: number): boolean {
    const { rows, kind, f, value } = this;
    const must = field.process | field.type | field.f | field.value;
    if ((fields & must) !== must || !this.functions.includes(f)) return false;
    if (((fields & field.key) !== 0) !== rows.keyed) return false;
    if (((fields & field.time) !== 0) !== rows.timed) return false;
    if (rows.timed && this.time < rows.time) return false;
    if (!rows.timed) this.time = rows.time;
    const list = Array.isArray(value);
    if (this.lists && f === 'read' && kind === 'ok' && !list && value !== null) return false;
    return f !== 'cas' || (list && value.length === 2);
  }

  /** The fields of one object. */
  private fields(): number {
    let fields = 0;
    this.expect(openObject);
    if (this.failed) return 0;
    for (;;) {
      fields |= this.pair();
      if (this.failed) return 0;
      const byte = this.next();
      this.place += 1;
      if (byte === comma) continue;
      if (byte !== closeObject || this.next() !== -1) this.failed = true;
      return fields;
    }
  }

  /** A field and its value. */
  private pair(): number {
    this.expect(quote);
    switch (this.bytes[this.place]) {
      case 0x70:
        return this.named('process":') ? this.readProcess() : 0;
      case 0x74:
        if (this.bytes[this.place + 1] === 0x79) return this.named('type":') ? this.readType() : 0;
        return this.named('time":') ? this.readTime() : 0;
      case 0x66:
        return this.named('f":') ? this.readFunction() : 0;
      case 0x6b:
        return this.named('key":') ? this.readKey() : 0;
      case 0x76:
        return this.named('value":') ? this.readValue() : 0;
      default:
        this.failed = true;
        return 0;
    }
  }

  /** Do these letters come next? Then they are passed; else the line is not usual. */
  private named(letters: string): boolean {
    const { bytes, place } = this;
    for (let at = 0; at < letters.length; at += 1) {
      if (bytes[place + at] === letters.charCodeAt(at)) continue;
      this.failed = true;
      return false;
    }
    this.place = place + letters.length;
    return true;
  }

  private readProcess(): number {
    this.process = this.integer();
    return field.process;
  }

  private readTime(): number {
    this.time = this.integer();
    if (this.time < 0) this.failed = true;
    return field.time;
  }

  private readType(): number {
    this.expect(quote);
    const { bytes, place } = this;
    const first = bytes[place];
    if (first === 0x6f) this.kind = 'ok';
    else if (first === 0x66) this.kind = 'fail';
    else this.kind = bytes[place + 2] === 0x66 ? 'info' : 'invoke';
    this.named(this.kind);
    this.expect(quote);
    return field.type;
  }

  private readFunction(): number {
    this.expect(quote);
    const first = this.bytes[this.place];
    if (first === 0x72) this.f = 'read';
    else if (first === 0x77) this.f = 'write';
    else if (first === 0x63) this.f = 'cas';
    else if (first === 0x61) this.f = 'append';
    else this.f = 'delete';
    this.named(this.f);
    this.expect(quote);
    return field.f;
  }

  private readKey(): number {
    const { bytes, keyBytes } = this;
    const start = this.word();
    const length = this.place - 1 - start;
    let same = length === keyBytes.length && length > 0;
    for (let at = 0; same && at < length; at += 1) same = bytes[start + at] === keyBytes[at];
    if (!same) {
      this.keyBytes = Buffer.from(bytes.subarray(start, start + length));
      this.key = this.keyBytes.toString('utf8');
    }
    return field.key;
  }

  private readValue(): number {
    this.value = this.next() === openList ? this.list() : this.plain();
    return field.value;
  }

  private list(): Json {
    const items: Json[] = [];
    this.place += 1;
    if (this.next() === closeList) {
      this.place += 1;
      return items;
    }
    for (;;) {
      items.push(this.plain());
      const byte = this.next();
      this.place += 1;
      if (byte === closeList) return items;
      if (byte !== comma) this.failed = true;
      if (this.failed) return null;
    }
  }

  private plain(): Json {
    const byte = this.next();
    if (byte === quote) {
      const start = this.word();
      return this.bytes.toString('utf8', start, this.place - 1);
    }
    if (byte !== 0x6e) return this.integer();
    this.named('null');
    return null;
  }

  /** Skips blanks; the byte that follows, or -1 at the end of the line. */
  private next(): number {
    while (this.place < this.end && this.bytes[this.place] === space) this.place += 1;
    return this.place < this.end ? (this.bytes[this.place] ?? -1) : -1;
  }

  private expect(byte: number): void {
    if (this.next() === byte) this.place += 1;
    else this.failed = true;
  }

  /** A string without escapes; returns its start and leaves `place` after its last quote. */
  private word(): number {
    this.expect(quote);
    const { bytes, end } = this;
    const start = this.place;
    let place = start;
    for (; place < end; place += 1) {
      const byte = bytes[place] ?? 0;
      if (byte === quote) break;
      if (byte === backslash || byte < space) this.failed = true;
    }
    if (place >= end) this.failed = true;
    this.place = place + 1;
    return start;
  }

  /** An integer of at most 15 digits. */
  private integer(): number {
    const { bytes, end } = this;
    const negative = this.next() === minus;
    const start = this.place + (negative ? 1 : 0);
    let place = start;
    let number = 0;
    for (; place < end; place += 1) {
      const digit = (bytes[place] ?? 0) - zero;
      if (digit < 0 || digit > 9) break;
      number = number * 10 + digit;
    }
    const digits = place - start;
    if (digits === 0 || digits > 15 || (digits > 1 && bytes[start] === zero)) this.failed = true;
    const after = bytes[place];
    // A fraction or an exponent.
    if (place < end && (after === 0x2e || after === 0x65 || after === 0x45)) this.failed = true;
    this.place = place;
    return negative ? -number : number;
  }
}
