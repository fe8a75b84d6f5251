/**
 * I7 and I16: an index is committed with one entry only, and servers that applied the same index
 * are in the same state, whether they applied it or restored a snapshot of it.
 */
import type {
  ApplyRecord,
  CommitRecord,
  EntryRef,
  RestoreRecord,
  TraceRecord,
  WriteRecord,
} from '../trace/record.ts';
import type { Check, Failure, Verdict } from './check.ts';
import { entryName, proof } from './evidence.ts';
import type { ClusterView } from './view.ts';

interface State {
  examined: number;
  /** By index: the state after it, who was there first, and the `seq` of that record. */
  readonly digests: number[];
  readonly by: string[];
  readonly at: number[];
}

function conflict(
  record: ApplyRecord | CommitRecord,
  entry: EntryRef,
  view: ClusterView,
): Failure | undefined {
  const agreed = view.committed[entry.index - 1];
  if (agreed === undefined || agreed === entry) return undefined;
  if (agreed.term === entry.term && agreed.digest === entry.digest) return undefined;
  const first = view.committedBy[entry.index - 1]?.id ?? 'another server';
  const did = record.kind === 'commit' ? 'committed' : 'applied';
  const what =
    agreed.term === entry.term
      ? `a different entry at ${entryName(entry)} than ${first} had committed`
      : `${entryName(entry)}, but ${first} had committed ${entryName(agreed)}`;
  return {
    sentence: `${record.server} ${did} ${what}`,
    evidence: proof(record.seq, view.committedAt[entry.index - 1]),
  };
}

function committed(state: State, record: CommitRecord, view: ClusterView): Failure | undefined {
  const server = view.server(record.server);
  for (let index = server.commitIndex; index < record.commitIndex; index += 1) {
    const entry = server.log[index];
    if (entry === undefined) return undefined;
    state.examined += 1;
    const failure = conflict(record, entry, view);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

function applied(state: State, record: ApplyRecord, view: ClusterView): Failure | undefined {
  state.examined += 1;
  const failure = conflict(record, record, view);
  if (failure !== undefined) return failure;
  return reached(state, record, record);
}

/** What a server's state is known to be after an index. */
function reached(
  state: State,
  record: ApplyRecord | RestoreRecord | WriteRecord,
  found: { readonly index: number; readonly stateDigest: number },
): Failure | undefined {
  const { index, stateDigest } = found;
  const digest = state.digests[index];
  if (digest === undefined) {
    state.digests[index] = stateDigest;
    state.by[index] = record.server;
    state.at[index] = record.seq;
    return undefined;
  }
  if (digest === stateDigest) return undefined;
  const first = state.by[index] ?? '';
  const how = { apply: 'applying', restore: 'restoring a snapshot to', write: 'a snapshot to' };
  const after = `after ${how[record.kind]} index ${String(index)}`;
  const sentence =
    first === record.server
      ? `${first} reached two different states ${after}`
      : `${first} and ${record.server} are in different states ${after}`;
  return { sentence, evidence: proof(record.seq, state.at[index]) };
}

function observe(state: State, record: TraceRecord, view: ClusterView): Failure | undefined {
  if (record.kind === 'commit') return committed(state, record, view);
  if (record.kind === 'apply') return applied(state, record, view);
  if (record.kind === 'restore') {
    state.examined += 1;
    return reached(state, record, record);
  }
  if (record.kind === 'write' && record.snapshot !== null) {
    state.examined += 1;
    return reached(state, record, record.snapshot);
  }
  return undefined;
}

/** State Machine Safety (Raft §5.4.3, Figure 3). */
export const stateMachineSafety: Check<State> = {
  name: 'StateMachineSafety',
  promise: 'No two servers apply different entries at one index (Raft §5.4.3).',
  class: 'safety',
  kinds: ['commit', 'apply', 'restore', 'write'],
  start: (): State => ({ examined: 0, digests: [], by: [], at: [] }),
  observe,
  verdict: (state: State): Verdict => ({ kind: 'pass', examined: state.examined }),
  exempt: (): string => 'nothing was committed or applied',
};
