/**
 * A server's stable storage as a file that only grows: one record for each write, so that term,
 * vote and entries change together or not at all. A record counts once an fsync has confirmed it.
 * Killed at any moment, a server finds everything that was confirmed, and of the rest a beginning.
 */
import {
  closeSync,
  constants,
  existsSync,
  fdatasync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  write as writeFile,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Stored, Write } from '../raft/step.ts';
import { UserError } from '../trace/user-error.ts';
import { flush, newDisk, storedOn } from '../world/disk.ts';
import type { Disk } from '../world/disk.ts';
import { frame, look } from './frames.ts';

const format = 'whitewater.log/1';
/** Where the system can, a write returns when it is durable: one call in place of two. */
const writesAreSynced = process.platform === 'linux';

/** Which write of which life of the server. */
export interface WriteName {
  readonly incarnation: number;
  readonly write: number;
}

/** What was found when the file was opened. */
export interface Recovered {
  readonly stored: Stored;
  /** The last write on the disk, or null: there never was one. */
  readonly last: WriteName | null;
  readonly records: number;
  /** Bytes of an unconfirmed write that were cut off at the end. */
  readonly cutBytes: number;
}

/** Whose log it is. */
export interface Owner {
  readonly server: string;
  readonly cluster: string;
}

export interface FileDisk {
  readonly path: string;
  readonly recovered: Recovered;
  /**
   * Appends the writes in this order and calls back when all are durable. One call at a time. A
   * disk that refuses is never asked again: what an fsync that failed has done, nobody knows.
   */
  append(
    incarnation: number,
    writes: readonly Write[],
    done: (error: UserError | null) => void,
  ): void;
  close(): void;
}

const emptyLog: Stored = { term: 0, votedFor: null, snapshot: null, entries: [] };

/** Opens the log, or begins it. Throws a `UserError` for a file that is damaged or another's. */
export function openFileDisk(path: string, owner: Owner): FileDisk {
  const fresh = !existsSync(path);
  const bytes = fresh ? Buffer.alloc(0) : contents(path);
  const read = readLog(path, bytes, owner);
  const descriptor = opened(path);
  try {
    if (read.goodBytes < bytes.length) ftruncateSync(descriptor, read.goodBytes);
    let { sum } = read;
    let size = read.goodBytes;
    if (size === 0) {
      const title = frame(Buffer.from(JSON.stringify({ format, ...owner })), 0);
      writeSync(descriptor, title.bytes, 0, title.bytes.length, 0);
      ({ sum } = title);
      size = title.bytes.length;
    }
    fsyncSync(descriptor);
    if (fresh) syncFolder(dirname(path));
    return new Log({ path, descriptor, sum, size, recovered: read.recovered });
  } catch (cause) {
    closeSync(descriptor);
    throw refusal(path, cause);
  }
}

class Log implements FileDisk {
  readonly path: string;
  readonly recovered: Recovered;
  private readonly descriptor: number;
  private sum: number;
  private size: number;
  private isClosed: boolean;

  constructor(made: {
    readonly path: string;
    readonly descriptor: number;
    readonly sum: number;
    readonly size: number;
    readonly recovered: Recovered;
  }) {
    this.path = made.path;
    this.recovered = made.recovered;
    this.descriptor = made.descriptor;
    this.sum = made.sum;
    this.size = made.size;
    this.isClosed = false;
  }

  append(
    incarnation: number,
    writes: readonly Write[],
    done: (error: UserError | null) => void,
  ): void {
    const frames = writes.map((write) => {
      const framed = frame(Buffer.from(JSON.stringify({ incarnation, write })), this.sum);
      this.sum = framed.sum;
      return framed.bytes;
    });
    const bytes =
      frames.length === 1 && frames[0] !== undefined ? frames[0] : Buffer.concat(frames);
    this.put(bytes, 0, done);
  }

  private put(bytes: Buffer, from: number, done: (error: UserError | null) => void): void {
    writeFile(this.descriptor, bytes, from, bytes.length - from, this.size, (error, count) => {
      if (this.isClosed) return;
      if (error !== null) return done(refusal(this.path, error));
      this.size += count;
      if (from + count < bytes.length) return this.put(bytes, from + count, done);
      if (writesAreSynced) return done(null);
      fdatasync(this.descriptor, (failed) => {
        if (!this.isClosed) done(failed === null ? null : refusal(this.path, failed));
      });
    });
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    closeSync(this.descriptor);
  }
}

interface Reading {
  readonly recovered: Recovered;
  readonly goodBytes: number;
  readonly sum: number;
}

function readLog(path: string, file: Buffer, owner: Owner): Reading {
  const disk = newDisk(emptyLog);
  let last: WriteName | null = null;
  let records = 0;
  let offset = 0;
  let sum = 0;
  for (;;) {
    const found = look(file, offset, sum);
    if (found.kind === 'damaged') throw damaged(path, offset, found.what);
    if (found.kind !== 'record') break;
    const value = parsed(path, offset, found.payload);
    if (offset === 0) {
      checkTitle(path, value, owner);
    } else {
      const { incarnation, write } = recordOf(path, offset, value);
      if (leavesGap(disk, write)) throw damaged(path, offset, 'entries are missing before this');
      disk.pending.push({ write, seq: 0 });
      flush(disk);
      last = { incarnation, write: write.id };
      records += 1;
    }
    ({ next: offset, sum } = found);
  }
  const recovered = { stored: storedOn(disk), last, records, cutBytes: file.length - offset };
  return { recovered, goodBytes: offset, sum };
}

/** Does the write follow on one that is not here? A snapshot stands for all entries up to it. */
function leavesGap({ entries, snapshot }: Disk, write: Write): boolean {
  if (write.log === null || write.snapshot !== null) return false;
  const known = Math.max(entries.at(-1)?.index ?? 0, snapshot?.index ?? 0);
  return write.log.from > known + 1;
}

function parsed(path: string, offset: number, payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    throw damaged(path, offset, 'a record is not JSON');
  }
}

function checkTitle(path: string, value: unknown, owner: Owner): void {
  const title = typeof value === 'object' && value !== null ? value : {};
  const says = (name: string): unknown => Object.entries(title).find(([key]) => key === name)?.[1];
  if (says('format') !== format) {
    throw new UserError(`no log of this version: it says ${JSON.stringify(says('format'))}`, {
      file: path,
      remedy: 'Start with a folder of its own, or with the version that wrote it',
    });
  }
  if (says('server') === owner.server && says('cluster') === owner.cluster) return;
  throw new UserError(
    `the log belongs to ${String(says('server'))} of cluster ${String(says('cluster'))}, ` +
      `not to ${owner.server} of ${owner.cluster}`,
    { file: path, remedy: 'Give each server of each cluster a folder of its own' },
  );
}

interface LogRecord {
  readonly incarnation: number;
  readonly write: Write;
}

/** The checksum vouches for the contents: they are what this program wrote. */
function isLogRecord(value: unknown): value is LogRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    'incarnation' in value &&
    typeof value.incarnation === 'number' &&
    'write' in value &&
    typeof value.write === 'object' &&
    value.write !== null &&
    'id' in value.write
  );
}

function recordOf(path: string, offset: number, value: unknown): LogRecord {
  if (isLogRecord(value)) return value;
  throw damaged(path, offset, 'a record holds no write');
}

function damaged(path: string, offset: number, what: string): UserError {
  return new UserError(`${what}, at byte ${offset}: the log is damaged, not merely cut off`, {
    file: path,
    remedy:
      'Do not start this server with it: set the file aside, and let the server join anew as ' +
      'another one, since it may have forgotten a vote',
  });
}

function contents(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw refusal(path, cause);
  }
}

function opened(path: string): number {
  const create = existsSync(path) ? 0 : constants.O_CREAT | constants.O_EXCL;
  const synced = writesAreSynced ? constants.O_DSYNC : 0;
  try {
    return openSync(path, constants.O_RDWR | create | synced, 0o600);
  } catch (cause) {
    throw refusal(path, cause);
  }
}

/** A new file is only there after a power failure if its folder was synced, too. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function refusal(path: string, cause: unknown): UserError {
  if (cause instanceof UserError) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new UserError(`the log cannot be kept: ${why}`, {
    file: path,
    remedy: 'Check the folder, its permissions and the room on the disk',
    cause,
  });
}
