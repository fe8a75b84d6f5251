/** A replay is faithful when its trace is the same, byte for byte. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { TraceRecord } from './record.ts';
import { UserError } from './user-error.ts';
import { toLine } from './write.ts';

export interface Divergence {
  /** 1-based line, the same in both. */
  readonly line: number;
  /** The lines as they stand, line ends included; null where a trace has ended. */
  readonly left: string | null;
  readonly right: string | null;
}

const chunkBytes = 256 * 1024;
const newline = 10;

/** The first line at which two sequences of lines part, or null when they are the same. */
export function firstDivergence(
  left: Iterable<Buffer>,
  right: Iterable<Buffer>,
): Divergence | null {
  const others = right[Symbol.iterator]();
  let line = 0;
  for (const mine of left) {
    line += 1;
    const next = others.next();
    if (next.done === true) return { line, left: mine.toString('utf8'), right: null };
    if (!mine.equals(next.value)) {
      others.return?.();
      return { line, left: mine.toString('utf8'), right: next.value.toString('utf8') };
    }
  }
  const next = others.next();
  if (next.done === true) return null;
  others.return?.();
  return { line: line + 1, left: null, right: next.value.toString('utf8') };
}

/** The lines that a writer would make of these records. */
export function* linesOfRecords(records: Iterable<TraceRecord>): Generator<Buffer, void> {
  for (const record of records) yield Buffer.from(toLine(record), 'utf8');
}

/** The lines of a file, line ends included, in bounded memory. Throws a `UserError`. */
export function* linesOfFile(path: string): Generator<Buffer, void> {
  const descriptor = openToRead(path);
  try {
    let rest: Buffer = Buffer.alloc(0);
    for (;;) {
      const chunk = Buffer.allocUnsafe(chunkBytes);
      const length = readSync(descriptor, chunk);
      if (length === 0) break;
      const bytes: Buffer = Buffer.concat([rest, chunk.subarray(0, length)]);
      let start = 0;
      for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, start)) {
        yield bytes.subarray(start, at + 1);
        start = at + 1;
      }
      rest = bytes.subarray(start);
    }
    if (rest.length > 0) yield rest;
  } finally {
    closeSync(descriptor);
  }
}

function openToRead(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw new UserError('cannot be read', { file: path, remedy: 'Check the path', cause });
  }
}
