/**
 * Which strategy searches in which run of a campaign. The portfolio is a fixed schedule: strategies
 * differ in what they find first, so each gets its turn within the first few dozen runs, and a fixed
 * one gives the same runs to every worker, shard and machine.
 */
import type { StrategyName } from './strategies/tactic.ts';

/** A strategy of the room next door, or the search guided by coverage. */
export type SearchStrategy = StrategyName | 'guided';

/** What a campaign can be told. */
export type StrategyChoice = SearchStrategy | 'portfolio';

/** Every other run is timed; these take turns in those between, the quickest finders first. */
const others: readonly SearchStrategy[] = [
  'pct',
  'random',
  'pos',
  'walk',
  'pctcp',
  'delayBounding',
];

/** These learn from run to run within a chunk: now and then they have a whole one to themselves. */
const learners: readonly SearchStrategy[] = ['guided', 'qLearning'];

/** Every so many chunks, the last of them is a learner's. */
const learnersEvery = 8;

/** All of them. `exhaustive` goes on for ever: it is in no portfolio. */
export const searchStrategies: readonly SearchStrategy[] = [
  'timed',
  ...others,
  ...learners,
  'exhaustive',
];

export const strategyChoices: readonly StrategyChoice[] = ['portfolio', ...searchStrategies];

/** The strategy of the `index`-th run of a chunk, both from 0. A portfolio's first run is timed. */
export function strategyOf(choice: StrategyChoice, chunk: number, index: number): SearchStrategy {
  if (choice !== 'portfolio') return choice;
  const turn = Math.floor(chunk / learnersEvery);
  if (chunk % learnersEvery === learnersEvery - 1) {
    return learners[turn % learners.length] ?? 'timed';
  }
  if (index % 2 === 0) return 'timed';
  // A chunk is no multiple of the turns: the next one begins where this one ends.
  return others[(chunk * 16 + (index >> 1)) % others.length] ?? 'timed';
}
