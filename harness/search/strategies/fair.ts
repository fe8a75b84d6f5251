/**
 * Fair suffixes (Musuvathi and Qadeer, PLDI 2008; Coyote's fair-* strategies): a strategy may starve
 * a participant only so long. After `fairAfter` choices each pending event is as likely as any
 * other, and the world lets timers ring at their time only.
 */
import type { Schedule } from '../../world/scenario.ts';
import type { Scheduler } from '../../world/scheduler.ts';
import { owners, random } from './random.ts';

/** The scheduler for the schedule's first choices, and uniform chance for the rest. */
export function fairAfter(
  unfair: Scheduler,
  { seed, fairAfter: choices }: Pick<Schedule, 'seed' | 'fairAfter'>,
): Scheduler {
  const fair = random(seed, owners.fair);
  let step = 0;
  return { pick: (pool, world) => (step++ < choices ? unfair : fair).pick(pool, world) };
}
