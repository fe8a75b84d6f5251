/**
 * I19: a voter that is up always waits for some timer, else nothing would ever move it again.
 * Timers are only told of in full traces.
 */
import type { TimerRecord, TraceRecord } from '../trace/record.ts';
import type { Check, Failure, Verdict } from './check.ts';
import { proof } from './evidence.ts';
import type { ClusterView, ServerView } from './view.ts';

type Timer = TimerRecord['timer'];

interface Armed {
  election: boolean;
  heartbeat: boolean;
  seq: number;
}

interface State {
  arms: number;
  /** By position. */
  readonly armed: Armed[];
}

function armedOf(state: State, server: ServerView): Armed {
  return (state.armed[server.position] ??= { election: false, heartbeat: false, seq: -1 });
}

function unarmed(state: State, server: ServerView, seq: number): Failure | undefined {
  const armed = armedOf(state, server);
  if (armed.election || armed.heartbeat) return undefined;
  return {
    sentence: `${server.id} was up as ${server.role} without any timer running`,
    evidence: proof(seq, armed.seq < 0 ? undefined : armed.seq),
  };
}

function set(armed: Armed, timer: Timer, change: { readonly on: boolean; readonly seq: number }) {
  if (timer === 'election') armed.election = change.on;
  else armed.heartbeat = change.on;
  armed.seq = change.seq;
}

function fired(state: State, record: TimerRecord, server: ServerView): Failure | undefined {
  const armed = armedOf(state, server);
  const on = record.timer === 'election' ? armed.election : armed.heartbeat;
  const before = armed.seq < 0 ? undefined : armed.seq;
  set(armed, record.timer, { on: false, seq: record.seq });
  if (on) return undefined;
  return {
    sentence: `${server.id}'s ${record.timer} timer fired although it was not armed`,
    evidence: proof(record.seq, before),
  };
}

function observe(state: State, record: TraceRecord, view: ClusterView): Failure | undefined {
  if (record.kind === 'arm') {
    state.arms += 1;
    const armed = armedOf(state, view.server(record.server));
    set(armed, record.timer, { on: record.dueAt >= 0, seq: record.seq });
    return undefined;
  }
  if (record.kind === 'online' || record.kind === 'crash' || record.kind === 'offline') {
    const armed = armedOf(state, view.server(record.server));
    armed.election = false;
    armed.heartbeat = false;
    armed.seq = record.seq;
    return undefined;
  }
  if (state.arms === 0) return undefined;
  if (record.kind === 'timer') return fired(state, record, view.server(record.server));
  // Between two steps is when a message arrives and when the world ends.
  if (record.kind === 'deliver') {
    const server = view.servers.find(({ id }) => id === record.to);
    return server?.up === true ? unarmed(state, server, record.seq) : undefined;
  }
  // A violation may stop the run in the middle of a step.
  if (record.kind !== 'end' || record.reason === 'violation') return undefined;
  for (const server of view.servers) {
    const failure = server.up ? unarmed(state, server, record.seq) : undefined;
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** Raft §5.2: followers and candidates wait for an election time-out, leaders for a heartbeat. */
export const oneTimerPerVoter: Check<State> = {
  name: 'OneTimerPerVoter',
  promise: 'A voter that is up always has a timer running (Raft §5.2).',
  class: 'safety',
  kinds: ['arm', 'timer', 'online', 'crash', 'offline', 'deliver', 'end'],
  start: (): State => ({ arms: 0, armed: [] }),
  observe,
  verdict: (state: State): Verdict => ({ kind: 'pass', examined: state.arms }),
  exempt: (): string => 'the trace does not tell of timers',
};
