/**
 * The schedule that a strategy gives to a scenario, drawn like the scenario itself: how slow the
 * servers are and how early timers may ring differ from run to run, for no one setting shows all.
 */
import type { Scenario, Schedule } from '../../world/scenario.ts';
import { childSeed } from '../size.ts';

const steps = [300, 500, 1_000, 2_000] as const;
const earlies = [0, 0, 50, 80, 95] as const;
/** Choices before all is fair: a run of middling length is unfair to its end. */
const fairAfter = 3_000;

/** Strategies that choose, and can be asked for. */
export type Choosing = Exclude<Schedule['strategy'], 'recorded'>;

/** The scenario under a schedule of that strategy, drawn from the seed. */
export function dressed(scenario: Scenario, strategy: Choosing, seed: number): Scenario {
  const among = <T>(values: readonly [T, ...T[]], ordinal: number): T =>
    values[(childSeed(seed, ordinal) >>> 0) % values.length] ?? values[0];
  const pacing = {
    seed: seed >>> 0,
    stepMicros: among(steps, 0),
    earlyPercent: among(earlies, 1),
    fairAfter,
  };
  const choices = Math.max(1, Math.ceil((scenario.limits.runMs * 1_000) / pacing.stepMicros));
  const window = childSeed(seed, 3) >>> 0;
  const schedule = ((): Schedule => {
    switch (strategy) {
      case 'random':
      case 'pos':
      case 'qLearning':
        return { strategy, ...pacing };
      case 'walk':
        return { strategy, coins: among([1, 2, 3, 4], 2), ...pacing };
      case 'pct':
      case 'pctcp':
        return { strategy, depth: among([2, 3, 4, 6, 10], 2), choices, ...pacing };
      case 'delayBounding':
        return { strategy, delays: among([0, 1, 2, 5, 10], 2), choices, ...pacing };
      case 'exhaustive':
        return { strategy, from: window % choices, choices: among([2, 3, 4], 2), ...pacing };
      default:
        return strategy satisfies never;
    }
  })();
  return { ...scenario, schedule };
}
