/**
 * Strategies that learn from run to run, within one chunk. What they choose is written down, and a
 * run that fails is handed on with its decisions, for nobody else knows what the learner knew.
 */
import type { Scenario } from '../../world/scenario.ts';
import type { Scheduler } from '../../world/scheduler.ts';
import { childSeed } from '../size.ts';
import { recording, withDecisions } from './decisions.ts';
import { dressed } from './dress.ts';
import { exhaustive } from './exhaustive.ts';
import type { Explorer } from './exhaustive.ts';
import { fairAfter } from './fair.ts';
import { qLearning } from './q-learning.ts';
import type { Game, Played, Strategy } from './tactic.ts';

function played(ready: Scenario, { lab, perform }: Game, scheduler: Scheduler): Played {
  const { schedule } = ready;
  if (schedule === undefined) return { scenario: ready, outcome: perform(ready, lab) };
  const written = recording(fairAfter(scheduler, schedule));
  const outcome = perform(ready, lab, written);
  const failed = outcome.failure !== null;
  return { scenario: failed ? withDecisions(ready, written.decisions) : ready, outcome };
}

export const learning: Strategy = {
  name: 'qLearning',
  about: 'learns which choices lead to states not seen before',
  begin: (seed) => {
    const learner = qLearning();
    let ordinal = 0;
    return {
      play: (game) => {
        const ready = dressed(game.scenario, 'qLearning', childSeed(seed, ordinal));
        ordinal += 1;
        const result = played(ready, game, learner.scheduler(ready.schedule?.seed ?? 0));
        learner.learn();
        return result;
      },
    };
  },
};

/** One scenario and all its orders, one a run; then the next scenario that is given. */
export const exploring: Strategy = {
  name: 'exhaustive',
  about: 'all orders of a few choices, one after another',
  begin: (seed) => {
    let ordinal = 0;
    let under: { readonly ready: Scenario; readonly explorer: Explorer } | null = null;
    return {
      play: (game) => {
        under ??= explored(game.scenario, childSeed(seed, ordinal));
        ordinal += 1;
        const { ready, explorer } = under;
        const result = played(ready, game, explorer.scheduler());
        if (!explorer.advance()) under = null;
        return result;
      },
    };
  },
};

function explored(scenario: Scenario, seed: number): { ready: Scenario; explorer: Explorer } {
  const ready = dressed(scenario, 'exhaustive', seed);
  const { schedule } = ready;
  const extent = schedule?.strategy === 'exhaustive' ? schedule : { from: 0, choices: 1 };
  return { ready, explorer: exhaustive(extent) };
}
