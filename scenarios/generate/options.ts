/** What a caller may fix about generated scenarios; everything else is drawn. */
import type { Model } from '../../harness/trace/record.ts';
import type { FaultKind } from '../../harness/world/scenario.ts';

export const profiles = ['swarm', 'mild', 'partition', 'crash', 'azure', 'none'] as const;
export type Profile = (typeof profiles)[number];

export interface ScenarioOptions {
  /** 1 to 7; drawn when absent. */
  readonly servers?: number;
  /** Only these kinds occur. */
  readonly faults?: readonly FaultKind[];
  readonly model?: Model;
  /** 1 to 5; drawn when absent. */
  readonly clients?: number;
  /** `swarm` unless given: every run switches kinds on and off. */
  readonly profile?: Profile;
  /** Median number of faults and operations together; 45 unless given. */
  readonly size?: number;
  /** Raft's features: in some runs unless given; `none`: in no run, `some`: in every run some. */
  readonly features?: 'none' | 'some';
}
