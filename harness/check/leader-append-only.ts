/** I4: a leader only ever adds to its log. */
import type { TraceRecord } from '../trace/record.ts';
import type { Check, Failure, Verdict } from './check.ts';
import { proof, sameEntry } from './evidence.ts';
import type { ClusterView } from './view.ts';

interface State {
  examined: number;
  /** By position: `seq` of the record that made the server leader. */
  readonly ledSince: number[];
}

function observe(state: State, record: TraceRecord, view: ClusterView): Failure | undefined {
  if (record.kind === 'state') {
    const server = view.server(record.server);
    if (record.role === 'leader' && server.role !== 'leader') {
      state.ledSince[server.position] = record.seq;
    }
    return undefined;
  }
  if (record.kind !== 'write' || record.log === null) return undefined;
  const server = view.server(record.server);
  if (server.role !== 'leader') return undefined;
  // A step that gives up the leadership may record its write before its change of role.
  const term = record.hard === null ? server.term : record.hard.term;
  if (term !== server.roleTerm) return undefined;
  state.examined += 1;
  const { from, entries } = record.log;
  for (let index = from; index <= server.log.length; index += 1) {
    const held = server.log[index - 1];
    const put = entries[index - from];
    if (held === undefined || (put !== undefined && sameEntry(held, put))) continue;
    const did = put === undefined ? 'removed' : 'overwrote';
    return {
      sentence:
        `${server.id} ${did} its entry at index ${String(index)} ` +
        `while it was leader of term ${String(term)}`,
      evidence: proof(record.seq, state.ledSince[server.position]),
    };
  }
  return undefined;
}

/** Leader Append-Only (Raft §5.3, Figure 3). */
export const leaderAppendOnly: Check<State> = {
  name: 'LeaderAppendOnly',
  promise: 'A leader never overwrites or deletes entries in its own log (Raft §5.3).',
  class: 'safety',
  kinds: ['state', 'write'],
  start: (): State => ({ examined: 0, ledSince: [] }),
  observe,
  verdict: (state: State): Verdict => ({ kind: 'pass', examined: state.examined }),
  exempt: (state: State): string | undefined =>
    state.ledSince.length === 0 ? 'no server became leader' : undefined,
};
