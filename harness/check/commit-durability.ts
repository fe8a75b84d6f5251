/**
 * I8: a commit is a promise about disks. Judged when an index is covered by a commit for the first
 * time: this is tens of events before a lost entry would show.
 */
import type { EntryRef, TraceRecord } from '../trace/record.ts';
import type { Check, Failure, Verdict } from './check.ts';
import { listed, pendingEntry, proof, sameEntry } from './evidence.ts';
import type { ClusterView, ServerView } from './view.ts';

interface State {
  examined: number;
}

function holds(server: ServerView, entry: EntryRef): boolean {
  const stored = server.disk.log[entry.index - 1];
  return stored !== undefined && sameEntry(stored, entry);
}

function tooFew(server: ServerView, entry: EntryRef, seq: number, view: ClusterView): Failure {
  const holders = view.servers.filter((other) => holds(other, entry)).map(({ id }) => id);
  const who =
    holders.length === 0
      ? 'no server has it on disk'
      : `only ${listed(holders)} ${holders.length === 1 ? 'has' : 'have'} it on disk`;
  const needed = `${String(view.majority)} of ${String(view.servers.length)} needed`;
  return {
    sentence:
      `${server.id} committed index ${String(entry.index)} (term ${String(entry.term)}), ` +
      `but ${who}; ${needed}`,
    evidence: proof(seq, ...view.servers.map((other) => pendingEntry(other, entry.index))),
  };
}

function observe(state: State, record: TraceRecord, view: ClusterView): Failure | undefined {
  if (record.kind !== 'commit') return undefined;
  const server = view.server(record.server);
  const { servers, majority } = view;
  for (let index = view.committed.length; index < record.commitIndex; index += 1) {
    const entry = server.log[index];
    if (entry === undefined) return undefined;
    state.examined += 1;
    let count = 0;
    for (let i = 0; i < servers.length && count < majority; i += 1) {
      const other = servers[i];
      if (other !== undefined && holds(other, entry)) count += 1;
    }
    if (count < majority) return tooFew(server, entry, record.seq, view);
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
