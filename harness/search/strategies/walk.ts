/**
 * Probabilistic walk (Coyote's `probabilistic`): a random walk that sticks to a participant. While
 * the one whose step was last has something pending, it goes on, unless all coins of `coins` agree,
 * that is with probability 2^-coins; then any pending event may be next, its own among them. So
 * the lengths of its turns are geometric. Fair with probability 1.
 *
 * Coyote's operations have one next step; a server may have several pending, and the next is drawn
 * evenly among its own.
 */
import type { Scheduler } from '../../world/scheduler.ts';
import { below, chance } from './chance.ts';
import { owners } from './random.ts';

export function walk(seed: number, coins: number): Scheduler {
  let step = 0;
  let current = -1;
  return {
    pick: (pool) => {
      const drawn = chance(seed, owners.walk, step++);
      const own = pool.flatMap(({ actor }, index) => (actor === current ? [index] : []));
      const switches = drawn % 2 ** coins === 0;
      const which = chance(seed, owners.walk, -step);
      const index =
        switches || own.length === 0
          ? below(pool.length, which)
          : (own[below(own.length, which)] ?? 0);
      current = pool[index]?.actor ?? -1;
      return index;
    },
  };
}
