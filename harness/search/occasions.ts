/**
 * Checks of features that many scenarios do not have: in these they have nothing to examine, and no
 * campaign may blame them for it.
 */
import type { Scenario } from '../world/scenario.ts';

type Gives = (scenario: Scenario) => boolean;

const occasions: ReadonlyMap<string, Gives> = new Map<string, Gives>([
  [
    'ConfigurationRules',
    ({ workload }) => workload.operator.some(({ kind }) => kind === 'reconfigure'),
  ],
  ['SnapshotSoundness', ({ cluster }) => cluster.features.snapshotEvery > 0],
  [
    'ReadFreshness',
    ({ workload }) => workload.reads !== 'log' && workload.operations.some(({ f }) => f === 'read'),
  ],
  ['OfficeRules', ({ cluster: { features } }) => features.preVote || features.checkQuorum],
  [
    'QuietLeader',
    ({ cluster, workload }) =>
      cluster.features.preVote && cluster.features.checkQuorum && workload.operator.length === 0,
  ],
]);

/** Is this a check that has something to examine in some scenarios only? */
export function needsOccasion(check: string): boolean {
  return occasions.has(check);
}

/** The checks of that kind that this scenario should give something to examine. */
export function occasionsIn(scenario: Scenario): readonly string[] {
  const names: string[] = [];
  for (const [name, gives] of occasions) if (gives(scenario)) names.push(name);
  return names;
}
