/** For tests: programs of a few steps, run to their end by a scheduler, without a cluster. */
import { raft } from '../../raft/machine.ts';
import type { Pending, Scheduler } from '../../world/scheduler.ts';
import { calm } from '../../world/scenario.ts';
import { newWorld } from '../../world/setup.ts';
import { store } from '../../world/store.ts';
import type { World } from '../../world/world.ts';

/** A world for schedulers to look at; nothing happens in it. */
export const idleWorld: World = newWorld({
  scenario: calm,
  subject: raft,
  application: store,
  bus: () => ({
    submit: () => undefined,
    poll: () => [],
    wakeAt: () => undefined,
    inject: () => undefined,
  }),
  observer: { full: false, listen: () => null },
  stop: () => false,
});

/** A pending event of a toy. */
export function toyEvent(given: Partial<Pending> & { readonly id: number }): Pending {
  const { id } = given;
  return { kind: 'delivery', actor: 0, from: -1, key: id, parent: -1, message: null, ...given };
}

/**
 * Threads of so many steps each, every step after the one before it: the actors in the order in
 * which the scheduler lets them step.
 */
export function threads(scheduler: Scheduler, steps: readonly number[]): readonly number[] {
  const done: number[] = steps.map(() => 0);
  const last: number[] = steps.map(() => -1);
  let ids = 0;
  const next = (actor: number): Pending => {
    const key = actor * 1_000 + (done[actor] ?? 0);
    return toyEvent({ id: ids++, actor, key, parent: last[actor] ?? -1 });
  };
  let pool = steps.map((_, actor) => next(actor));
  const order: number[] = [];
  while (pool.length > 0) {
    const chosen = pool[scheduler.pick(pool, idleWorld)];
    if (chosen === undefined) throw new Error('picked what is not there');
    const { actor, id } = chosen;
    order.push(actor);
    last[actor] = id;
    done[actor] = (done[actor] ?? 0) + 1;
    pool = pool.filter((other) => other !== chosen);
    if ((done[actor] ?? 0) < (steps[actor] ?? 0)) pool.push(next(actor));
  }
  return order;
}

/** How often each order comes in so many runs. */
export function census(
  runs: number,
  order: (run: number) => readonly number[],
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (let run = 0; run < runs; run += 1) {
    const name = order(run).join('');
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** Is the count that of a probability, within five standard deviations? */
export function fits(count: number, runs: number, probability: number): boolean {
  const deviation = Math.sqrt(runs * probability * (1 - probability));
  return Math.abs(count - runs * probability) <= 5 * deviation;
}
