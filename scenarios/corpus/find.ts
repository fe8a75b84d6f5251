/** Hunts a mutant for the corpus: several finds, each shrunk, and the one that reads best. */
import { labFor, mutantNamed } from '../../harness/cli/lab.ts';
import { storySteps } from '../../harness/cli/measure.ts';
import type { Outcome } from '../../harness/search/execute.ts';
import { execute } from '../../harness/search/execute.ts';
import { searched } from '../../harness/search/property.ts';
import type { Execute } from '../../harness/search/shrink.ts';
import type { Scenario } from '../../harness/world/scenario.ts';
import { scenarioArbitrary } from '../generate/scenario.ts';
import type { Exhibit } from './caught.ts';
import { caught, rightMachinePasses } from './caught.ts';

const seeds = [1, 2, 3, 4, 5, 6] as const;
const runs = 3_000;
const shrinkTries = 6_000;

interface Find {
  readonly scenario: Scenario;
  /** Place of the invariant among those the mutant is expected to break. */
  readonly rank: number;
  readonly bytes: number;
}

/** Failures of clusters that are too small are not what we look for. */
function inClustersFrom(serversMin: number): Execute {
  return (scenario, lab): Outcome => {
    const outcome = execute(scenario, lab);
    const small = scenario.cluster.servers < serversMin;
    return small ? { ...outcome, verdict: 'pass', failure: null } : outcome;
  };
}

function find(wanted: Exhibit, seed: number): Find | null {
  const { name, judges } = wanted;
  const { expected, serversMin } = mutantNamed(name);
  const { bug } = searched({
    lab: labFor({ mutant: name, invariants: judges ?? undefined }),
    arbitrary: scenarioArbitrary({ servers: serversMin > 3 ? 5 : 3, size: 30 }),
    settings: { seed, runs, path: null },
    shrinkTries,
    execute: inClustersFrom(wanted.serversMin),
    measure: storySteps,
  });
  if (bug === null) return null;
  const scenario = { ...bug.shrunk.scenario, name };
  const found = caught(wanted, scenario);
  if (found === null || !rightMachinePasses(scenario)) return null;
  const place = (judges ?? expected).indexOf(found.invariant);
  const rank = place < 0 ? expected.length : place;
  return { scenario, rank, bytes: found.files['trace.ndjson']?.length ?? 0 };
}

/** A small scenario that shows the mutant wrong and the right machine right; its witness if none. */
export function findFor(wanted: Exhibit): Scenario {
  const finds = seeds.map((seed) => find(wanted, seed)).filter((one) => one !== null);
  const [best] = finds.sort((one, other) => one.rank - other.rank || one.bytes - other.bytes);
  return best?.scenario ?? mutantNamed(wanted.name).witness;
}
