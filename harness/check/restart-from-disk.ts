/** A server comes back with exactly what its disk held: nothing forgotten, nothing invented. */
import type { OnlineRecord, SnapshotRef, TraceRecord } from '../trace/record.ts';
import type { Check, Failure, Verdict } from './check.ts';
import { entryName, proof, sameEntry } from './evidence.ts';
import type { ClusterView, ServerView } from './view.ts';

interface State {
  examined: number;
  /** By position: `seq` of the last crash or orderly stop. */
  readonly stoppedAt: number[];
}

const snapshotName = (snapshot: SnapshotRef | null): string =>
  snapshot === null ? 'no snapshot' : `a snapshot to ${entryName(snapshot)}`;

function otherSnapshot(held: SnapshotRef | null, now: SnapshotRef | null): string | undefined {
  const same =
    held?.index === now?.index &&
    held?.term === now?.term &&
    held?.stateDigest === now?.stateDigest;
  return same ? undefined : `with ${snapshotName(now)}, but its disk held ${snapshotName(held)}`;
}

function difference(server: ServerView, record: OnlineRecord): string | undefined {
  const { disk } = server;
  if (record.term !== disk.term) {
    return `in term ${String(record.term)}, but its disk held term ${String(disk.term)}`;
  }
  if (record.votedFor !== disk.votedFor) {
    const vote = (id: string | null): string => (id === null ? 'no vote' : `a vote for ${id}`);
    return `with ${vote(record.votedFor)}, but its disk held ${vote(disk.votedFor)}`;
  }
  const snapshots = otherSnapshot(disk.snapshot, record.snapshot);
  if (snapshots !== undefined) return snapshots;
  const entries = disk.file ?? disk.log;
  if (record.entries.length !== entries.length) {
    const [now, held] = [String(record.entries.length), String(entries.length)];
    return `with ${now} entries, but its disk held ${held}`;
  }
  for (const [place, entry] of record.entries.entries()) {
    const held = entries[place];
    if (held !== undefined && !sameEntry(held, entry)) {
      return `with ${entryName(entry)}, but its disk held ${entryName(held)} of other content`;
    }
  }
  return undefined;
}

function observe(state: State, record: TraceRecord, view: ClusterView): Failure | undefined {
  if (record.kind === 'crash' || record.kind === 'offline') {
    state.stoppedAt[view.server(record.server).position] = record.seq;
    return undefined;
  }
  if (record.kind !== 'online') return undefined;
  const server = view.server(record.server);
  if (server.starts === 0) return undefined;
  state.examined += 1;
  const found = difference(server, record);
  if (found === undefined) return undefined;
  return {
    sentence: `${server.id} came back ${found}`,
    evidence: proof(record.seq, state.stoppedAt[server.position]),
  };
}

/** Raft Figure 2, persistent state; what a crash may take from it is in the crash record. */
export const restartFromDisk: Check<State> = {
  name: 'RestartFromDisk',
  promise: 'A server comes back with exactly what its disk held (Raft Figure 2).',
  class: 'safety',
  kinds: ['crash', 'offline', 'online'],
  start: (): State => ({ examined: 0, stoppedAt: [] }),
  observe,
  verdict: (state: State): Verdict => ({ kind: 'pass', examined: state.examined }),
  exempt: (): string => 'no server was restarted',
};
