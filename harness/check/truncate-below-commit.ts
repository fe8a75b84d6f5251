/** I15: what a server has committed stays in its log. */
import type { TraceRecord } from '../trace/record.ts';
import type { Check, Failure, Verdict } from './check.ts';
import { proof, sameEntry } from './evidence.ts';
import type { ClusterView } from './view.ts';

interface State {
  examined: number;
  /** By position: `seq` of the last commit. */
  readonly committedAt: number[];
}

function observe(state: State, record: TraceRecord, view: ClusterView): Failure | undefined {
  if (record.kind === 'commit') {
    state.committedAt[view.server(record.server).position] = record.seq;
    return undefined;
  }
  if (record.kind !== 'write' || record.log === null) return undefined;
  state.examined += 1;
  const server = view.server(record.server);
  const { from, entries } = record.log;
  for (let index = from; index <= server.commitIndex; index += 1) {
    const held = server.log[index - 1];
    const put = entries[index - from];
    if (held === undefined || (put !== undefined && sameEntry(held, put))) continue;
    const did = put === undefined ? 'removed' : 'replaced';
    return {
      sentence:
        `${server.id} ${did} its entry at index ${String(index)}, ` +
        `although it had committed up to index ${String(server.commitIndex)}`,
      evidence: proof(record.seq, state.committedAt[server.position]),
    };
  }
  return undefined;
}

/** Follows from State Machine Safety (Raft §5.4.3): a committed entry is never removed. */
export const truncateBelowCommit: Check<State> = {
  name: 'TruncateBelowCommit',
  promise: 'A server never removes an entry that it has committed (Raft §5.4.3).',
  class: 'safety',
  kinds: ['commit', 'write'],
  start: (): State => ({ examined: 0, committedAt: [] }),
  observe,
  verdict: (state: State): Verdict => ({ kind: 'pass', examined: state.examined }),
  exempt: (state: State): string | undefined =>
    state.committedAt.length === 0 ? 'nothing was committed' : undefined,
};
