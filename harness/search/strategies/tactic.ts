/**
 * A strategy says how scenarios are run: by time, or by picking among what is pending. A tactic is
 * a strategy at work on one chunk of runs, and whatever it learns lives as long as that: so a
 * campaign gives the same result however many workers share its chunks.
 */
import type { Schedule, Scenario } from '../../world/scenario.ts';
import type { Scheduler } from '../../world/scheduler.ts';
import type { Lab, Outcome } from '../execute.ts';

/** `timed` is the world without a scheduler. */
export type StrategyName = 'timed' | Exclude<Schedule['strategy'], 'recorded'>;

/** Runs a scenario under all judges; the scenario's own schedule decides unless one is given. */
export type Perform = (scenario: Scenario, lab: Lab, scheduler?: Scheduler) => Outcome;

export interface Game {
  readonly scenario: Scenario;
  readonly lab: Lab;
  readonly perform: Perform;
}

export interface Played {
  /** As it was run, and complete: run alone it does the same, for failures of learners too. */
  readonly scenario: Scenario;
  readonly outcome: Outcome;
}

export interface Tactic {
  /** Runs the chunk's next scenario, dressed for the strategy. */
  play(game: Game): Played;
}

export interface Strategy {
  readonly name: StrategyName;
  /** One line for people. */
  readonly about: string;
  /** The tactic for a chunk of runs; the chunk's seed decides everything it draws. */
  readonly begin: (seed: number) => Tactic;
}
