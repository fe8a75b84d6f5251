/** Whole traces as short digests, to compare runs in different processes and under other Nodes. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { labFor } from '../../harness/cli/lab.ts';
import type { Lab } from '../../harness/search/execute.ts';
import { execute, record } from '../../harness/search/execute.ts';
import type { Strategy } from '../../harness/search/strategies/strategy.ts';
import { strategies } from '../../harness/search/strategies/strategy.ts';
import { toLine } from '../../harness/trace/write.ts';
import type { Scenario } from '../../harness/world/scenario.ts';
import { scenarioArbitrary } from '../generate/scenario.ts';

/** SHA-256 over every byte that the trace of this run would have as a file. */
export function fingerprint(scenario: Scenario, lab: Lab): string {
  const hash = createHash('sha256');
  record(scenario, lab, (one) => hash.update(toLine(one)));
  return hash.digest('hex');
}

/** Strategies that pick what comes next, instead of leaving it to time. */
export const choosing: readonly Strategy[] = Object.values(strategies).filter(
  ({ name }) => name !== 'timed',
);

/**
 * Two lines for each generated scenario under the correct Raft: by time, and as one of the other
 * strategies plays it, each in turn.
 */
export function fingerprints(seed: number, count: number): readonly string[] {
  const lab = labFor({});
  const players = choosing.map(({ name, begin }) => ({ name, tactic: begin(seed) }));
  const scenarios = fc.sample(scenarioArbitrary(), { seed, numRuns: count });
  return scenarios.flatMap((scenario, i) => {
    const lines = [`${String(i)} timed ${fingerprint(scenario, lab)}`];
    const player = players[i % players.length];
    if (player === undefined) return lines;
    const played = player.tactic.play({ scenario, lab, perform: execute });
    // A learner's run is its own: alone, its scenario begins to learn anew.
    const { digest } = played.outcome.stats;
    const trace = fingerprint(played.scenario, lab);
    return [...lines, `${String(i)} ${player.name} ${String(digest)} ${trace}`];
  });
}
