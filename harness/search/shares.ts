/** What each strategy had a share in: runs, failures, abstract states that it saw first. */
import { chunkRuns } from './chunk.ts';
import type { Coverage } from './coverage.ts';
import type { SearchStrategy, StrategyChoice } from './portfolio.ts';
import { searchStrategies, strategyOf } from './portfolio.ts';
import type { Tally } from './tally.ts';

export interface StrategyShare {
  readonly name: SearchStrategy;
  readonly runs: number;
  /** Abstract states that it was the first to see. */
  readonly newStates: number;
  /** Ids of the failures that it was the first to find. */
  readonly found: readonly string[];
}

/** The last run that chunks of these numbers can have made: the length of the campaign's axis. */
export function lastRunOf(chunks: readonly number[]): number {
  return ((chunks.at(-1) ?? -1) + 1) * chunkRuns;
}

/** By strategy, in the order in which they have their first turn. */
export function sharesOf(campaign: {
  readonly strategy: StrategyChoice;
  readonly coverage: Coverage;
  readonly tally: Tally;
}): readonly StrategyShare[] {
  const { tally } = campaign;
  const states = new Map<SearchStrategy, number>();
  const { states: seen } = campaign.coverage;
  seen.forEach((_, run) => {
    const at = run - 1;
    const name = strategyOf(campaign.strategy, Math.floor(at / chunkRuns), at % chunkRuns);
    states.set(name, (states.get(name) ?? 0) + seen.weight);
  });
  const found = [...tally.found.values()];
  return searchStrategies
    .filter((name) => tally.strategies[name] !== undefined)
    .map((name) => ({
      name,
      runs: tally.strategies[name] ?? 0,
      newStates: states.get(name) ?? 0,
      found: found.filter(({ first }) => first.strategy === name).map(({ id }) => id),
    }));
}

/** The shares in several campaigns together. */
export function sharesTogether(
  all: readonly (readonly StrategyShare[])[],
): readonly StrategyShare[] {
  const byName = new Map<SearchStrategy, StrategyShare>();
  for (const share of all.flat()) {
    const known = byName.get(share.name);
    byName.set(share.name, known === undefined ? share : together(known, share));
  }
  return [...byName.values()];
}

function together(one: StrategyShare, other: StrategyShare): StrategyShare {
  return {
    name: one.name,
    runs: one.runs + other.runs,
    newStates: one.newStates + other.newStates,
    found: [...new Set([...one.found, ...other.found])],
  };
}
