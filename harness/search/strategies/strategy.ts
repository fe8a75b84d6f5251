/** All strategies by name: what a campaign can be told to search with. */
import type { Strategy, StrategyName } from './tactic.ts';
import { timed } from './timed.ts';
import { drawn } from './drawn.ts';
import { exploring, learning } from './learners.ts';

export type { Played, Strategy, StrategyName, Tactic } from './tactic.ts';

export const strategies: Readonly<Record<StrategyName, Strategy>> = {
  timed,
  random: drawn('random', 'each pending event is as likely as any other'),
  walk: drawn('walk', 'stays with a participant for a while'),
  pct: drawn('pct', 'priorities of participants that change at a few drawn moments'),
  pctcp: drawn('pctcp', 'the same with priorities of causal chains of messages'),
  pos: drawn('pos', 'a priority drawn for each event, anew for those that raced'),
  delayBounding: drawn('delayBounding', 'participants in turn, but for a few delays'),
  qLearning: learning,
  exhaustive: exploring,
};
