/**
 * I21 and I22: once nothing is unkind any more, the cluster elects a leader whom all follow, and
 * all logs become equal, committed and applied. Judged at the end of the quiet period. When time
 * was up first, the cluster may still have been at work: then only what is older than the last
 * quarter of the quiet period is due.
 */
import type { Configuration, TraceRecord } from '../trace/record.ts';
import type { Check, Verdict } from './check.ts';
import type { Heat } from './heat.ts';
import { cold, cool, heatText, move, warm } from './heat.ts';
import { listed, sameEntry } from './evidence.ts';
import { hasQuorum, isMember, quorumText } from './members.ts';
import type { Quiet } from './quiet.ts';
import { dueBefore, newQuiet, observeQuiet, quietExempt, quietVerdict } from './quiet.ts';
import type { ClusterView, ServerView } from './view.ts';

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

interface Election {
  readonly quiet: Quiet;
  /** Hot: nobody leads, or somebody follows another one. */
  readonly heat: Heat;
  changedAt: number;
}

/** The view shows how things stood since the last change. */
function observeElection(state: Election, record: TraceRecord, view: ClusterView): undefined {
  const { quiet, heat } = state;
  if (quiet.quietSeq >= 0) {
    if (withoutLeader(view) === undefined) cool(heat);
    else warm(heat, state.changedAt);
    if (record.kind === 'state') move(heat, record.at);
  }
  state.changedAt = record.at;
  observeQuiet(quiet, record);
}

/** Raft §5.2 and §9.3: with timing that holds, elections succeed. */
export const leaderElected: Check<Election> = {
  name: 'LeaderElected',
  promise: 'When the faults have stopped, a leader emerges whom all servers follow (Raft §5.2).',
  class: 'liveness',
  kinds: ['quiet', 'end', 'state'],
  start: (): Election => ({ quiet: newQuiet(), heat: cold(), changedAt: -1 }),
  observe: observeElection,
  verdict: ({ quiet, heat }: Election, view: ClusterView): Verdict =>
    verdictOf(quiet, view, () => {
      const sentence = withoutLeader(view);
      if (sentence === undefined) return undefined;
      return sentence + heatText(quiet, heat, 'state change');
    }),
  exempt: ({ quiet }: Election): string | undefined => quietExempt(quiet),
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

/** Logs apart at the end are taken to have been so all the while; writes could bring them together. */
function hotOf({ quiet, writes }: Convergence): Heat {
  return { hotAt: quiet.quietAt, moves: writes.length, movedAt: writes.at(-1)?.at ?? -1 };
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
    verdictOf(state.quiet, view, () => {
      const sentence = apart(state, view);
      return sentence === undefined
        ? undefined
        : sentence + heatText(state.quiet, hotOf(state), 'write');
    }),
  exempt: (state: Convergence): string | undefined => quietExempt(state.quiet),
};
