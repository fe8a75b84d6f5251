/**
 * I24: with pre-vote and check-quorum nobody unseats a leader that a quorum hears. Judged in the
 * quiet period, once it has lasted long enough for every stale message and time-out to be over.
 */
import type { HeaderRecord, Json, TraceRecord } from '../trace/record.ts';
import type { Check, Verdict } from './check.ts';
import { leaderOf } from './liveness.ts';
import type { ClusterView } from './view.ts';

interface Led {
  readonly server: string;
  readonly term: number;
  readonly seq: number;
}

interface State {
  /** Why there is nothing to judge; empty: there is. */
  excuse: string;
  /** How long after `quiet` the leader is expected to stay, in microseconds. */
  graceMicros: number;
  /** From here on; Infinity: the quiet period has not begun. */
  since: number;
  /** Who led then, and the first other election. */
  leader: Led | null;
  usurper: Led | null;
}

/** Follows a path of names into JSON; undefined: it leads nowhere. */
function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let current = value;
  for (const name of path) {
    if (typeof current !== 'object' || current === null || Array.isArray(current)) return undefined;
    current = Object.entries(current).find(([key]) => key === name)?.[1];
  }
  return current;
}

function numberAt(value: Json | undefined, ...path: readonly string[]): number {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : 0;
}

/** Why a leader may lapse although nothing is unkind, or ''. */
function excuseOf({ scenario }: HeaderRecord): string {
  const features = at(scenario, 'cluster', 'features');
  if (at(features, 'preVote') !== true || at(features, 'checkQuorum') !== true) {
    return 'pre-vote and check-quorum are not both on';
  }
  const steps = at(scenario, 'workload', 'operator');
  if (Array.isArray(steps) && steps.length > 0) return 'an operator may ask for another leader';
  const cluster = at(scenario, 'cluster');
  const latency = numberAt(scenario, 'bus', 'latencyMicros', 'max');
  const disk =
    numberAt(cluster, 'diskMicros', 'max') + numberAt(cluster, 'disk', 'lateMicros', 'max');
  const round = numberAt(cluster, 'heartbeatMs') * 1_000 + 2 * (latency + disk);
  if (round < numberAt(cluster, 'electionMs', 'min') * 1_000) return '';
  return 'a round of heartbeats may take longer than the shortest election time-out';
}

/** Stale messages and the time-outs that they may still cause. */
function graceOf({ scenario }: HeaderRecord): number {
  const faults = at(scenario, 'faults');
  let longest = 0;
  for (const fault of Array.isArray(faults) ? faults : []) {
    longest = Math.max(longest, numberAt(fault, 'byMs'), numberAt(fault, 'afterMs'));
  }
  return (longest + 4 * numberAt(scenario, 'cluster', 'electionMs', 'max')) * 1_000;
}

function observe(state: State, record: TraceRecord, view: ClusterView): undefined {
  switch (record.kind) {
    case 'header':
      state.excuse = excuseOf(record);
      state.graceMicros = graceOf(record);
      return;
    case 'quiet':
      state.since = record.at + state.graceMicros;
      return;
    case 'state': {
      if (record.at < state.since || state.excuse !== '' || state.usurper !== null) return;
      const leader = leaderOf(view);
      if (leader !== undefined && state.leader === null) {
        state.leader = { server: leader.id, term: leader.term, seq: record.seq };
      }
      if (record.role !== 'leader' || state.leader === null) return;
      if (record.term <= state.leader.term) return;
      state.usurper = { server: record.server, term: record.term, seq: record.seq };
      return;
    }
    default:
  }
}

function verdict(state: State): Verdict {
  const { leader, usurper } = state;
  if (state.excuse !== '' || state.since === Infinity) return { kind: 'pass', examined: 0 };
  if (leader === null || usurper === null) return { kind: 'pass', examined: 1 };
  return {
    kind: 'fail',
    sentence:
      `${usurper.server} became leader of term ${String(usurper.term)} in the quiet period, ` +
      `although ${leader.server} led term ${String(leader.term)} and nothing was unkind any more`,
    evidence: [leader.seq, usurper.seq].toSorted((a, b) => a - b),
  };
}

/** Dissertation 9.6 and 6.2: pre-vote and check-quorum protect a leader that a quorum hears. */
export const quietLeader: Check<State> = {
  name: 'QuietLeader',
  promise: 'With pre-vote and check-quorum a leader that all hear stays (dissertation 9.6).',
  class: 'liveness',
  kinds: ['header', 'quiet', 'state'],
  start: (): State => ({
    excuse: 'the trace has no header',
    graceMicros: 0,
    since: Infinity,
    leader: null,
    usurper: null,
  }),
  observe,
  verdict,
  exempt: (state: State): string =>
    state.excuse === '' ? 'the run has no quiet period' : state.excuse,
};
