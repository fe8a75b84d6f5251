/**
 * Which strategy searches in which chunk of a campaign. The portfolio is a fixed schedule: the
 * strategies differ in what they find first, and a fixed one gives the same chunks to every worker,
 * shard and machine.
 */
import type { StrategyName } from './strategies/tactic.ts';

/** A strategy of the room next door, or the search guided by coverage. */
export type SearchStrategy = StrategyName | 'guided';

/** What a campaign can be told. */
export type StrategyChoice = SearchStrategy | 'portfolio';

/** Every `turns`-th chunk is another's; all other chunks are timed. */
const turns = 4;

/** Those that take turns beside the timed runs. `exhaustive` goes on for ever: not among them. */
const others: readonly SearchStrategy[] = [
  'random',
  'pct',
  'pos',
  'walk',
  'delayBounding',
  'pctcp',
  'qLearning',
];

export const strategyChoices: readonly StrategyChoice[] = [
  'portfolio',
  'timed',
  'guided',
  ...others,
  'exhaustive',
];

/** The strategy of a chunk. The first chunk of every portfolio is timed. */
export function strategyOf(choice: StrategyChoice, chunk: number): SearchStrategy {
  if (choice !== 'portfolio') return choice;
  if (chunk % turns !== turns - 1) return 'timed';
  return others[Math.floor(chunk / turns) % others.length] ?? 'timed';
}
