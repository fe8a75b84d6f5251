/**
 * A log file read back: each record checked, and what all of them came to. What a crash can leave at
 * the end is cut off; anything else that is not as it was written is refused.
 */
import type { Stored, Write } from '../raft/step.ts';
import { UserError } from '../trace/user-error.ts';
import type { Disk } from '../world/disk.ts';
import { flush, newDisk, storedOn } from '../world/disk.ts';
import { look } from './frames.ts';
import type { Base, LogRecord, Owner, WriteName } from './log-format.ts';
import { isBaseRecord, isCompacted, isLogRecord, logFormat } from './log-format.ts';

/** What was found when the file was opened. */
export interface Recovered {
  readonly stored: Stored;
  /** The last write on the disk, or null: there never was one. */
  readonly last: WriteName | null;
  /** Since the log was compacted last. */
  readonly records: number;
  /** Bytes of an unconfirmed write that were cut off at the end. */
  readonly cutBytes: number;
}

const emptyLog: Stored = { term: 0, votedFor: null, snapshot: null, entries: [] };

/** How much a record holds, roughly: its entries, or something. */
export function unitsOf({ log }: Write): number {
  return Math.max(1, log?.entries.length ?? 0);
}

/** As much as would be left of it all. */
export function unitsOn({ entries }: Disk): number {
  return 1 + entries.length;
}

export interface Reading {
  readonly recovered: Recovered;
  readonly disk: Disk;
  readonly goodBytes: number;
  readonly sum: number;
  /** What the records hold, as `unitsOf` counts. */
  readonly written: number;
  /** Where the base of a compacted log ends; 0: it has none. */
  readonly baseBytes: number;
}

/** Throws a `UserError` for a file that is damaged or another's. */
export function readLog(path: string, file: Buffer, owner: Owner): Reading {
  let disk = newDisk(emptyLog);
  let last: WriteName | null = null;
  let records = 0;
  let written = 0;
  let offset = 0;
  let sum = 0;
  let baseBytes = 0;
  let wantsBase = false;
  for (;;) {
    const found = look(file, offset, sum);
    if (found.kind === 'damaged') throw damaged(path, offset, found.what);
    if (found.kind !== 'record') break;
    const value = parsed(path, offset, found.payload);
    if (offset === 0) {
      checkTitle(path, value, owner);
      wantsBase = isCompacted(value);
    } else if (wantsBase) {
      const base = baseOf(path, offset, value);
      disk = newDisk(base.stored);
      ({ last } = base);
      written = unitsOn(disk);
      baseBytes = found.next;
      wantsBase = false;
    } else {
      const { incarnation, write } = recordOf(path, offset, value);
      if (leavesGap(disk, write)) throw damaged(path, offset, 'entries are missing before this');
      disk.pending.push({ write, seq: 0 });
      flush(disk);
      last = { incarnation, write: write.id };
      records += 1;
      written += unitsOf(write);
    }
    ({ next: offset, sum } = found);
  }
  // It was whole before it got its name: whatever is missing, no crash has taken.
  if (wantsBase) throw damaged(path, offset, 'what the log came to before is missing');
  const recovered = { stored: storedOn(disk), last, records, cutBytes: file.length - offset };
  return { recovered, disk, goodBytes: offset, sum, written, baseBytes };
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
  if (says('format') !== logFormat) {
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

function recordOf(path: string, offset: number, value: unknown): LogRecord {
  if (isLogRecord(value)) return value;
  throw damaged(path, offset, 'a record holds no write');
}

function baseOf(path: string, offset: number, value: unknown): Base {
  if (isBaseRecord(value)) return value.base;
  throw damaged(path, offset, 'a record is not what the log came to before');
}

function damaged(path: string, offset: number, what: string): UserError {
  return new UserError(`${what}, at byte ${offset}: the log is damaged, not merely cut off`, {
    file: path,
    remedy:
      'Do not start this server with it: set the file aside, and let the server join anew as ' +
      'another one, since it may have forgotten a vote',
  });
}
