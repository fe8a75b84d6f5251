/** A disk for the tests of this room: it may be stopped between any two steps of a write. */
import type { Entry, ServerId } from './entry.ts';
import type { Snapshot } from './saved.ts';
import type { Write } from './step.ts';

export interface Disk {
  term: number;
  votedFor: ServerId | null;
  snapshot: Snapshot | null;
  entries: Entry[];
}

/** The steps of a write: term and vote, renaming the snapshot, the log, discarding. */
export const stepsOfWrite = 4;

/** Does the first so many steps of a write. */
export function store(disk: Disk, write: Write, steps: number = stepsOfWrite): void {
  const { hard, log, snapshot } = write;
  if (steps > 0 && hard !== null) Object.assign(disk, hard);
  if (steps > 1 && snapshot !== null) disk.snapshot = snapshot.snapshot;
  if (steps > 2 && log !== null) {
    const kept = disk.entries.filter((entry) => entry.index < log.from);
    disk.entries = kept.concat(log.entries);
  }
  if (steps > 3 && snapshot !== null) {
    disk.entries = disk.entries.filter((entry) => entry.index > snapshot.discardThrough);
  }
}
