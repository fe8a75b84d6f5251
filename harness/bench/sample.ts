/** Generated scenarios, the same for the same seed. */
import { expandScenario } from '../../scenarios/generate/expand.ts';
import type { Scenario } from '../world/scenario.ts';

export interface Sample {
  readonly seed: number;
  readonly runs: number;
}

/** Draws as a campaign's default profile draws. */
export function sampled({ seed, runs }: Sample): readonly Scenario[] {
  return Array.from({ length: runs }, (_, i) => expandScenario(Math.imul(seed, 1_000_003) + i));
}
