/** Coverage for people and tools: how much of what there is was reached, and what is missing. */
import type { Coverage, Reached } from './coverage.ts';
import {
  actionsReached,
  cellsReached,
  changesSeen,
  coveragePercent,
  growth,
  statesSeen,
  strikesReached,
  transitionsReached,
} from './coverage.ts';

export interface CoverageSummary {
  /** Of the table's cells, rounded down. */
  readonly percent: number;
  /** Role by input, where the table says that something is done. */
  readonly cells: Reached;
  readonly transitions: Reached;
  /** Kind of fault by role of the server that it struck. */
  readonly faultRoles: Reached;
  /** Actions of the specification, in the sampled runs. */
  readonly actions: Reached & { readonly sampledRuns: number };
  readonly states: {
    readonly count: number;
    /** There were too many to keep them all: the counts are true within half a percent. */
    readonly estimated: boolean;
    readonly lastNewRun: number;
    /** States known after each of equal parts of the campaign. */
    readonly growth: readonly number[];
  };
  /** Changes of role seen, with how often, by `follower → candidate by electionTimeout`. */
  readonly roleChanges: Readonly<Record<string, number>>;
}

const growthPoints = 48;

/** `runs`: the length of the campaign, for the curve of growth. */
export function coverageSummary(coverage: Coverage, runs: number): CoverageSummary {
  return {
    percent: coveragePercent(coverage),
    cells: cellsReached(coverage),
    transitions: transitionsReached(coverage),
    faultRoles: strikesReached(coverage),
    actions: { ...actionsReached(coverage), sampledRuns: coverage.sampled },
    states: { ...statesSeen(coverage), growth: growth(coverage, runs, growthPoints) },
    roleChanges: Object.fromEntries(
      changesSeen(coverage).map(({ from, input, to, times }) => [
        `${from} → ${to} by ${input}`,
        times,
      ]),
    ),
  };
}
