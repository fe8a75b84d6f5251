/**
 * Servers' timers. A timer has at most one valid event in the queue; arming it later only moves
 * `dueAt`, and the event, when it comes too early, goes back for the rest.
 */
import type { Timer } from '../raft/step.ts';
import { mark } from './emitter.ts';
import { draw, purpose, within } from './keyed.ts';
import type { Host, TimerState, World } from './world.ts';
import { codeOf, happening } from './world.ts';

export function newTimer(): TimerState {
  return {
    armed: false,
    generation: 0,
    dueAt: Infinity,
    wakeAt: Infinity,
    drawnFor: -1,
    drawn: 0,
  };
}

export function timerOf(host: Host, timer: Timer): TimerState {
  if (timer === 'election') return host.election;
  return timer === 'heartbeat' ? host.heartbeat : host.lease;
}

export interface Arm {
  readonly timer: Timer;
  readonly generation: number;
  readonly lowMicros: number;
  readonly highMicros: number;
}

function note(world: World, host: Host, timer: Timer, dueAt: number): void {
  const { emitter } = world;
  const seq = emitter.take(mark.arm, world.now, dueAt, host.index);
  const show = emitter.on.arm;
  if (show === null) return;
  show({ kind: 'arm', seq, at: world.now, cause: -1, server: host.id, timer, dueAt });
}

function happeningOf(timer: Timer): number {
  if (timer === 'election') return happening.electionTimer;
  return timer === 'heartbeat' ? happening.heartbeatTimer : happening.leaseTimer;
}

function schedule(world: World, host: Host, timer: Timer): void {
  const state = timerOf(host, timer);
  if (state.dueAt >= state.wakeAt) return;
  state.wakeAt = state.dueAt;
  const kind = happeningOf(timer);
  world.queue.push(state.dueAt, codeOf(kind, host.index, 0), undefined);
}

/**
 * An election time-out belongs to (server, term): however often the timer is restarted within a
 * term, and whatever else a shrunk scenario leaves out, the draw stays.
 */
export function arm(world: World, host: Host, wanted: Arm): void {
  const state = timerOf(host, wanted.timer);
  const { term } = host.node;
  if (state.drawnFor !== term) {
    const what = wanted.timer === 'election' ? purpose.election : purpose.heartbeat;
    state.drawn = draw(world.scenario.seed, what, host.index, term);
    state.drawnFor = term;
  }
  const micros = within(state.drawn, wanted.lowMicros, wanted.highMicros - 1);
  const restarted = state.armed;
  state.armed = true;
  state.generation = wanted.generation;
  state.dueAt =
    world.now +
    (host.skewPerMille === 0 ? micros : Math.floor((micros * 1_000) / (1_000 + host.skewPerMille)));
  if (!restarted) note(world, host, wanted.timer, state.dueAt);
  schedule(world, host, wanted.timer);
}

export function disarm(world: World, host: Host, timer: Timer): void {
  const state = timerOf(host, timer);
  if (state.armed) note(world, host, timer, -1);
  state.armed = false;
}

/**
 * True when the event that just came is the timer's own and its time has come. Virtual time is
 * never late; real time may be.
 */
export function rings(world: World, host: Host, timer: Timer): boolean {
  const state = timerOf(host, timer);
  if (state.wakeAt > world.now) return false;
  state.wakeAt = Infinity;
  if (!state.armed) return false;
  if (state.dueAt > world.now) {
    schedule(world, host, timer);
    return false;
  }
  state.armed = false;
  return true;
}

/** The event of a timer that rings only when it is chosen: back for the rest, or spent. */
export function spend(world: World, host: Host, timer: Timer): void {
  const state = timerOf(host, timer);
  if (state.wakeAt > world.now) return;
  state.wakeAt = Infinity;
  if (state.armed && state.dueAt > world.now) schedule(world, host, timer);
}

/** Timers ring by time again; what is overdue rings now. */
export function returnToTime(world: World, host: Host): void {
  for (const timer of ['election', 'heartbeat', 'lease'] as const) {
    const state = timerOf(host, timer);
    if (!state.armed) continue;
    state.dueAt = Math.max(world.now, state.dueAt);
    schedule(world, host, timer);
  }
}

/**
 * A leader's timer that has run out and that the server has not heard of, or null. Leases rest on
 * hearing of it before anything else, above all after a pause.
 */
export function overdue(world: World, { lease, heartbeat }: Host): Timer | null {
  if (!world.leases) return null;
  if (lease.armed && lease.dueAt <= world.now) return 'lease';
  return heartbeat.armed && heartbeat.dueAt <= world.now ? 'heartbeat' : null;
}

/** The server's clock jumps ahead: running timers are nearer by that much. */
export function jump(world: World, host: Host, byMicros: number): void {
  for (const timer of ['election', 'heartbeat', 'lease'] as const) {
    const state = timerOf(host, timer);
    if (!state.armed) continue;
    state.dueAt = Math.max(world.now, state.dueAt - byMicros);
    schedule(world, host, timer);
  }
}

/** The process died: nothing rings any more. */
export function silence(host: Host): void {
  host.election.armed = false;
  host.heartbeat.armed = false;
  host.lease.armed = false;
}
