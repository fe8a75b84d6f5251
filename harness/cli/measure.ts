/** What a failure costs its reader: the steps of its story, which only a recorded run can tell. */
import { tell } from '../report/story.ts';
import type { Lab } from '../search/execute.ts';
import type { Scenario } from '../world/scenario.ts';
import { recorded } from './failure.ts';

/** Runs the scenario with the recorder on and counts the steps of what is told of it. */
export function storySteps(scenario: Scenario, lab: Lab): number {
  return tell(recorded(scenario, lab).records).steps;
}
