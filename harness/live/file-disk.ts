/**
 * A server's stable storage as a file to which writes are appended: one record for each, so that
 * term, vote and entries change together or not at all. A record counts once an fsync has confirmed
 * it. Killed at any moment, a server finds everything that was confirmed, and of the rest a
 * beginning. When most of the file is needless, a new one takes its place.
 */
import {
  closeSync,
  constants,
  existsSync,
  fdatasync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statSync,
  write as writeFile,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Write } from '../raft/step.ts';
import { UserError } from '../trace/user-error.ts';
import type { Disk } from '../world/disk.ts';
import { flush, storedOn } from '../world/disk.ts';
import type { Owner, WriteName } from './log-format.ts';
import { compactLog, titleFrame, writeFrame } from './log-format.ts';
import type { Reading, Recovered } from './read-log.ts';
import { readLog, unitsOf, unitsOn } from './read-log.ts';
import { NotReplaced, removeLeftover, replaceFile } from './replace-file.ts';

export type { Owner, WriteName } from './log-format.ts';

/** Where the system can, a write returns when it is durable: one call in place of two. */
const writesAreSynced = process.platform === 'linux';
const writing = constants.O_RDWR | (writesAreSynced ? constants.O_DSYNC : 0);
/** Below that, a file may hold what it will. */
const compactBytesMinDefault = 1_048_576;

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

export interface FileDiskOptions {
  /** A file of at least so many bytes is compacted when half of what was written is needless. */
  readonly compactBytesMin?: number;
}

/** Opens the log, or begins it. Throws a `UserError` for a file that is damaged or another's. */
export function openFileDisk(path: string, owner: Owner, options: FileDiskOptions = {}): FileDisk {
  const fresh = !existsSync(path);
  const bytes = fresh ? Buffer.alloc(0) : contents(path);
  const read = readLog(path, bytes, owner);
  const descriptor = opened(path);
  try {
    removeLeftover(path);
    if (read.goodBytes < bytes.length) ftruncateSync(descriptor, read.goodBytes);
    let { sum } = read;
    let size = read.goodBytes;
    if (size === 0) {
      const title = titleFrame(owner);
      writeSync(descriptor, title.bytes, 0, title.bytes.length, 0);
      ({ sum } = title);
      size = title.bytes.length;
    }
    fsyncSync(descriptor);
    if (fresh) syncFolder(dirname(path));
    const { compactBytesMin = compactBytesMinDefault } = options;
    return new Log({ ...read, path, owner, descriptor, sum, size, compactBytesMin });
  } catch (cause) {
    closeSync(descriptor);
    throw refusal(path, cause);
  }
}

interface Opened extends Omit<Reading, 'goodBytes'> {
  readonly path: string;
  readonly owner: Owner;
  readonly descriptor: number;
  readonly size: number;
  readonly compactBytesMin: number;
}

type Done = (error: UserError | null) => void;

class Log implements FileDisk {
  readonly path: string;
  readonly recovered: Recovered;
  private readonly owner: Owner;
  /** What the records came to: what a new file would begin with. */
  private readonly disk: Disk;
  private last: WriteName | null;
  private readonly compactBytesMin: number;
  private descriptor: number;
  private sum: number;
  private size: number;
  private written: number;
  private checkAtBytes: number;
  private isCompacting: boolean;
  /** An append that waits until the new file is there. */
  private waiting: (() => void) | null;
  private failure: UserError | null;
  private isClosed: boolean;

  constructor(made: Opened) {
    this.path = made.path;
    this.recovered = made.recovered;
    this.owner = made.owner;
    this.disk = made.disk;
    this.last = made.recovered.last;
    this.compactBytesMin = made.compactBytesMin;
    this.descriptor = made.descriptor;
    this.sum = made.sum;
    this.size = made.size;
    this.written = made.written;
    this.checkAtBytes = Math.max(made.compactBytesMin, 2 * made.baseBytes);
    this.isCompacting = false;
    this.waiting = null;
    this.failure = null;
    this.isClosed = false;
    if (this.isBloated) this.compact();
  }

  append(incarnation: number, writes: readonly Write[], done: Done): void {
    if (this.isCompacting) {
      this.waiting = () => this.append(incarnation, writes, done);
      return;
    }
    if (this.failure !== null) return done(this.failure);
    const frames = writes.map((write) => {
      const framed = writeFrame({ incarnation, write }, this.sum);
      this.sum = framed.sum;
      return framed.bytes;
    });
    const bytes =
      frames.length === 1 && frames[0] !== undefined ? frames[0] : Buffer.concat(frames);
    this.put(bytes, 0, (error) => {
      if (error !== null) return done(error);
      for (const write of writes) this.note(incarnation, write);
      // Whoever is told may append at once.
      const mustCompact = this.isBloated;
      this.isCompacting = mustCompact;
      done(null);
      if (mustCompact) this.compact();
    });
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    closeSync(this.descriptor);
  }

  private put(bytes: Buffer, from: number, done: Done): void {
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

  private note(incarnation: number, write: Write): void {
    this.last = { incarnation, write: write.id };
    this.written += unitsOf(write);
    this.disk.pending.push({ write, seq: 0 });
    flush(this.disk);
  }

  /** Is half of what the file holds needless, and has it doubled since that was last looked at? */
  private get isBloated(): boolean {
    return this.size >= this.checkAtBytes && 2 * unitsOn(this.disk) <= this.written;
  }

  private compact(): void {
    this.isCompacting = true;
    const { last } = this;
    const { bytes, sum } = compactLog(this.owner, { stored: storedOn(this.disk), last });
    replaceFile(this.path, bytes, writing)
      .then(
        (descriptor) => this.replaced(descriptor, { sum, size: bytes.length }),
        (error: unknown) => this.notReplaced(error),
      )
      .finally(() => {
        this.isCompacting = false;
        const go = this.waiting;
        this.waiting = null;
        if (!this.isClosed) go?.();
      });
  }

  private replaced(descriptor: number, { sum, size }: { sum: number; size: number }): void {
    if (this.isClosed) return closeSync(descriptor);
    closeSync(this.descriptor);
    this.descriptor = descriptor;
    this.sum = sum;
    this.size = size;
    this.written = unitsOn(this.disk);
    this.checkAtBytes = Math.max(this.compactBytesMin, 2 * size);
  }

  /** The old file is as good as before, unless its name is the new one's already. */
  private notReplaced(error: unknown): void {
    if (this.isClosed) return;
    this.checkAtBytes = 2 * this.size;
    const isThere = !(error instanceof NotReplaced && error.renamed) && this.isAtItsPath();
    if (!isThere) this.failure = refusal(this.path, error);
  }

  private isAtItsPath(): boolean {
    try {
      return statSync(this.path).ino === fstatSync(this.descriptor).ino;
    } catch {
      return false;
    }
  }
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
  try {
    return openSync(path, writing | create, 0o600);
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
