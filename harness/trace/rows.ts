/**
 * An NDJSON file as rows with their line numbers, in bounded memory. The package `ndjson` splits and
 * parses; it neither counts lines nor tells a torn end from a broken middle, so this file does. It
 * is driven by plain writes, because then every row or error arrives before the write returns.
 */
import { createReadStream } from 'node:fs';
import ndjson from 'ndjson';
import { printable } from './printable.ts';
import { UserError } from './user-error.ts';

/** Longest line, in bytes. */
export const lineBytesMax: number = 16 * 1024 * 1024;

/** The unfinished last line of a file whose writer was cut off. */
export interface Torn {
  /** 1-based. */
  readonly line: number;
  readonly text: string;
}

export type OnRow = (value: unknown, line: number) => void;
/** Hears after each piece of the file how many bytes are behind. */
export type OnBytes = (bytes: number) => void;

const chunkBytes = 1024 * 1024;
const newline = 10;
const carriageReturn = 13;
const parserOptions = { strict: true, maxLength: lineBytesMax };

interface Reading {
  readonly path: string;
  readonly onRow: OnRow;
  /** Lines of the rows that the current write completes, and how many have arrived. */
  lines: number[];
  arrived: number;
  /** The line being read, and what of it is there. */
  line: number;
  tail: Buffer[];
  tailBytes: number;
  failure: { readonly error: unknown } | null;
}

/**
 * Calls `onRow` for every line that is not blank, in order, with its 1-based number. Rejects with a
 * `UserError` for a file that cannot be read and for a line that is not JSON; an error thrown by
 * `onRow` stops the reading and is passed on. A last line that is not JSON and has no line end is
 * no error: it is returned. A byte order mark and CRLF line ends are accepted.
 */
export async function eachRow(
  path: string,
  onRow: OnRow,
  onBytes: OnBytes | null = null,
): Promise<Torn | null> {
  const reading: Reading = {
    path,
    onRow,
    lines: [],
    arrived: 0,
    line: 1,
    tail: [],
    tailBytes: 0,
    failure: null,
  };
  const parser = ndjson.parse(parserOptions);
  parser.on('data', (value: unknown) => arrive(reading, value));
  parser.on('error', (error: Error) => refuse(reading, error));
  let bytes = 0;
  for await (const chunk of chunks(path)) {
    scan(reading, chunk);
    parser.write(chunk);
    settle(reading);
    bytes += chunk.length;
    onBytes?.(bytes);
  }
  return finish(reading, () => parser.end());
}

async function* chunks(path: string): AsyncGenerator<Buffer> {
  let first = true;
  try {
    for await (const read of createReadStream(path, { highWaterMark: chunkBytes })) {
      const chunk: Buffer = read;
      yield first ? withoutMark(path, chunk) : chunk;
      first = false;
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

function withoutMark(path: string, chunk: Buffer): Buffer {
  const [a, b, c] = chunk;
  if (a === 0xef && b === 0xbb && c === 0xbf) return chunk.subarray(3);
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) {
    throw new UserError('the text is UTF-16', { file: path, remedy: 'Save it as UTF-8' });
  }
  if (a === 0x1f && b === 0x8b) {
    throw new UserError('the file is compressed', { file: path, remedy: 'Unpack it with gunzip' });
  }
  return chunk;
}

/** Notes the line of every row that ends in this chunk. */
function scan(reading: Reading, chunk: Buffer): void {
  reading.lines = [];
  reading.arrived = 0;
  let start = 0;
  for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, start)) {
    keep(reading, chunk, start, at);
    if (!isBlank(reading)) reading.lines.push(reading.line);
    reading.line += 1;
    reading.tail = [];
    reading.tailBytes = 0;
    start = at + 1;
  }
  keep(reading, chunk, start, chunk.length);
}

function keep(reading: Reading, chunk: Buffer, start: number, end: number): void {
  if (start === end) return;
  reading.tail.push(chunk.subarray(start, end));
  reading.tailBytes += end - start;
  if (reading.tailBytes <= lineBytesMax) return;
  throw new UserError(`the line is longer than ${lineBytesMax / 1024 / 1024} MiB`, {
    file: reading.path,
    line: reading.line,
    remedy: 'Check that the file is NDJSON, one record a line',
  });
}

/** What the parser skips: nothing, or the first half of a CRLF. */
function isBlank(reading: Reading): boolean {
  return (
    reading.tailBytes === 0 || (reading.tailBytes === 1 && reading.tail[0]?.[0] === carriageReturn)
  );
}

function arrive(reading: Reading, value: unknown): void {
  const line = reading.lines[reading.arrived];
  reading.arrived += 1;
  if (reading.failure !== null || line === undefined) return;
  try {
    reading.onRow(value, line);
  } catch (error) {
    reading.failure = { error };
  }
}

/** Whatever is not about parsing comes of a row `null`: see `settle`. */
function refuse(reading: Reading, error: Error): void {
  const line = reading.lines[reading.arrived];
  const [, found = 'null'] = /^Could not parse row (.*)\.\.\.$/su.exec(error.message) ?? [];
  reading.arrived += 1;
  reading.failure ??= { error: notJson(reading, { line, found }) };
}

/** A row `null` makes the parser believe that its input has ended: nothing arrives. */
function settle(reading: Reading): void {
  if (reading.failure === null && reading.arrived < reading.lines.length) {
    const line = reading.lines[reading.arrived];
    reading.failure = { error: notJson(reading, { line, found: 'null' }) };
  }
  if (reading.failure !== null) throw reading.failure.error;
}

interface BadRow {
  readonly line: number | undefined;
  readonly found: string;
}

function notJson(reading: Reading, { line, found }: BadRow): UserError {
  const shown = printable(found, 50);
  return new UserError(`expected one JSON object, found ${shown === '' ? 'nothing' : shown}`, {
    file: reading.path,
    line: line ?? reading.line,
    remedy: 'Restore the line from the original, or cut the file off before it',
  });
}

function finish(reading: Reading, end: () => void): Torn | null {
  const open = !isBlank(reading);
  reading.lines = open ? [reading.line] : [];
  reading.arrived = 0;
  let torn = false;
  const text = open ? Buffer.concat(reading.tail).toString('utf8') : '';
  if (open) {
    try {
      JSON.parse(text);
    } catch {
      torn = true;
    }
  }
  end();
  if (torn) return { line: reading.line, text };
  settle(reading);
  return null;
}

function unreadable(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const at = { file: path, cause: error };
  switch (error.code) {
    case 'ENOENT':
      return new UserError('there is no such file', { ...at, remedy: 'Check the path' });
    case 'EISDIR':
      return new UserError('this is a directory', { ...at, remedy: 'Name the file inside it' });
    case 'EACCES':
    case 'EPERM':
      return new UserError('no permission to read it', { ...at, remedy: 'Check its owner' });
    default:
      return new UserError(`reading failed: ${error.message}`, at);
  }
}
