/** Strategies that learn nothing: a run's schedule is drawn from the chunk's seed and says it all. */
import { childSeed } from '../size.ts';
import type { Choosing } from './dress.ts';
import { dressed } from './dress.ts';
import type { Strategy } from './tactic.ts';

/** The strategy that gives the chunk's k-th scenario the k-th schedule of the chunk's seed. */
export function drawn(name: Choosing, about: string): Strategy {
  return {
    name,
    about,
    begin: (seed) => {
      let ordinal = 0;
      return {
        play: ({ scenario, lab, perform }) => {
          const ready = dressed(scenario, name, childSeed(seed, ordinal));
          ordinal += 1;
          return { scenario: ready, outcome: perform(ready, lab) };
        },
      };
    },
  };
}
