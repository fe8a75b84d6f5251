/**
 * The schedule that a strategy gives to a scenario, drawn like the scenario itself: how slow the
 * servers are and how early timers may ring differ from run to run, for no one setting shows all.
 */
import type { Scenario, Schedule } from '../../world/scenario.ts';
import { childSeed } from '../size.ts';

/** Strategies that choose, and can be asked for. */
export type Choosing = Exclude<Schedule['strategy'], 'recorded'>;

/** Slower servers than the slowest here would be busy with heartbeats alone. */
const steps = [300, 500, 1_000, 2_000] as const;
const earlies = [0, 0, 50, 80, 95] as const;
/** Only long runs come to their fair part before the quiet period. */
const fairAfter = 3_000;

const coins = [1, 2, 3, 4] as const;
const depths = [2, 3, 4, 6, 10] as const;
const delays = [0, 1, 2, 5, 10] as const;
/** Few enough for a chunk of runs to see many of their orders. */
const windows = [2, 3, 4] as const;

/** A few numbers drawn from a seed. */
type Dice = (ordinal: number) => number;

const among = <T>(values: readonly [T, ...T[]], drawn: number): T =>
  values[drawn % values.length] ?? values[0];

/** The scenario under a schedule of that strategy, drawn from the seed. */
export function dressed(scenario: Scenario, strategy: Choosing, seed: number): Scenario {
  const dice: Dice = (ordinal) => childSeed(seed, ordinal) >>> 0;
  const stepMicros = among(steps, dice(0));
  const earlyPercent = among(earlies, dice(1));
  const pacing = { seed: seed >>> 0, stepMicros, earlyPercent, fairAfter };
  // So many choices there are when something is always pending.
  const choices = Math.max(1, Math.ceil((scenario.limits.runMs * 1_000) / stepMicros));
  return { ...scenario, schedule: { ...parameters(strategy, choices, dice), ...pacing } };
}

type OfStrategy<S> = S extends Schedule
  ? Omit<S, 'seed' | 'stepMicros' | 'earlyPercent' | 'fairAfter'>
  : never;

/** What only that strategy has. */
function parameters(
  strategy: Choosing,
  choices: number,
  dice: Dice,
): OfStrategy<Exclude<Schedule, { readonly strategy: 'recorded' }>> {
  switch (strategy) {
    case 'random':
    case 'pos':
    case 'qLearning':
      return { strategy };
    case 'walk':
      return { strategy, coins: among(coins, dice(2)) };
    case 'pct':
    case 'pctcp':
      return { strategy, depth: among(depths, dice(2)), choices };
    case 'delayBounding':
      return { strategy, delays: among(delays, dice(2)), choices };
    case 'exhaustive':
      return { strategy, from: dice(3) % choices, choices: among(windows, dice(2)) };
    default:
      return strategy satisfies never;
  }
}
