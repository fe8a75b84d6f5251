/**
 * Who takes part, as the records say it: a configuration is written once, in its `propose`, and is
 * in force at a server from the moment the entry stands in that server's log (Raft §6).
 */
import type { Configuration, EntryRef, ProposeRecord } from '../trace/record.ts';

/** A configuration, the index of its entry (0: that of the beginning), and what brought it. */
export interface ConfigurationView {
  readonly index: number;
  readonly configuration: Configuration;
  /** `cause` of the record that put it in force; -1: it was there from the start. */
  readonly cause: number;
}

/** Entries that hold configurations, by index: one for each term in which one was made there. */
export type Changes = Map<number, { readonly entry: EntryRef; readonly to: Configuration }[]>;

/** All of them vote. */
export function votersOnly(voters: readonly string[]): Configuration {
  return { voters, outgoing: [], learners: [], learnersNext: [] };
}

export function rememberChange(changes: Changes, record: ProposeRecord): void {
  const { index, term, digest, configuration: to } = record;
  if (to === null) return;
  const entry = { index, term, digest };
  const here = changes.get(index);
  if (here === undefined) changes.set(index, [{ entry, to }]);
  else here.push({ entry, to });
}

/** The configuration that the entry holds, or undefined: it holds none. */
export function changeIn(
  changes: Changes,
  { index, term, digest }: EntryRef,
): Configuration | undefined {
  const here = changes.get(index);
  return here?.find(({ entry }) => entry.term === term && entry.digest === digest)?.to;
}

/** The log's change as its configurations see it. */
export function changeLog(
  stack: ConfigurationView[],
  changes: Changes,
  log: { readonly from: number; readonly entries: readonly EntryRef[]; readonly cause: number },
): void {
  while (stack.length > 1 && (stack[stack.length - 1]?.index ?? 0) >= log.from) stack.pop();
  if (changes.size === 0) return;
  for (const entry of log.entries) {
    const configuration = changeIn(changes, entry);
    if (configuration === undefined) continue;
    stack.push({ index: entry.index, configuration, cause: log.cause });
  }
}

/** What was in force at the index: the last one at or below it. */
export function inForceAt(
  stack: readonly ConfigurationView[],
  index: number,
): ConfigurationView | undefined {
  return stack.findLast((known) => known.index <= index) ?? stack[0];
}

export function majorityOf(voters: readonly string[]): number {
  return Math.floor(voters.length / 2) + 1;
}

function majorityHas(voters: readonly string[], has: (id: string) => boolean): boolean {
  if (voters.length === 0) return true;
  let count = 0;
  for (const id of voters) if (has(id)) count += 1;
  return count >= majorityOf(voters);
}

/** Majorities of both halves of the configuration (Raft §6). */
export function hasQuorum(configuration: Configuration, has: (id: string) => boolean): boolean {
  return majorityHas(configuration.voters, has) && majorityHas(configuration.outgoing, has);
}

/** Votes, or is to be given the log. */
export function isMember({ voters, learners, outgoing }: Configuration, id: string): boolean {
  return voters.includes(id) || learners.includes(id) || outgoing.includes(id);
}

const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((id) => b.includes(id));

/** The same servers in the same parts, in whatever order. */
export function sameConfiguration(a: Configuration, b: Configuration): boolean {
  return (
    a === b ||
    (sameNames(a.voters, b.voters) &&
      sameNames(a.outgoing, b.outgoing) &&
      sameNames(a.learners, b.learners) &&
      sameNames(a.learnersNext, b.learnersNext))
  );
}

/** `3 of 5`; while it is joint `2 of S1, S2, S3 and 2 of S2, S3, S4`. */
export function quorumText({ voters, outgoing }: Configuration): string {
  const half = (ids: readonly string[]): string =>
    `${String(majorityOf(ids))} of ${ids.join(', ')}`;
  if (outgoing.length > 0) return `${half(voters)} and ${half(outgoing)}`;
  return `${String(majorityOf(voters))} of ${String(voters.length)}`;
}
