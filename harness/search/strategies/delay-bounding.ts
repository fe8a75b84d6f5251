/**
 * Delay bounding (Emmi, Qadeer, Rakamarić, POPL 2011): a deterministic scheduler, and a few delays.
 * The scheduler is round robin over the participants in their order, one step each, the oldest
 * pending event first; a delay passes over whose turn it is. Without delays there is one schedule,
 * with d of them in k choices there are O(k^d), however many participants there are.
 *
 * The paper enumerates; like Coyote this draws the moments of the delays, so it finds a bug that
 * needs d delays with probability 1/k^d or more. Two delays may fall on one moment.
 */
import type { Schedule } from '../../world/scenario.ts';
import type { Pending, Scheduler } from '../../world/scheduler.ts';
import { below, chance, firstOf } from './chance.ts';
import { owners } from './random.ts';

type Delays = Pick<Extract<Schedule, { readonly delays: number }>, 'seed' | 'delays' | 'choices'>;

/** Who of those with something pending comes after `last` in the round. */
function after(pool: readonly Pending[], last: number): number {
  let next = Infinity;
  let first = Infinity;
  for (const { actor } of pool) {
    first = Math.min(first, actor);
    if (actor > last) next = Math.min(next, actor);
  }
  return next === Infinity ? first : next;
}

export function delayBounding({ seed, delays, choices }: Delays): Scheduler {
  const moments = Array.from({ length: delays }, (_, i) =>
    below(choices, chance(seed, owners.delay, i)),
  );
  let step = 0;
  let last = -1;
  return {
    pick: (pool) => {
      last = after(pool, last);
      for (const moment of moments) if (moment === step) last = after(pool, last);
      step += 1;
      return firstOf(pool, last);
    },
  };
}
