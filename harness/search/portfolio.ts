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

/**
 * One run in so many is another's than time's: they find what time alone does not, and cost several
 * times as much.
 */
const turns = 4;
const turnsOfChunk = 8;

/** These take turns, the quickest finders first. */
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
  if (chunk % learnersEvery === learnersEvery - 1) {
    return learners[Math.floor(chunk / learnersEvery) % learners.length] ?? 'timed';
  }
  if (index % turns !== 1) return 'timed';
  // Nobody's turns fill a chunk: the next one begins where this one ends.
  const turn = chunk * turnsOfChunk + Math.floor(index / turns);
  return others[turn % others.length] ?? 'timed';
}
