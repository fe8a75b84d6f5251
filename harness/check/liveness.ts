/**
 * I21 and I22: once nothing is unkind any more, the cluster elects a leader whom all follow, and
 * all logs become equal, committed and applied. Judged at the end of the quiet period.
 */
import type { TraceRecord } from '../trace/record.ts';
import type { Check, Verdict } from './check.ts';
import { listed, sameEntry } from './evidence.ts';
import type { ClusterView, ServerView } from './view.ts';

type EndReason = Extract<TraceRecord, { readonly kind: 'end' }>['reason'];

/** When the quiet period began and how the run ended. */
export interface Quiet {
  /** -1: not yet. */
  quietSeq: number;
  endSeq: number;
  reason: EndReason | null;
}

export function newQuiet(): Quiet {
  return { quietSeq: -1, endSeq: -1, reason: null };
}

export function observeQuiet(state: Quiet, record: TraceRecord): undefined {
  if (record.kind === 'quiet') state.quietSeq = record.seq;
  else if (record.kind === 'end') {
    state.endSeq = record.seq;
    state.reason = record.reason;
  }
}

/** No quiet period, nothing to judge. */
export function quietExempt(state: Quiet): string | undefined {
  return state.quietSeq < 0 ? 'the run has no quiet period' : undefined;
}

/**
 * The verdict on a quiet period: `missing` says what was not reached, or undefined. A run cut short
 * proves nothing either way.
 */
export function quietVerdict(
  state: Quiet,
  examined: number,
  missing: () => string | undefined,
): Verdict {
  if (state.quietSeq < 0) return { kind: 'pass', examined: 0 };
  switch (state.reason) {
    case null:
      return { kind: 'unknown', reason: 'the trace ends without saying how the run ended' };
    case 'events':
      return { kind: 'unknown', reason: 'the limit on events ended the run in its quiet period' };
    case 'violation':
      return { kind: 'unknown', reason: 'a violation ended the run before its quiet period did' };
    case 'settled':
    case 'time': {
      const sentence = missing();
      if (sentence === undefined) return { kind: 'pass', examined };
      return { kind: 'fail', sentence, evidence: [state.quietSeq, state.endSeq] };
    }
  }
}

function activeServers(view: ClusterView): readonly ServerView[] {
  return view.servers.filter((server) => server.up && !server.paused);
}

/** The leader of the highest term among the servers that are up. */
function leaderOf(view: ClusterView): ServerView | undefined {
  return activeServers(view)
    .filter((server) => server.role === 'leader')
    .toSorted((a, b) => b.term - a.term)[0];
}

function tooFewUp(view: ClusterView): string | undefined {
  const active = activeServers(view);
  if (active.length >= view.majority) return undefined;
  const names = active.length === 0 ? 'no server is' : `only ${listed(active.map(({ id }) => id))}`;
  return `${names} up, ${String(view.majority)} of ${String(view.servers.length)} needed`;
}

function withoutLeader(view: ClusterView): string | undefined {
  const leader = leaderOf(view);
  if (leader === undefined) {
    const servers = view.servers.map(
      ({ id, role, term }) => `${id} ${role} in term ${String(term)}`,
    );
    return `no leader at the end of the quiet period: ${servers.join(', ')}`;
  }
  const term = String(leader.term);
  for (const server of activeServers(view)) {
    if (server.term === leader.term && server.leader === leader.id) continue;
    const whom = server.leader === null ? 'nobody' : server.leader;
    return (
      `${leader.id} leads term ${term} at the end of the quiet period, ` +
      `but ${server.id} follows ${whom} in term ${String(server.term)}`
    );
  }
  return undefined;
}

function apart(view: ClusterView): string | undefined {
  const active = activeServers(view);
  // Without a leader the longest log is the measure.
  const longest = active.toSorted((a, b) => b.log.length - a.log.length)[0];
  const measure = leaderOf(view) ?? longest;
  if (measure === undefined) return 'no server is up at the end of the quiet period';
  const last = String(measure.log.length);
  for (const server of active) {
    const length = Math.min(server.log.length, measure.log.length);
    for (let index = length; index > 0; index -= 1) {
      const [own, theirs] = [server.log[index - 1], measure.log[index - 1]];
      if (own === undefined || theirs === undefined || sameEntry(own, theirs)) break;
      return `${server.id} and ${measure.id} still disagree at index ${String(index)}`;
    }
    if (server.log.length !== measure.log.length) {
      const own = String(server.log.length);
      return `the log of ${server.id} ends at index ${own}, that of ${measure.id} at ${last}`;
    }
  }
  for (const server of active) {
    if (server.commitIndex !== measure.log.length) {
      return `${server.id} lags at commit ${String(server.commitIndex)} of ${last}`;
    }
    if (server.appliedIndex !== measure.log.length) {
      return `${server.id} has applied only ${String(server.appliedIndex)} of ${last}`;
    }
  }
  return undefined;
}

function verdictOf(
  state: Quiet,
  view: ClusterView,
  missing: (view: ClusterView) => string | undefined,
): Verdict {
  const few = state.quietSeq < 0 ? undefined : tooFewUp(view);
  if (few !== undefined) return { kind: 'unknown', reason: few };
  return quietVerdict(state, view.servers.length, () => missing(view));
}

/** Raft §5.2 and §9.3: with timing that holds, elections succeed. */
export const leaderElected: Check<Quiet> = {
  name: 'LeaderElected',
  promise: 'When the faults have stopped, a leader emerges whom all servers follow (Raft §5.2).',
  class: 'liveness',
  kinds: ['quiet', 'end'],
  start: newQuiet,
  observe: observeQuiet,
  verdict: (state: Quiet, view: ClusterView): Verdict => verdictOf(state, view, withoutLeader),
  exempt: quietExempt,
};

/** Raft §5.3: "the leader retries AppendEntries indefinitely until all followers store all". */
export const logsConverge: Check<Quiet> = {
  name: 'LogsConverge',
  promise: 'When the faults have stopped, all logs become equal, committed, applied (Raft §5.3).',
  class: 'liveness',
  kinds: ['quiet', 'end'],
  start: newQuiet,
  observe: observeQuiet,
  verdict: (state: Quiet, view: ClusterView): Verdict => verdictOf(state, view, apart),
  exempt: quietExempt,
};
