/** Reads a trace: every record is checked against the schema, every error names file and line. */
import type { z } from 'zod';
import type { HeaderRecord, TraceRecord } from './record.ts';
import { recordKinds } from './kinds.ts';
import { traceSchema } from './record.ts';
import { printable } from './printable.ts';
import type { OnBytes, Torn } from './rows.ts';
import { eachRow } from './rows.ts';
import { UserError } from './user-error.ts';

export interface ReadOptions {
  /** What to do with a kind this version does not know; `reject` unless told. */
  readonly unknownKinds?: 'reject' | 'skip';
  /** Hears from time to time how many bytes of the file are behind. */
  readonly onBytes?: OnBytes;
}

export interface TraceEnd {
  readonly header: HeaderRecord;
  /** Records handed over, the header among them. */
  readonly count: number;
  /** Records of unknown kinds passed over. */
  readonly skipped: number;
  /** The last line, when its writer was cut off in the middle of it. */
  readonly torn: Torn | null;
}

export interface Trace extends TraceEnd {
  readonly records: readonly TraceRecord[];
}

/** `line` is 1-based. An error thrown here stops the reading and is passed on. */
export type OnRecord = (record: TraceRecord, line: number) => void;

interface Reader {
  readonly path: string;
  readonly schema: z.ZodType<TraceRecord>;
  readonly skip: boolean;
  readonly onRecord: OnRecord;
  header: HeaderRecord | null;
  seq: number;
  count: number;
  skipped: number;
}

/**
 * Hands over the records of the file at `path` one by one, in bounded memory. Rejects with a
 * `UserError` for a file that cannot be read, is no trace, has another version of the format, or
 * has a wrong record; what was handed over before stays valid.
 */
export async function streamTrace(
  path: string,
  onRecord: OnRecord,
  options: ReadOptions = {},
): Promise<TraceEnd> {
  const { traceRecord } = await import('./schema.ts');
  const reader: Reader = {
    path,
    schema: traceRecord,
    skip: options.unknownKinds === 'skip',
    onRecord,
    header: null,
    seq: -1,
    count: 0,
    skipped: 0,
  };
  const onRow = (value: unknown, line: number): void => readRow(reader, value, line);
  const torn = await eachRow(path, onRow, options.onBytes);
  if (reader.header === null) throw withoutHeader(path, torn);
  return { header: reader.header, count: reader.count, skipped: reader.skipped, torn };
}

/** The whole trace in memory; see `streamTrace`. */
export async function readTrace(path: string, options: ReadOptions = {}): Promise<Trace> {
  const records: TraceRecord[] = [];
  const end = await streamTrace(path, (record) => void records.push(record), options);
  return { ...end, records };
}

function readRow(reader: Reader, value: unknown, line: number): void {
  const kind = kindOf(value);
  if (reader.header === null) expectHeader(reader, { value, kind, line });
  if (kind !== null && !recordKinds.has(kind)) {
    if (!reader.skip) throw unknownKind(reader, kind, line);
    reader.skipped += 1;
    return;
  }
  conform(reader, value, line);
  if (value.kind === 'header') {
    if (reader.header !== null) throw secondHeader(reader, line);
    reader.header = value;
  }
  if (value.seq <= reader.seq) throw notAscending(reader, value.seq, line);
  reader.seq = value.seq;
  reader.count += 1;
  reader.onRecord(value, line);
}

/** The row itself goes on, not the schema's copy: that has another order of fields. */
function conform(reader: Reader, value: unknown, line: number): asserts value is TraceRecord {
  const parsed = reader.schema.safeParse(value);
  if (!parsed.success) throw wrongRecord(reader, parsed.error.issues[0], line);
}

function kindOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return null;
  return typeof value.kind === 'string' ? value.kind : null;
}

interface FirstRow {
  readonly value: unknown;
  readonly kind: string | null;
  readonly line: number;
}

function expectHeader({ path }: Reader, { value, kind, line }: FirstRow): void {
  if (kind !== 'header') {
    const found = kind === null ? 'none' : `"${printable(kind, 40)}"`;
    throw new UserError(`not a trace: the first record's kind must be "header", found ${found}`, {
      file: path,
      line,
      remedy: 'Name a file written by a run; a plain history needs --model',
    });
  }
  const schema =
    typeof value === 'object' && value !== null && 'schema' in value ? value.schema : undefined;
  if (schema === traceSchema) return;
  const found = schema === undefined ? 'no version' : printable(JSON.stringify(schema), 60);
  throw new UserError(`the trace has ${found}, this program reads "${traceSchema}"`, {
    file: path,
    line,
    remedy: 'Read it with the version that wrote it, or run its scenario again',
  });
}

function withoutHeader(path: string, torn: Torn | null): UserError {
  if (torn === null) {
    return new UserError('the file is empty', { file: path, remedy: 'Run the scenario again' });
  }
  return new UserError('not a trace: the only line is not JSON', {
    file: path,
    line: torn.line,
    remedy: 'Name a file written by a run',
  });
}

function unknownKind({ path }: Reader, kind: string, line: number): UserError {
  return new UserError(`unknown kind "${printable(kind, 40)}"`, {
    file: path,
    line,
    remedy: 'Read it with the version that wrote it, or skip unknown kinds',
  });
}

function wrongRecord(
  { path }: Reader,
  issue: z.core.$ZodIssue | undefined,
  line: number,
): UserError {
  const where = issue === undefined ? '' : issue.path.map(String).join('.');
  const problem = (issue?.message ?? 'wrong').replace(/^Invalid input: /, '');
  const place = where === '' ? '' : `${printable(where, 60)}: `;
  return new UserError(`${place}${printable(problem, 120)}`, {
    file: path,
    line,
    remedy: 'traces/FORMAT.md describes every field',
  });
}

function secondHeader({ path }: Reader, line: number): UserError {
  return new UserError('a second header: the file holds more than one trace', {
    file: path,
    line,
    remedy: 'Split it before this line',
  });
}

function notAscending(reader: Reader, seq: number, line: number): UserError {
  return new UserError(`seq: must be above ${reader.seq}, found ${seq}`, {
    file: reader.path,
    line,
    remedy: 'Restore the original order of the lines',
  });
}
