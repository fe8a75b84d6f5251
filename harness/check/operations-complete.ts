/**
 * I23: once nothing is unkind any more, every operation ends, and clients are answered again. An
 * operation may time out; that none is answered although a leader stands is a failure.
 */
import type { HistoryRecord, TraceRecord } from '../trace/record.ts';
import type { Check, Verdict } from './check.ts';
import type { Quiet } from './liveness.ts';
import { dueBefore, newQuiet, observeQuiet, quietExempt, quietVerdict } from './liveness.ts';
import type { ClusterView } from './view.ts';

interface State {
  invoked: number;
  readonly quiet: Quiet;
  /** By process: the operation it waits for. */
  readonly open: Map<number, HistoryRecord>;
  /** Begun in the quiet period under a leader and ended without an answer. */
  unanswered: number;
  firstUnanswered: HistoryRecord | null;
  answeredInQuiet: number;
}

/** `c2's write of x`. */
function operationName({ client, f, key }: HistoryRecord): string {
  return `${client}'s ${f} of ${key}`;
}

function ended(state: State, record: HistoryRecord): void {
  const invoked = state.open.get(record.process);
  state.open.delete(record.process);
  if (state.quiet.quietSeq < 0) return;
  if (record.kind !== 'info' || record.error === 'session expired') state.answeredInQuiet += 1;
  else if (invoked !== undefined && invoked.seq > state.quiet.quietSeq) {
    state.unanswered += 1;
    state.firstUnanswered ??= invoked;
  }
}

function observe(state: State, record: TraceRecord): undefined {
  if (record.kind === 'invoke') {
    state.invoked += 1;
    state.open.set(record.process, record);
  } else if (record.kind === 'ok' || record.kind === 'fail' || record.kind === 'info') {
    ended(state, record);
  } else {
    observeQuiet(state.quiet, record);
  }
}

function missing(state: State, view: ClusterView): string | undefined {
  const cutoff = dueBefore(state.quiet);
  const overdue = [...state.open.values()].filter((invoked) => invoked.at <= cutoff);
  const [first] = overdue;
  if (first !== undefined) {
    const others = overdue.length - 1;
    const more = others === 0 ? '' : ` (and ${String(others)} more like it)`;
    return `${operationName(first)} has no answer at the end of the quiet period${more}`;
  }
  const { firstUnanswered, unanswered, answeredInQuiet } = state;
  if (firstUnanswered === null || answeredInQuiet > 0) return undefined;
  if (!view.servers.some((server) => server.up && server.role === 'leader')) return undefined;
  return (
    `none of the operations begun after the faults had stopped was answered ` +
    `(${String(unanswered)}), the first being ${operationName(firstUnanswered)}`
  );
}

/** Raft §8: a client asks again until it is answered. */
export const operationsComplete: Check<State> = {
  name: 'OperationsComplete',
  promise: 'When the faults have stopped, every operation is answered (Raft §8).',
  class: 'liveness',
  kinds: ['quiet', 'end', 'invoke', 'ok', 'fail', 'info'],
  start: (): State => ({
    invoked: 0,
    quiet: newQuiet(),
    open: new Map(),
    unanswered: 0,
    firstUnanswered: null,
    answeredInQuiet: 0,
  }),
  observe,
  verdict: (state: State, view: ClusterView): Verdict =>
    quietVerdict(state.quiet, state.invoked, () => missing(state, view)),
  exempt: (state: State): string | undefined =>
    state.invoked === 0 ? 'no client asked for anything' : quietExempt(state.quiet),
};
