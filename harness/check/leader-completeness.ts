/**
 * I9: a new leader holds everything committed in earlier terms. A late leader of an old term need
 * not hold what later terms committed meanwhile: its election is history already.
 */
import type { StateRecord, TraceRecord } from '../trace/record.ts';
import type { Check, Failure, Verdict } from './check.ts';
import { entryName, proof, sameEntry } from './evidence.ts';
import type { ClusterView, ServerView } from './view.ts';

interface State {
  examined: number;
}

function holds(server: ServerView, view: ClusterView, index: number): boolean {
  const agreed = view.committed[index - 1];
  const held = server.log[index - 1];
  return agreed === undefined || (held !== undefined && sameEntry(agreed, held));
}

function lacking(record: StateRecord, server: ServerView, view: ClusterView): Failure | undefined {
  let last = view.committed.length;
  while (last > 0 && (view.committedInTerm[last - 1] ?? 0) >= record.term) last -= 1;
  // With LogMatching, holding the last one means holding all before it.
  if (holds(server, view, last)) return undefined;
  let index = 1;
  while (holds(server, view, index)) index += 1;
  const agreed = view.committed[index - 1];
  if (agreed === undefined) return undefined;
  const held = server.log[index - 1];
  const became = `${server.id} became leader of term ${String(record.term)}`;
  const by = view.committedBy[index - 1]?.id ?? 'another server';
  const sentence =
    held === undefined
      ? `${became} without ${entryName(agreed)}, which ${by} had committed`
      : `${became} with ${entryName(held)} where ${by} had committed ${entryName(agreed)}`;
  return { sentence, evidence: proof(record.seq, view.committedAt[index - 1]) };
}

function observe(state: State, record: TraceRecord, view: ClusterView): Failure | undefined {
  if (record.kind !== 'state' || record.role !== 'leader') return undefined;
  const server = view.server(record.server);
  if (server.role === 'leader' && server.roleTerm === record.term) return undefined;
  state.examined += 1;
  return lacking(record, server, view);
}

/** Leader Completeness (Raft §5.4, Figure 3). */
export const leaderCompleteness: Check<State> = {
  name: 'LeaderCompleteness',
  promise: 'An entry committed in one term is in the log of every later leader (Raft §5.4).',
  class: 'safety',
  kinds: ['state'],
  start: (): State => ({ examined: 0 }),
  observe,
  verdict: (state: State): Verdict => ({ kind: 'pass', examined: state.examined }),
  exempt: (): string => 'no server became leader',
};
