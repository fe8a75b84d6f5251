/**
 * The wheel: takes what happens next, from the queue or from the bus, until the cluster has shown
 * after the quiet that it still works, or time is up.
 */
import type { Micros } from '../bus/bus.ts';
import { onBus } from './arrive.ts';
import { turnByChoice } from './choose.ts';
import { mark } from './emitter.ts';
import { happen } from './happen.ts';
import type { RunOptions } from './setup.ts';
import { begin, newWorld } from './setup.ts';
import { settled } from './settled.ts';
import { MachineBroke } from './turn.ts';
import type { Counters, Host, World } from './world.ts';

export interface Run {
  readonly reason: 'settled' | 'time' | 'events' | 'violation';
  readonly counters: Counters;
  readonly simMicros: Micros;
  /** Records numbered, the header among them. */
  readonly records: number;
  /** All records in 32 bits: equal runs have equal ones, with and without a trace. */
  readonly digest: number;
  /** The machine threw: one of its own assertions failed. */
  readonly broke: MachineBroke | null;
}

/** How often, in events, a quiet world is asked whether all is settled. */
const settledEvery = 16;

/** Runs a scenario to its end. Deterministic: the same scenario gives the same records. */
export function run(options: RunOptions): Run {
  const world = newWorld(options);
  let broke: MachineBroke | null = null;
  let reason: Run['reason'] = 'violation';
  try {
    reason = wholeTurn(world, options);
  } catch (error) {
    if (!(error instanceof MachineBroke)) throw error;
    broke = error;
  }
  const { emitter } = world;
  const seq = emitter.take(mark.end, world.now, 0);
  const show = emitter.on.end;
  if (show !== null) {
    const online = world.hosts.filter(isOnline).map((host) => host.id);
    show({ kind: 'end', seq, at: world.now, cause: -1, reason, online });
  }
  return {
    reason,
    counters: world.counters,
    simMicros: world.now,
    records: emitter.taken,
    digest: emitter.digest,
    broke,
  };
}

const isOnline = (host: Host): boolean => host.up && host.node.role !== 'offline';

/** The unkind part by the scheduler's choices, if there is one, and the rest by time. */
function wholeTurn(world: World, { scenario, scheduler = null, stop }: RunOptions): Run['reason'] {
  const { schedule } = scenario;
  if (schedule === undefined) begin(world);
  else {
    if (scheduler === null) throw new Error('a scenario with a schedule needs a scheduler');
    const reason = turnByChoice(world, { schedule, scheduler, stop });
    if (reason !== 'quiet') return reason;
  }
  return turn(world, stop);
}

function turn(world: World, stop: () => boolean): Run['reason'] {
  const { queue, bus, counters } = world;
  const { eventsMax } = world.scenario.limits;
  for (;;) {
    const wakeAt = bus.wakeAt() ?? Infinity;
    const next = queue.nextTime();
    if (wakeAt <= next) {
      if (wakeAt === Infinity) return 'time';
      world.now = Math.max(world.now, wakeAt);
      const events = bus.poll(world.now);
      for (let i = 0; i < events.length; i++) {
        const event = events[i];
        if (event !== undefined) onBus(world, event);
        counters.events += 1;
        if (stop()) return 'violation';
      }
    } else {
      queue.pop();
      // What a scheduler left behind may lie a step in the past.
      world.now = Math.max(world.now, queue.time);
      counters.events += 1;
      happen(world, queue.code, queue.payload);
      if (stop()) return 'violation';
    }
    if (world.finished) return 'time';
    if (counters.events >= eventsMax) return 'events';
    if (world.quiet && counters.events % settledEvery === 0 && settled(world)) return 'settled';
  }
}
