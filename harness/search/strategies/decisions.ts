/**
 * Schedules as data: the choices that a run made, written down where they differ from the kindest
 * one, so that the run can be told, replayed alone and made smaller.
 */
import type { Decision, Scenario } from '../../world/scenario.ts';
import type { Scheduler } from '../../world/scheduler.ts';

/** A scheduler that does what `inner` says and writes down what it chose. */
export interface Recording extends Scheduler {
  readonly decisions: readonly Decision[];
}

export function recording(inner: Scheduler): Recording {
  const decisions: Decision[] = [];
  let step = 0;
  return {
    decisions,
    pick: (pool, world) => {
      const choice = inner.pick(pool, world);
      if (choice !== 0) decisions.push({ step, choice });
      step += 1;
      return choice;
    },
  };
}

/** Decides as written down, in ascending steps; what is not pending any more is not chosen. */
export function decided(decisions: readonly Decision[]): Scheduler {
  let step = 0;
  let next = 0;
  return {
    pick: (pool) => {
      while ((decisions[next]?.step ?? Infinity) < step) next += 1;
      const decision = decisions[next];
      const choice = decision?.step === step ? decision.choice : 0;
      step += 1;
      return choice < pool.length ? choice : 0;
    },
  };
}

/** The scenario, which has a schedule, with these decisions in its stead. */
export function withDecisions(scenario: Scenario, decisions: readonly Decision[]): Scenario {
  const { schedule } = scenario;
  if (schedule === undefined) return scenario;
  const { seed, stepMicros, earlyPercent, fairAfter } = schedule;
  return {
    ...scenario,
    schedule: { strategy: 'recorded', seed, stepMicros, earlyPercent, fairAfter, decisions },
  };
}
