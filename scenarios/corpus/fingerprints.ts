/** Whole traces as short digests, to compare runs in different processes and under other Nodes. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { labFor } from '../../harness/cli/lab.ts';
import type { Lab } from '../../harness/search/execute.ts';
import { record } from '../../harness/search/execute.ts';
import { toLine } from '../../harness/trace/write.ts';
import type { Scenario } from '../../harness/world/scenario.ts';
import { scenarioArbitrary } from '../generate/scenario.ts';

/** SHA-256 over every byte that the trace of this run would have as a file. */
export function fingerprint(scenario: Scenario, lab: Lab): string {
  const hash = createHash('sha256');
  record(scenario, lab, (one) => hash.update(toLine(one)));
  return hash.digest('hex');
}

/** One line for each generated scenario under the correct Raft: `number digest`. */
export function fingerprints(seed: number, count: number): readonly string[] {
  const lab = labFor({});
  return fc
    .sample(scenarioArbitrary(), { seed, numRuns: count })
    .map((scenario, i) => `${String(i)} ${fingerprint(scenario, lab)}`);
}
