/** Turns a scheduled run into the list of decisions that makes the same run without its strategy. */
import type { Scenario } from '../../world/scenario.ts';
import { execute } from '../execute.ts';
import type { Lab } from '../execute.ts';
import { recording, withDecisions } from './decisions.ts';
import { schedulerOf } from './schedulers.ts';
import type { Perform } from './tactic.ts';

/** The scenario with its schedule written down; itself when it has none. Costs one run. */
export function recorded(scenario: Scenario, lab: Lab, perform: Perform = execute): Scenario {
  const scheduler = schedulerOf(scenario.schedule);
  if (scheduler === null) return scenario;
  const written = recording(scheduler);
  perform(scenario, lab, written);
  return withDecisions(scenario, written.decisions);
}
