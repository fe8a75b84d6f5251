/** From a schedule, as a scenario says it, to the scheduler that carries it out. */
import type { Schedule } from '../../world/scenario.ts';
import type { Scheduler } from '../../world/scheduler.ts';
import { decided } from './decisions.ts';
import { delayBounding } from './delay-bounding.ts';
import { exhaustive } from './exhaustive.ts';
import { fairAfter } from './fair.ts';
import { pct } from './pct.ts';
import { pctcp } from './pctcp.ts';
import { pos } from './pos.ts';
import { qLearning } from './q-learning.ts';
import { random } from './random.ts';
import { walk } from './walk.ts';

/**
 * The schedule's scheduler, for one run; null for none. A learner knows nothing yet: whoever wants
 * it to learn from run to run keeps it, see `Tactic`.
 */
export function schedulerOf(schedule: Schedule | undefined): Scheduler | null {
  if (schedule === undefined) return null;
  if (schedule.strategy === 'recorded') return decided(schedule.decisions);
  return fairAfter(unfair(schedule), schedule);
}

function unfair(schedule: Exclude<Schedule, { readonly strategy: 'recorded' }>): Scheduler {
  const { strategy, seed } = schedule;
  switch (strategy) {
    case 'random':
      return random(seed);
    case 'walk':
      return walk(seed, schedule.coins);
    case 'pct':
      return pct(schedule);
    case 'pctcp':
      return pctcp(schedule);
    case 'pos':
      return pos(seed);
    case 'delayBounding':
      return delayBounding(schedule);
    case 'qLearning':
      return qLearning().scheduler(seed);
    case 'exhaustive':
      return exhaustive(schedule).scheduler();
    default:
      return strategy satisfies never;
  }
}
