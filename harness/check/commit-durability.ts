/**
 * I8: a commit is a promise about the disks of a quorum of the configuration in force. Judged when
 * an index is covered by a commit for the first time: tens of events before a lost entry shows.
 */
import type { Configuration, EntryRef, TraceRecord } from '../trace/record.ts';
import type { Check, Failure, Verdict } from './check.ts';
import { listed, pendingEntry, proof, sameEntry } from './evidence.ts';
import { hasQuorum, majorityOf, quorumText, votersOnly } from './members.ts';
import type { ClusterView, ServerView } from './view.ts';

interface State {
  examined: number;
}

function holds(server: ServerView, entry: EntryRef): boolean {
  const stored = server.disk.log[entry.index - 1];
  return stored !== undefined && sameEntry(stored, entry);
}

function tooFew(
  server: ServerView,
  entry: EntryRef,
  found: { readonly seq: number; readonly needed: Configuration },
  view: ClusterView,
): Failure {
  const holders = view.servers.filter((other) => holds(other, entry)).map(({ id }) => id);
  const who =
    holders.length === 0
      ? 'no server has it on disk'
      : `only ${listed(holders)} ${holders.length === 1 ? 'has' : 'have'} it on disk`;
  return {
    sentence:
      `${server.id} committed index ${String(entry.index)} (term ${String(entry.term)}), ` +
      `but ${who}; ${quorumText(found.needed)} needed`,
    evidence: proof(found.seq, ...view.servers.map((other) => pendingEntry(other, entry.index))),
  };
}

function quorumHolds(view: ClusterView, configuration: Configuration, entry: EntryRef): boolean {
  const { voters, outgoing } = configuration;
  if (outgoing.length > 0) {
    return hasQuorum(configuration, (id) => holds(view.server(id), entry));
  }
  const needed = majorityOf(voters);
  let count = 0;
  for (let i = 0; i < voters.length && count < needed; i += 1) {
    const id = voters[i];
    if (id !== undefined && holds(view.server(id), entry)) count += 1;
  }
  return count >= needed;
}

/** The configuration that does not carry the commit, or undefined: all is well. */
function lacking(view: ClusterView, server: ServerView, found: Found): Configuration | undefined {
  const { configurations } = server;
  const newest = configurations[configurations.length - 1] ?? unknown;
  const before = configurations[configurations.length - 2];
  // A step commits first and then appends the next configuration: its records tell writes first.
  const isNew = newest.cause >= 0 && newest.cause === found.cause;
  const { configuration } = isNew && before !== undefined ? before : newest;
  if (quorumHolds(view, configuration, found.entry)) return undefined;
  return configuration;
}

interface Found {
  readonly entry: EntryRef;
  readonly cause: number;
}

/** A server that was never told to be on line goes by nothing. */
const unknown = { configuration: votersOnly([]), cause: -1 };

function observe(state: State, record: TraceRecord, view: ClusterView): Failure | undefined {
  if (record.kind !== 'commit') return undefined;
  const server = view.server(record.server);
  for (let index = view.committed.length; index < record.commitIndex; index += 1) {
    const entry = server.log[index];
    if (entry === undefined) return undefined;
    state.examined += 1;
    const needed = lacking(view, server, { entry, cause: record.cause });
    if (needed !== undefined) return tooFew(server, entry, { seq: record.seq, needed }, view);
  }
  return undefined;
}

/** Raft §5.3 with Figure 2: an entry is committed once a majority of stable storages holds it. */
export const commitDurability: Check<State> = {
  name: 'CommitDurability',
  promise: 'A committed entry is on the disks of a majority (Raft §5.3, Figure 2).',
  class: 'safety',
  kinds: ['commit'],
  start: (): State => ({ examined: 0 }),
  observe,
  verdict: (state: State): Verdict => ({ kind: 'pass', examined: state.examined }),
  exempt: (_state: State, view: ClusterView): string | undefined =>
    view.servers.every((server) => server.appliedIndex === 0) ? 'nothing was committed' : undefined,
};
