/**
 * I21 and I22: once nothing is unkind any more, the cluster elects a leader whom all follow, and
 * all logs become equal, committed and applied. Judged at the end of the quiet period. When time
 * was up first, the cluster may still have been at work: then only what is older than the last
 * quarter of the quiet period is due.
 */
import type { Configuration, TraceRecord } from '../trace/record.ts';
import type { Check, Verdict } from './check.ts';
import { listed, sameEntry } from './evidence.ts';
import { hasQuorum, isMember, quorumText } from './members.ts';
import type { ClusterView, ServerView } from './view.ts';

type EndReason = Extract<TraceRecord, { readonly kind: 'end' }>['reason'];

/** When the quiet period began and how the run ended. */
export interface Quiet {
  /** -1: not yet. */
  quietSeq: number;
  quietAt: number;
  endSeq: number;
  endAt: number;
  reason: EndReason | null;
}

export function newQuiet(): Quiet {
  return { quietSeq: -1, quietAt: -1, endSeq: -1, endAt: -1, reason: null };
}

export function observeQuiet(state: Quiet, record: TraceRecord): undefined {
  if (record.kind === 'quiet') {
    state.quietSeq = record.seq;
    state.quietAt = record.at;
  } else if (record.kind === 'end') {
    state.endSeq = record.seq;
    state.endAt = record.at;
    state.reason = record.reason;
  }
}

/** What began up to then should have been done at the end. */
export function dueBefore(state: Quiet): number {
  if (state.reason !== 'time') return state.endAt;
  return state.endAt - (state.endAt - state.quietAt) / 4;
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
export function leaderOf(view: ClusterView): ServerView | undefined {
  return activeServers(view)
    .filter((server) => server.role === 'leader')
    .toSorted((a, b) => b.term - a.term)[0];
}

function tooFewUp(view: ClusterView): string | undefined {
  const active = activeServers(view).map(({ id }) => id);
  const configuration = inForce(view);
  if (hasQuorum(configuration, (id) => active.includes(id))) return undefined;
  const names = active.length === 0 ? 'no server is' : `only ${listed(active)}`;
  return `${names} up, ${quorumText(configuration)} needed`;
}

/** What the leader goes by; without one, what was agreed on last. */
function inForce(view: ClusterView): Configuration {
  const stack = leaderOf(view)?.configurations ?? view.agreed;
  return (stack.at(-1) ?? view.agreed[0])?.configuration ?? view.initial;
}

/** Those who are up and whom the configuration in force names: the others may know nothing. */
function activeMembers(view: ClusterView): readonly ServerView[] {
  const configuration = inForce(view);
  return activeServers(view).filter(({ id }) => isMember(configuration, id));
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
  for (const server of activeMembers(view)) {
    if (server.term === leader.term && server.leader === leader.id) continue;
    const whom = server.leader === null ? 'nobody' : server.leader;
    return (
      `${leader.id} leads term ${term} at the end of the quiet period, ` +
      `but ${server.id} follows ${whom} in term ${String(server.term)}`
    );
  }
  return undefined;
}

/** How much of the leader's log is due. */
function dueIndex(state: Convergence, leader: ServerView): number {
  const cutoff = dueBefore(state.quiet);
  const late = state.writes.find(
    ({ server, at, from }) => server === leader.id && at > cutoff && from <= leader.log.length,
  );
  return late === undefined ? leader.log.length : late.from - 1;
}

function lagging(server: ServerView, leader: ServerView, due: number): string | undefined {
  const goal = String(due);
  if (server.log.length < due) {
    return `the log of ${server.id} ends at index ${String(server.log.length)} of ${goal}`;
  }
  const [own, led] = [server.log[due - 1], leader.log[due - 1]];
  if (own !== undefined && led !== undefined && !sameEntry(own, led)) {
    return `${server.id} and ${leader.id} still disagree at index ${goal}`;
  }
  if (server.commitIndex < due) {
    return `${server.id} lags at commit ${String(server.commitIndex)} of ${goal}`;
  }
  if (server.appliedIndex < due) {
    return `${server.id} has applied only ${String(server.appliedIndex)} of ${goal}`;
  }
  return undefined;
}

function apart(state: Convergence, view: ClusterView): string | undefined {
  const leader = leaderOf(view);
  if (leader === undefined) return 'without a leader the logs cannot become equal';
  const due = dueIndex(state, leader);
  for (const server of activeMembers(view)) {
    const sentence = lagging(server, leader, due);
    if (sentence !== undefined) return sentence;
    if (state.quiet.reason === 'settled' && server.log.length > due) {
      const [own, led] = [String(server.log.length), String(due)];
      return `the log of ${server.id} ends at index ${own}, that of leader ${leader.id} at ${led}`;
    }
  }
  return undefined;
}

function verdictOf(
  quiet: Quiet,
  view: ClusterView,
  missing: (view: ClusterView) => string | undefined,
): Verdict {
  const few = quiet.quietSeq < 0 ? undefined : tooFewUp(view);
  if (few !== undefined) return { kind: 'unknown', reason: few };
  return quietVerdict(quiet, view.servers.length, () => missing(view));
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

interface Convergence {
  readonly quiet: Quiet;
  /** Changes of logs in the quiet period, oldest first. */
  readonly writes: { readonly server: string; readonly from: number; readonly at: number }[];
}

function observeConvergence(state: Convergence, record: TraceRecord): undefined {
  if (record.kind !== 'write') observeQuiet(state.quiet, record);
  else if (state.quiet.quietSeq >= 0 && record.log !== null) {
    state.writes.push({ server: record.server, from: record.log.from, at: record.at });
  }
}

/** Raft §5.3: "the leader retries AppendEntries indefinitely until all followers store all". */
export const logsConverge: Check<Convergence> = {
  name: 'LogsConverge',
  promise: 'When the faults have stopped, all logs become equal, committed, applied (Raft §5.3).',
  class: 'liveness',
  kinds: ['quiet', 'end', 'write'],
  start: (): Convergence => ({ quiet: newQuiet(), writes: [] }),
  observe: observeConvergence,
  verdict: (state: Convergence, view: ClusterView): Verdict =>
    verdictOf(state.quiet, view, () => apart(state, view)),
  exempt: (state: Convergence): string | undefined => quietExempt(state.quiet),
};
