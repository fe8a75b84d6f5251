/**
 * One server's stable storage: a log file and a snapshot file, written at once and durable only
 * after an fsync. One fsync is under way at a time; it covers everything written before it began,
 * so that writes behind a slow one become durable together. A snapshot is written beside the old
 * one and renamed; the log is changed after that, and what it makes needless is discarded last.
 */
import type { Entry, ServerId } from '../raft/entry.ts';
import type { Snapshot, Stored, Write } from '../raft/step.ts';
import { Fifo } from './fifo.ts';

export interface PendingWrite {
  readonly write: Write;
  /** `seq` of its record. */
  readonly seq: number;
}

export interface Disk {
  term: number;
  votedFor: ServerId | null;
  snapshot: Snapshot | null;
  /** Without a gap; the first one need not have index 1. */
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
    snapshot: stored.snapshot,
    entries: [...stored.entries],
    pending: new Fifo<PendingWrite>(),
    syncing: 0,
    syncs: 0,
  };
}

/** Replaces the log from `from` on; whatever would leave a gap below it is needless and goes. */
function replaceFrom({ entries }: Disk, { from }: { readonly from: number }): void {
  const first = entries[0];
  if (first === undefined) return;
  const kept = from - first.index;
  if (kept < 0 || kept > entries.length) entries.length = 0;
  else entries.length = kept;
}

function store(disk: Disk, { log }: Write, entriesKept: number): void {
  if (log === null) return;
  replaceFrom(disk, log);
  for (let i = 0; i < entriesKept; i++) {
    const entry = log.entries[i];
    if (entry !== undefined) disk.entries.push(entry);
  }
}

function discard({ entries }: Disk, through: number): void {
  const first = entries[0];
  if (first === undefined || first.index > through) return;
  entries.splice(0, through - first.index + 1);
}

function settleHard(disk: Disk, { hard }: Write): void {
  if (hard === null) return;
  disk.term = hard.term;
  disk.votedFor = hard.votedFor;
}

/** A whole record: term and vote, snapshot, log, and then what is needless goes. */
function settle(disk: Disk, write: Write): void {
  settleHard(disk, write);
  const { snapshot } = write;
  if (snapshot !== null) disk.snapshot = snapshot.snapshot;
  store(disk, write, write.log?.entries.length ?? 0);
  if (snapshot !== null) discard(disk, snapshot.discardThrough);
}

/** How much of a record is there after a tear; its term and vote are in any case. */
export interface Tear {
  /** Its snapshot was renamed. */
  readonly snapshot: boolean;
  /** The log was cut as it says, and so many of its entries are there; -1: it was not. */
  readonly entries: number;
}

function settleTorn(disk: Disk, write: Write, tear: Tear): void {
  settleHard(disk, write);
  if (tear.snapshot && write.snapshot !== null) disk.snapshot = write.snapshot.snapshot;
  if (tear.entries >= 0) store(disk, write, tear.entries);
}

/** Takes the oldest unsynced writes off the list, as durable; returns the last of them. */
function settleFirst(disk: Disk, count: number): PendingWrite | undefined {
  let last: PendingWrite | undefined;
  for (let i = 0; i < count; i++) {
    last = disk.pending.shift();
    if (last !== undefined) settle(disk, last.write);
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
  /** How much is there of the write after those that did; null: nothing. */
  readonly torn: Tear | null;
}

/** The power goes: unsynced writes beyond `loss.kept` are gone; returns how many writes were lost. */
export function losePower(disk: Disk, loss: Loss): number {
  const lost = disk.pending.length - loss.kept;
  settleFirst(disk, loss.kept);
  const torn = disk.pending.at(0);
  if (torn !== undefined && loss.torn !== null) settleTorn(disk, torn.write, loss.torn);
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
  const { term, votedFor, snapshot } = disk;
  return { term, votedFor, snapshot, entries: [...disk.entries] };
}
