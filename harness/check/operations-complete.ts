/**
 * I23: once nothing is unkind any more, every operation ends, and clients are answered again. An
 * operation may time out; that one leader stands all the while, is asked, and answers none, not even
 * too late, is a failure.
 */
import { wishText } from '../trace/render-message.ts';
import type { HistoryRecord, OperateRecord, SendRecord, TraceRecord } from '../trace/record.ts';
import type { Check, Verdict } from './check.ts';
import type { Heat } from './heat.ts';
import { cold, heatText, move } from './heat.ts';
import { leaderOf } from './liveness.ts';
import type { Quiet } from './quiet.ts';
import { dueBefore, newQuiet, observeQuiet, quietExempt, quietVerdict } from './quiet.ts';
import type { ClusterView, ServerView } from './view.ts';

interface Open {
  readonly record: HistoryRecord;
  /** Who led when it began, and in which term. */
  readonly leader: ServerView | undefined;
  readonly term: number;
  /** That leader was asked. */
  asked: boolean;
}

interface State {
  invoked: number;
  readonly quiet: Quiet;
  /** By process: the operation it waits for. */
  readonly open: Map<number, Open>;
  /** What the operator waits for. */
  wish: OperateRecord | null;
  /** Begun in the quiet period, ended without an answer, and all the while one leader stood. */
  unanswered: number;
  firstUnanswered: HistoryRecord | null;
  answeredInQuiet: number;
  /** Requests sent in the quiet period. */
  readonly heat: Heat;
}

/** `c2's write of x`. */
function operationName({ client, f, key }: HistoryRecord): string {
  return `${client}'s ${f} of ${key}`;
}

function began(state: State, record: HistoryRecord, view: ClusterView): void {
  state.invoked += 1;
  const leader = state.quiet.quietSeq < 0 ? undefined : leaderOf(view);
  const term = leader?.term ?? 0;
  state.open.set(record.process, { record, leader, term, asked: false });
}

function ended(state: State, record: HistoryRecord): void {
  const open = state.open.get(record.process);
  state.open.delete(record.process);
  if (state.quiet.quietSeq < 0) return;
  if (record.kind !== 'info' || record.error === 'session expired') state.answeredInQuiet += 1;
  else if (
    open?.asked === true &&
    open.leader?.role === 'leader' &&
    open.leader.term === open.term
  ) {
    state.unanswered += 1;
    state.firstUnanswered ??= open.record;
  }
}

/** Clients ask, and are answered: what is no answer in substance does not count. */
function sent(state: State, { message, at }: SendRecord): void {
  if (state.quiet.quietSeq < 0) return;
  if (message.kind === 'ClientRequest') {
    move(state.heat, at);
    for (const open of state.open.values()) {
      if (open.record.client === message.from && open.leader?.id === message.to) open.asked = true;
    }
  } else if (message.kind === 'ClientReply') {
    const { kind } = message.answer;
    if (kind !== 'notLeader' && kind !== 'busy') state.answeredInQuiet += 1;
  }
}

function observe(state: State, record: TraceRecord, view: ClusterView): undefined {
  if (record.kind === 'send') sent(state, record);
  else if (record.kind === 'invoke') began(state, record, view);
  else if (record.kind === 'ok' || record.kind === 'fail' || record.kind === 'info') {
    ended(state, record);
  } else if (record.kind === 'operate') {
    state.wish = record.phase === 'invoke' ? record : null;
  } else observeQuiet(state.quiet, record);
}

/** Since it was asked for, which asking again could have ended. */
function hot({ quiet, heat }: State, { at }: Pick<TraceRecord, 'at'>): string {
  return heatText(quiet, { ...heat, hotAt: at }, 'request');
}

function missing(state: State): string | undefined {
  const cutoff = dueBefore(state.quiet);
  const overdue = [...state.open.values()].filter(({ record }) => record.at <= cutoff);
  const [first] = overdue;
  if (first !== undefined) {
    const others = overdue.length - 1;
    const more = others === 0 ? '' : ` (and ${String(others)} more like it)`;
    const name = operationName(first.record);
    return `${name} has no answer at the end of the quiet period${more}${hot(state, first.record)}`;
  }
  if (state.wish !== null && state.wish.at <= cutoff) {
    const what = wishText(state.wish.wish);
    const { client } = state.wish;
    return `${client}'s ${what} has no answer at the end of the quiet period${hot(state, state.wish)}`;
  }
  const { firstUnanswered, unanswered, answeredInQuiet } = state;
  if (firstUnanswered === null || answeredInQuiet > 0) return undefined;
  return (
    `a leader stood, but none of the operations begun after the faults had stopped was answered ` +
    `(${String(unanswered)}), the first being ${operationName(firstUnanswered)}`
  );
}

/** Raft §8: a client asks again until it is answered. */
export const operationsComplete: Check<State> = {
  name: 'OperationsComplete',
  promise: 'When the faults have stopped, every operation is answered (Raft §8).',
  class: 'liveness',
  kinds: ['quiet', 'end', 'send', 'invoke', 'ok', 'fail', 'info', 'operate'],
  messages: ['ClientRequest', 'ClientReply'],
  start: (): State => ({
    invoked: 0,
    quiet: newQuiet(),
    open: new Map(),
    wish: null,
    unanswered: 0,
    firstUnanswered: null,
    answeredInQuiet: 0,
    heat: cold(),
  }),
  observe,
  verdict: (state: State): Verdict =>
    quietVerdict(state.quiet, state.invoked, () => missing(state)),
  exempt: (state: State): string | undefined =>
    state.invoked === 0 ? 'no client asked for anything' : quietExempt(state.quiet),
};
