/** I1: a server's term never falls, and a restart does not forget a term that was durable. */
import type { OnlineRecord, StateRecord, TraceRecord, WriteRecord } from '../trace/record.ts';
import type { Check, Failure, Verdict } from './check.ts';
import type { ClusterView } from './view.ts';

interface State {
  examined: number;
  /** By position: `seq` of the record that last told the server's term. */
  readonly lastSeq: number[];
}

type Telling = StateRecord | OnlineRecord | WriteRecord;

/** The term that a record states, or -1. */
function toldTerm(record: Telling): number {
  if (record.kind === 'write') return record.hard === null ? -1 : record.hard.term;
  return record.term;
}

function observe(state: State, record: TraceRecord, view: ClusterView): Failure | undefined {
  if (record.kind !== 'state' && record.kind !== 'online' && record.kind !== 'write') {
    return undefined;
  }
  const term = toldTerm(record);
  if (term < 0) return undefined;
  const server = view.server(record.server);
  const before = state.lastSeq[server.position];
  state.lastSeq[server.position] = record.seq;
  state.examined += 1;
  const floor = record.kind === 'online' ? server.disk.term : server.term;
  if (term >= floor) return undefined;
  const sentence =
    record.kind === 'online'
      ? `${server.id} came back in term ${String(term)}, but its disk held term ${String(floor)}`
      : `${server.id} went back from term ${String(floor)} to term ${String(term)}`;
  return { sentence, evidence: before === undefined ? [record.seq] : [before, record.seq] };
}

/** Lemma 1 of the proof (dissertation, appendix B). */
export const termMonotonic: Check<State> = {
  name: 'TermMonotonic',
  promise: "A server's term never decreases, not even over a restart (Raft §5.1, Figure 2).",
  class: 'safety',
  kinds: ['state', 'write', 'online'],
  start: (): State => ({ examined: 0, lastSeq: [] }),
  observe,
  verdict: (state: State): Verdict => ({ kind: 'pass', examined: state.examined }),
};
