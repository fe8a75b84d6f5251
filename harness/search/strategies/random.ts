/**
 * Uniform random choice: each pending event is as likely to be next as any other. Fair with
 * probability 1: whatever stays pending comes about at last.
 */
import type { Scheduler } from '../../world/scheduler.ts';
import { below, chance } from './chance.ts';

/** Draws of the fair suffix differ from those of the strategy before it. */
export const owners = {
  random: 0,
  fair: 1,
  walk: 2,
  pct: 3,
  pos: 4,
  delay: 5,
  learner: 6,
} as const;

export function random(seed: number, owner: number = owners.random): Scheduler {
  let step = 0;
  return { pick: (pool) => below(pool.length, chance(seed, owner, step++)) };
}
