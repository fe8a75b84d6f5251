/** Canaries: subjects (or buses) known to be wrong. A campaign that misses them proves nothing. */
import type { Arbitrary } from 'fast-check';
import type { Scenario } from '../world/scenario.ts';
import type { Lab } from './execute.ts';

export interface Canary {
  readonly name: string;
  readonly lab: Lab;
  /** Runs within which it must be caught. */
  readonly runs: number;
  /** Scenarios that suit it better than the campaign's own. */
  readonly arbitrary?: Arbitrary<Scenario>;
}

export interface CanaryState {
  readonly name: string;
  /** Runs spent on it. */
  runs: number;
  /** 1-based; null: alive. */
  killedAtRun: number | null;
  invariant: string | null;
}
