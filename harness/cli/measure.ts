/** What a failure costs its reader: the steps of its story, which only a recorded run can tell. */
import { tell } from '../report/story.ts';
import type { Lab } from '../search/execute.ts';
import type { Scenario } from '../world/scenario.ts';
import { recorded } from './failure.ts';

/** Runs the scenario with the recorder on and counts the steps of what is told of it. */
export function storySteps(scenario: Scenario, lab: Lab): number {
  return tell(recorded(scenario, lab).records).steps;
}

const stepsCompared = 4;

/**
 * The last steps of the failure's story without names, numbers and times: alike for failures that
 * come about alike.
 */
export function storyPlot(scenario: Scenario, lab: Lab): string {
  const { lines } = tell(recorded(scenario, lab).records);
  const texts = lines.slice(-stepsCompared).map(({ text }) => text);
  return texts.join('\n').replaceAll(/\b[Sc]?\d+(?:[.,]\d+)*\b/gu, '#');
}
