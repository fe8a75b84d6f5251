/**
 * The wheel while a scheduler decides. Whatever is due goes to the pool, the scheduler picks from
 * it, and each pick lets a little time pass; when nothing is pending time leaps to what is next.
 * When the quiet period begins time decides again, beginning with all that was pending.
 */
import { onBus } from './arrive.ts';
import { happen } from './happen.ts';
import type { Item } from './pool.ts';
import { Pool } from './pool.ts';
import type { Schedule } from './scenario.ts';
import type { Scheduler } from './scheduler.ts';
import { begin } from './setup.ts';
import { returnToTime, spend } from './timers.ts';
import { ring } from './turn.ts';
import type { World } from './world.ts';
import { happening, indexOf, kindOf } from './world.ts';

export interface ChoiceOptions {
  readonly schedule: Schedule;
  readonly scheduler: Scheduler;
  readonly stop: () => boolean;
}

/** Begins the world and turns it until the quiet period; says why it ended. */
export function turnByChoice(
  world: World,
  { schedule, scheduler, stop }: ChoiceOptions,
): 'quiet' | 'violation' | 'events' | 'time' {
  const pool = new Pool(world, schedule);
  world.pool = pool;
  begin(world);
  const { counters, scenario } = world;
  for (;;) {
    if (gather(world, pool, stop)) return 'violation';
    if (world.quiet) return takeOver(world, pool, stop) ? 'violation' : 'quiet';
    if (counters.events >= scenario.limits.eventsMax) return 'events';
    const choices = pool.choices();
    if (choices.length === 0) {
      const next = Math.min(
        world.queue.nextTime(),
        world.bus.wakeAt() ?? Infinity,
        pool.nextRing(),
      );
      if (next === Infinity) return 'time';
      world.now = Math.max(world.now, next);
      continue;
    }
    const item = pool.take(scheduler.pick(choices, world));
    world.now += schedule.stepMicros;
    counters.events += 1;
    comeAbout(world, item);
    if (stop()) return 'violation';
  }
}

function comeAbout(world: World, item: Item): void {
  if (item.event !== null) onBus(world, item.event);
  else if (item.slot !== null) ring(world, item.slot.host, item.slot.timer);
  else happen(world, item.code, item.envelope);
}

const timerByKind = new Map<number, 'election' | 'heartbeat' | 'lease'>([
  [happening.electionTimer, 'election'],
  [happening.heartbeatTimer, 'heartbeat'],
  [happening.leaseTimer, 'lease'],
]);

/** Brings what is due to the pool; true: the run is over. The quiet period begins by itself. */
function gather(world: World, pool: Pool, stop: () => boolean): boolean {
  for (;;) {
    if ((world.bus.wakeAt() ?? Infinity) <= world.now) {
      if (hear(world, pool, stop)) return true;
    } else if (world.queue.nextTime() <= world.now) {
      bring(world, pool);
      if (world.quiet) return stop();
    } else {
      return false;
    }
  }
}

function hear(world: World, pool: Pool, stop: () => boolean): boolean {
  for (const event of world.bus.poll(world.now)) {
    if (event.kind === 'delivered') {
      pool.arrive(event);
      continue;
    }
    world.counters.events += 1;
    onBus(world, event);
    if (stop()) return true;
  }
  return false;
}

function bring(world: World, pool: Pool): void {
  const { queue } = world;
  queue.pop();
  const { code, payload } = queue;
  const timer = timerByKind.get(kindOf(code));
  const host = world.hosts[indexOf(code)];
  if (timer !== undefined) {
    if (host !== undefined) spend(world, host, timer);
  } else if (kindOf(code) === happening.quiet) {
    world.counters.events += 1;
    happen(world, code, payload);
  } else {
    pool.comeDue(code, payload);
  }
}

/** Time decides again, and all that was pending comes about; true: the run is over. */
function takeOver(world: World, pool: Pool, stop: () => boolean): boolean {
  world.pool = null;
  for (const item of pool.leave()) {
    world.counters.events += 1;
    comeAbout(world, item);
    if (stop()) return true;
  }
  for (const host of world.hosts) returnToTime(world, host);
  return false;
}
