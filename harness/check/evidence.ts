/** Helps a failing check name the records that prove it. Only failures come here: no hurry. */
import type { EntryRef } from '../trace/record.ts';
import type { ServerView } from './view.ts';

/** The `seq` numbers known, ascending and each once; `last` is the violating record. */
export function proof(last: number, ...before: readonly (number | undefined)[]): number[] {
  const known = before.filter((seq): seq is number => seq !== undefined && seq < last);
  return [...new Set(known)].toSorted((a, b) => a - b).concat(last);
}

/** `seq` of the unfinished write that would bring this term (and its vote) to the disk. */
export function pendingTerm(server: ServerView, term: number): number | undefined {
  return server.pending.slice(server.pendingHead).find((write) => write.hard?.term === term)?.seq;
}

/** `seq` of the unfinished write that would bring the entry at this index to the disk. */
export function pendingEntry(server: ServerView, index: number): number | undefined {
  return server.pending
    .slice(server.pendingHead)
    .find((write) => write.log?.entries.some((entry) => entry.index === index) === true)?.seq;
}

/** `(index 5, term 3)`: how people name an entry. */
export function entryName(entry: { readonly index: number; readonly term: number }): string {
  return `(index ${String(entry.index)}, term ${String(entry.term)})`;
}

/** `S1`, `S1 and S2`, `S1, S2 and S3`. */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.slice(-1).join('')}`;
}

/** Two references mean the same entry: same place, same term, same content. */
export function sameEntry(a: EntryRef, b: EntryRef): boolean {
  return a === b || (a.index === b.index && a.term === b.term && a.digest === b.digest);
}
