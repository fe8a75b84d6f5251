/**
 * PCT for message passing (Ozkan, Majumdar, Niksic, Tabaei Befrouei, Weissenbacher, OOPSLA 2018):
 * pending events are put into chains of the causal order as they come, chains have random
 * priorities, and the event of the highest chain is next, unless it is one of d - 1 drawn events:
 * then its chain falls to priority i first.
 *
 * Guarantee: for n events of a causal order of width w, a bug of depth d is found with probability
 * 1/(w^2 n^(d-1)) or more. Events are numbered as they become pending. Besides messages the events
 * are ends of fsyncs, timers, clients' moments and faults; a timer follows from its server's last
 * step before it was armed.
 */
import type { Schedule } from '../../world/scenario.ts';
import type { Pending, Scheduler } from '../../world/scheduler.ts';
import { Causality } from './causality.ts';
import { chance, indexOfMost } from './chance.ts';
import { Chains } from './chains.ts';
import { changePoints } from './pct.ts';
import { owners } from './random.ts';

type Depth = Pick<Extract<Schedule, { readonly depth: number }>, 'seed' | 'depth' | 'choices'>;

export function pctcp(schedule: Depth): Scheduler {
  const { seed, depth } = schedule;
  const causality = new Causality();
  const chains = new Chains();
  const chainOf = new Map<number, number>();
  const fallen = new Map<number, number>();
  const priorityOf = ({ id, parent }: Pending): number => {
    const chain = chainOf.get(id) ?? chains.add(id, (other) => causality.precedes(other, parent));
    chainOf.set(id, chain);
    return fallen.get(chain) ?? depth + chance(seed, owners.pct, chain);
  };
  let left = changePoints(schedule).map((at, i) => ({ at, priority: i + 1 }));
  return {
    pick: (pool) => {
      for (;;) {
        const index = indexOfMost(pool, priorityOf);
        const next = pool[index];
        const change = left.find(({ at }) => at === next?.id);
        if (next !== undefined && change === undefined) {
          causality.step(next);
          return index;
        }
        left = left.filter((other) => other !== change);
        fallen.set(chainOf.get(next?.id ?? -1) ?? -1, change?.priority ?? 0);
      }
    },
  };
}
