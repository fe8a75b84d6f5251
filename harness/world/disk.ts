/**
 * One server's stable storage: a log file that is written at once and durable only after an fsync.
 * One fsync is under way at a time; it covers everything written before it began, so that writes
 * behind a slow one become durable together.
 */
import type { Entry, ServerId } from '../raft/entry.ts';
import type { Stored, Write } from '../raft/step.ts';
import { Fifo } from './fifo.ts';

export interface PendingWrite {
  readonly write: Write;
  /** `seq` of its record. */
  readonly seq: number;
}

export interface Disk {
  term: number;
  votedFor: ServerId | null;
  readonly entries: Entry[];
  /** Written and not yet durable, oldest first. */
  readonly pending: Fifo<PendingWrite>;
  /** How many of `pending` the fsync under way covers; 0: none is under way. */
  syncing: number;
  /** Counts fsyncs: the ordinal of their draws. Completions of an earlier life do not count. */
  syncs: number;
}

export function newDisk(stored: Stored): Disk {
  return {
    term: stored.term,
    votedFor: stored.votedFor,
    entries: [...stored.entries],
    pending: new Fifo<PendingWrite>(),
    syncing: 0,
    syncs: 0,
  };
}

function store(disk: Disk, write: Write, entriesKept: number): void {
  if (write.log === null) return;
  disk.entries.length = write.log.from - 1;
  for (let i = 0; i < entriesKept; i++) {
    const entry = write.log.entries[i];
    if (entry !== undefined) disk.entries.push(entry);
  }
}

/** A record begins with term and vote; then come the entries, of which a tear leaves the first. */
function settle(disk: Disk, write: Write, entriesKept: number): void {
  if (write.hard !== null) {
    disk.term = write.hard.term;
    disk.votedFor = write.hard.votedFor;
  }
  store(disk, write, entriesKept);
}

/** Takes the oldest unsynced writes off the list, as durable; returns the last of them. */
function settleFirst(disk: Disk, count: number): PendingWrite | undefined {
  let last: PendingWrite | undefined;
  for (let i = 0; i < count; i++) {
    last = disk.pending.shift();
    if (last !== undefined) settle(disk, last.write, last.write.log?.entries.length ?? 0);
  }
  return last;
}

/** Ends the fsync under way; returns the last write it covered. */
export function completeSync(disk: Disk): PendingWrite {
  const last = settleFirst(disk, disk.syncing);
  if (last === undefined) throw new Error('an fsync ended that never began');
  disk.syncing = 0;
  return last;
}

export interface Loss {
  /** Writes that reached the disk although no fsync had confirmed them. */
  readonly kept: number;
  /** Entries of the write after those that did, with its term, vote and truncation; null: none. */
  readonly tornEntries: number | null;
}

/** The power goes: unsynced writes beyond `loss.kept` are gone; returns how many writes were lost. */
export function losePower(disk: Disk, loss: Loss): number {
  const lost = disk.pending.length - loss.kept;
  settleFirst(disk, loss.kept);
  const torn = disk.pending.at(0);
  if (torn !== undefined && loss.tornEntries !== null) settle(disk, torn.write, loss.tornEntries);
  disk.pending.clear();
  disk.syncing = 0;
  return lost;
}

/** Everything written is made durable: a shutdown in good order. */
export function flush(disk: Disk): void {
  settleFirst(disk, disk.pending.length);
  disk.syncing = 0;
}

export function storedOn(disk: Disk): Stored {
  return { term: disk.term, votedFor: disk.votedFor, entries: [...disk.entries] };
}
