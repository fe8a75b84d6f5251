/**
 * Logs and disks as the records describe them. A snapshot stands for the committed entries below
 * its index: where the log itself does not hold them, what the cluster agreed on is put there, so
 * that every judge finds entry i at [i - 1], compacted or not.
 */
import type { EntryRef, SnapshotRef, WriteRecord } from '../trace/record.ts';

/** What the disk holds for certain: every write reported durable, and nothing else. */
export interface DiskView {
  term: number;
  votedFor: string | null;
  /** The log that a server starting from this disk has; `log[0]` has index 1. */
  readonly log: EntryRef[];
  snapshot: SnapshotRef | null;
  /** The entries that are really in the file, once a snapshot has made some needless; or null. */
  file: EntryRef[] | null;
}

interface Change {
  readonly from: number;
  readonly entries: readonly EntryRef[];
}

/** The log from `from` on is replaced by the first `count` of `entries`. */
export function replaceFrom(log: EntryRef[], change: Change, count: number): void {
  if (log.length >= change.from) log.length = change.from - 1;
  for (let i = 0; i < count; i += 1) {
    const entry = change.entries[i];
    if (entry !== undefined) log.push(entry);
  }
}

/** Puts what the snapshot stands for below its index, unless the log has its last entry. */
export function coverLog(
  log: EntryRef[],
  { index, term }: SnapshotRef,
  committed: readonly EntryRef[],
): void {
  if (log[index - 1]?.term === term) return;
  for (let at = 0; at < index; at += 1) {
    log[at] = committed[at] ?? { index: at + 1, term, digest: 0 };
  }
}

/** Files begin anywhere: the same as `replaceFrom`, by the entries' own indices. */
function replaceInFile(file: EntryRef[], change: Change, count: number): void {
  const first = file[0]?.index ?? change.from;
  const kept = change.from - first;
  file.length = kept < 0 || kept > file.length ? 0 : kept;
  for (let i = 0; i < count; i += 1) {
    const entry = change.entries[i];
    if (entry !== undefined) file.push(entry);
  }
}

function discardInFile(file: EntryRef[], through: number): void {
  const first = file[0]?.index ?? through + 1;
  if (first <= through) file.splice(0, through - first + 1);
}

function keepSnapshot(disk: DiskView, snapshot: SnapshotRef, committed: readonly EntryRef[]): void {
  disk.file ??= disk.log.slice();
  disk.snapshot = snapshot;
  coverLog(disk.log, snapshot, committed);
}

/** A write became durable: term and vote, then the snapshot, then the log, then what may go goes. */
export function writeToDisk(
  disk: DiskView,
  { hard, log, snapshot }: WriteRecord,
  committed: readonly EntryRef[],
): void {
  if (hard !== null) {
    disk.term = hard.term;
    disk.votedFor = hard.votedFor;
  }
  if (snapshot !== null) keepSnapshot(disk, snapshot, committed);
  if (log !== null) {
    replaceFrom(disk.log, log, log.entries.length);
    if (disk.file !== null) replaceInFile(disk.file, log, log.entries.length);
  }
  if (snapshot !== null && disk.file !== null) discardInFile(disk.file, snapshot.discardThrough);
}

/** The power went while the write was under way: nothing is discarded yet. */
export function tearOnDisk(
  disk: DiskView,
  { hard, log, snapshot }: WriteRecord,
  tear: {
    readonly torn: { readonly snapshot: boolean; readonly entries: number };
    readonly committed: readonly EntryRef[];
  },
): void {
  const { torn, committed } = tear;
  if (hard !== null) {
    disk.term = hard.term;
    disk.votedFor = hard.votedFor;
  }
  if (torn.snapshot && snapshot !== null) {
    keepSnapshot(disk, snapshot, committed);
    // The cut that should have followed did not: a log that contradicts the snapshot is worth nothing.
    const held = disk.file?.find(({ index }) => index === snapshot.index);
    if (held !== undefined && held.term !== snapshot.term) disk.log.length = snapshot.index;
  }
  if (torn.entries < 0 || log === null) return;
  replaceFrom(disk.log, log, torn.entries);
  if (disk.file !== null) replaceInFile(disk.file, log, torn.entries);
}

/** The log that a server has which starts from this snapshot and these entries. */
export function startingLog(
  snapshot: SnapshotRef | null,
  entries: readonly EntryRef[],
  committed: readonly EntryRef[],
): EntryRef[] {
  if (snapshot === null) return [...entries];
  const { index, term } = snapshot;
  const held = entries.find((entry) => entry.index === index);
  const goesOn = held === undefined ? entries[0]?.index === index + 1 : held.term === term;
  const log: EntryRef[] = [];
  const first = entries[0]?.index ?? index + 1;
  if (goesOn) {
    for (let at = 1; at < first; at += 1)
      log.push(committed[at - 1] ?? { index: at, term, digest: 0 });
    for (const entry of entries) log.push(entry);
  } else {
    coverLog(log, snapshot, committed);
  }
  return log;
}
