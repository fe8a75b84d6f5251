/**
 * Writes a trace: a record is a line. Lines are gathered and written in large pieces; what is
 * gathered is written when the process ends, however it ends short of a kill, so that a crash of
 * the program under test loses nothing.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { JsonLines } from './json-lines.ts';
import type { TraceRecord } from './record.ts';
import { UserError } from './user-error.ts';

export interface TraceWriter {
  readonly path: string;
  /** Throws a `UserError` when the disk refuses. */
  write(record: TraceRecord): void;
  /** Hands everything so far to the operating system. */
  flush(): void;
  /** Flushes and closes; further calls do nothing. */
  close(): void;
}

export interface WriterOptions {
  /** Bytes gathered before a write; 0 writes every record at once (against kill -9). */
  readonly gatheredBytes?: number;
}

interface OpenFile {
  readonly path: string;
  readonly descriptor: number;
  readonly pending: JsonLines;
  closed: boolean;
}

const gatheredBytesDefault = 64 * 1024;
const open = new Set<OpenFile>();
let hooked = false;

/** One record as its line, line end included. */
export function toLine(record: TraceRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/** Creates (or empties) the file at `path`. Throws a `UserError` when that cannot be done. */
export function traceWriter(path: string, options: WriterOptions = {}): TraceWriter {
  const gatheredBytes = options.gatheredBytes ?? gatheredBytesDefault;
  const pending = new JsonLines();
  const file: OpenFile = { path, descriptor: create(path), pending, closed: false };
  open.add(file);
  hookExit();
  return {
    path,
    write(record: TraceRecord): void {
      pending.add(record);
      if (pending.length > gatheredBytes) flush(file);
    },
    flush: () => flush(file),
    close: () => close(file),
  };
}

function create(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw refused(path, error);
  }
}

function flush(file: OpenFile): void {
  if (file.closed || file.pending.length === 0) return;
  const bytes = file.pending.take();
  try {
    for (let done = 0; done < bytes.length;) {
      done += writeSync(file.descriptor, bytes, done);
    }
  } catch (error) {
    throw refused(file.path, error);
  }
}

function close(file: OpenFile): void {
  if (file.closed) return;
  open.delete(file);
  try {
    flush(file);
  } finally {
    file.closed = true;
    closeSync(file.descriptor);
  }
}

/** `exit` is emitted after an uncaught error as well. */
function hookExit(): void {
  if (hooked) return;
  hooked = true;
  process.on('exit', flushAll);
}

/** One full disk must not keep the other files from being flushed: hence `finally`. */
function flushAll(): void {
  for (const file of open) {
    open.delete(file);
    try {
      flush(file);
    } finally {
      flushAll();
    }
  }
}

function refused(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const at = { file: path, cause: error };
  switch (error.code) {
    case 'ENOENT':
      return new UserError('its directory does not exist', { ...at, remedy: 'Create it first' });
    case 'EISDIR':
      return new UserError('this is a directory', { ...at, remedy: 'Name a file inside it' });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new UserError('no permission to write it', { ...at, remedy: 'Choose another place' });
    case 'ENOSPC':
      return new UserError('the disk is full', { ...at, remedy: 'Make room, then run again' });
    default:
      return new UserError(`writing failed: ${error.message}`, at);
  }
}
