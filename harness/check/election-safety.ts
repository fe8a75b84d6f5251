/** I3: one leader a term, ever. The oracle remembers who led each term. */
import type { TraceRecord } from '../trace/record.ts';
import type { Check, Failure, Verdict } from './check.ts';

interface Led {
  readonly server: string;
  readonly seq: number;
}

interface State {
  readonly leaders: Map<number, Led>;
}

function observe(state: State, record: TraceRecord): Failure | undefined {
  if (record.kind !== 'state' || record.role !== 'leader') return undefined;
  const known = state.leaders.get(record.term);
  if (known === undefined) {
    state.leaders.set(record.term, { server: record.server, seq: record.seq });
    return undefined;
  }
  if (known.server === record.server) return undefined;
  return {
    sentence: `two leaders in term ${String(record.term)} — ${known.server} and ${record.server}`,
    evidence: [known.seq, record.seq],
  };
}

/** Election Safety (Raft §5.2, Figure 3). */
export const electionSafety: Check<State> = {
  name: 'ElectionSafety',
  promise: 'A term has at most one leader (Raft §5.2).',
  class: 'safety',
  kinds: ['state'],
  start: (): State => ({ leaders: new Map() }),
  observe,
  verdict: (state: State): Verdict => ({ kind: 'pass', examined: state.leaders.size }),
};
