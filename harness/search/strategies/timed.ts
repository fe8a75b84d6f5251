/** The timed world: everything comes about at its time, and the scenario stays as it is. */
import type { Strategy } from './tactic.ts';

export const timed: Strategy = {
  name: 'timed',
  about: 'everything comes about at its time',
  begin: () => ({
    play: ({ scenario, lab, perform }) => ({ scenario, outcome: perform(scenario, lab) }),
  }),
};
