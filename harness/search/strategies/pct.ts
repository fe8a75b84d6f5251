/**
 * Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010, fig.
 * 4): each participant gets a random priority above d - 1, d - 1 change points are drawn from the k
 * choices, and the pending event of the highest participant is next. After the choice at the i-th
 * change point the priority of who stepped becomes i, lower than all others had at first.
 *
 * Guarantee: a bug that needs d ordering constraints among n participants in at most k choices is
 * found with probability 1/(n k^(d-1)) or more. Participants are servers, clients and the world
 * around them (faults); of what one has pending its oldest event is its next step.
 */
import type { Schedule } from '../../world/scenario.ts';
import type { Scheduler } from '../../world/scheduler.ts';
import { below, chance, indexOfMost } from './chance.ts';
import { owners } from './random.ts';

type Depth = Pick<Extract<Schedule, { readonly depth: number }>, 'seed' | 'depth' | 'choices'>;

/** The `depth - 1` change points, as numbers 0 to `choices - 1`; two may fall together. */
export function changePoints({ seed, depth, choices }: Depth): readonly number[] {
  return Array.from({ length: depth - 1 }, (_, i) =>
    below(choices, chance(seed, owners.pct, -1 - i)),
  );
}

export function pct(schedule: Depth): Scheduler {
  const { seed, depth } = schedule;
  const changes = changePoints(schedule);
  const priorities = new Map<number, number>();
  const priorityOf = (actor: number): number => {
    // Above all changed ones; equal draws are not to be expected, and then the oldest goes first.
    const priority = priorities.get(actor) ?? depth + chance(seed, owners.pct, actor);
    priorities.set(actor, priority);
    return priority;
  };
  let step = 0;
  return {
    pick: (pool) => {
      const index = indexOfMost(pool, ({ actor }) => priorityOf(actor));
      const actor = pool[index]?.actor ?? -1;
      for (const [i, at] of changes.entries()) if (at === step) priorities.set(actor, i + 1);
      step += 1;
      return index;
    },
  };
}
