/** I6: within one incarnation commit and applied only grow, and applied ≤ commit ≤ last. */
import type { ApplyRecord, CommitRecord, TraceRecord } from '../trace/record.ts';
import type { Check, Failure, Verdict } from './check.ts';
import { proof } from './evidence.ts';
import type { ClusterView, ServerView } from './view.ts';

interface State {
  examined: number;
  /** By position: `seq` of the last commit and of the last apply. */
  readonly committedAt: number[];
  readonly appliedAt: number[];
}

function committed(
  server: ServerView,
  record: CommitRecord,
  seq: number | undefined,
): Failure | undefined {
  const { commitIndex } = record;
  if (commitIndex >= server.commitIndex && commitIndex <= server.log.length) return undefined;
  const last = String(server.log.length);
  const sentence =
    commitIndex < server.commitIndex
      ? `${server.id} took its commit index back ` +
        `from ${String(server.commitIndex)} to ${String(commitIndex)}`
      : `${server.id} committed up to index ${String(commitIndex)}, but its log ends at ${last}`;
  return { sentence, evidence: proof(record.seq, seq) };
}

function applied(server: ServerView, record: ApplyRecord): string | undefined {
  const { index } = record;
  const before = server.appliedIndex;
  if (index !== before + 1) {
    return `${server.id} applied index ${String(index)} right after index ${String(before)}`;
  }
  if (index <= server.commitIndex) return undefined;
  return (
    `${server.id} applied index ${String(index)}, ` +
    `but it has committed only up to ${String(server.commitIndex)}`
  );
}

function observe(state: State, record: TraceRecord, view: ClusterView): Failure | undefined {
  if (record.kind === 'commit') {
    state.examined += 1;
    const server = view.server(record.server);
    const failure = committed(server, record, state.committedAt[server.position]);
    state.committedAt[server.position] = record.seq;
    return failure;
  }
  if (record.kind !== 'apply') return undefined;
  state.examined += 1;
  const server = view.server(record.server);
  const sentence = applied(server, record);
  const before = state.appliedAt[server.position];
  state.appliedAt[server.position] = record.seq;
  if (sentence === undefined) return undefined;
  const evidence = proof(record.seq, before, state.committedAt[server.position]);
  return { sentence, evidence };
}

/** Raft Figure 2: the highest index known to be committed "increases monotonically". */
export const commitMonotonic: Check<State> = {
  name: 'CommitMonotonic',
  promise: 'Commit and applied index only grow, and applied ≤ commit ≤ last (Raft Figure 2).',
  class: 'safety',
  kinds: ['commit', 'apply'],
  start: (): State => ({ examined: 0, committedAt: [], appliedAt: [] }),
  observe,
  verdict: (state: State): Verdict => ({ kind: 'pass', examined: state.examined }),
  exempt: (): string => 'nothing was committed or applied',
};
