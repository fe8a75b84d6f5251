/** The lines of a text file as bytes, in bounded memory, for the readers of foreign histories. */
import { closeSync, openSync, readSync } from 'node:fs';
import { UserError } from './user-error.ts';

const chunkBytes = 4 * 1024 * 1024;
const lineBytesMax = 16 * 1024 * 1024;
const newline = 10;
const carriageReturn = 13;

/** A line without its end: bytes `start` to `end` of the buffer, valid only during the call. */
export interface Line {
  buffer: Buffer;
  start: number;
  end: number;
  /** 1-based. */
  number: number;
  /** The last line of a file that does not end with a line end. */
  open: boolean;
}

/** Shows every line that is not blank to `onLine`, in order. */
export function eachLine(path: string, onLine: (line: Line) => void): void {
  const descriptor = opened(path);
  try {
    scan(descriptor, path, onLine);
  } finally {
    closeSync(descriptor);
  }
}

function opened(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw new UserError('cannot be read', { file: path, remedy: 'Check path and owner', cause });
  }
}

function readInto(descriptor: number, path: string, buffer: Buffer, from: number): number {
  try {
    return readSync(descriptor, buffer, from, buffer.length - from, null);
  } catch (cause) {
    throw new UserError('cannot be read', { file: path, remedy: 'Name a file', cause });
  }
}

function scan(descriptor: number, path: string, onLine: (line: Line) => void): void {
  let buffer = Buffer.allocUnsafe(chunkBytes);
  const line: Line = { buffer, start: 0, end: 0, number: 0, open: false };
  let kept = 0;
  for (let first = true; ; first = false) {
    const length = kept + readInto(descriptor, path, buffer, kept);
    if (length === kept) break;
    let start = first ? afterMark(path, buffer.subarray(0, length)) : 0;
    const text = buffer.subarray(0, length);
    line.buffer = buffer;
    for (let end = text.indexOf(newline, Math.max(start, first ? 0 : kept)); end >= 0;) {
      emit(line, start, end, onLine);
      start = end + 1;
      end = text.indexOf(newline, start);
    }
    kept = length - start;
    buffer.copyWithin(0, start, length);
    if (kept < buffer.length) continue;
    if (kept > lineBytesMax) {
      throw new UserError('the line is longer than 16 MiB', {
        file: path,
        line: line.number + 1,
        remedy: 'Check that the file is a history',
      });
    }
    buffer = Buffer.concat([buffer, Buffer.alloc(buffer.length)]);
  }
  line.buffer = buffer;
  line.open = true;
  if (kept > 0) emit(line, 0, kept, onLine);
}

function emit(line: Line, start: number, end: number, onLine: (line: Line) => void): void {
  line.number += 1;
  line.start = start;
  line.end = end > start && line.buffer[end - 1] === carriageReturn ? end - 1 : end;
  if (line.end > start) onLine(line);
}

function afterMark(path: string, text: Buffer): number {
  const [a, b, c] = text;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 3;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) {
    throw new UserError('the text is UTF-16', { file: path, remedy: 'Save it as UTF-8' });
  }
  if (a === 0x1f && b === 0x8b) {
    throw new UserError('the file is compressed', { file: path, remedy: 'Unpack it with gunzip' });
  }
  return 0;
}
