/**
 * Partial order sampling (Yuan, Yang, Gu, CAV 2018): each pending event has an independent random
 * priority, the highest is next, and what raced with it gets a fresh one. Exponentially better than
 * a random walk at sampling partial orders in the worst case; independent events come in every
 * order with the same probability.
 *
 * Two events race when they are steps of the same participant; a fault or its end races with all,
 * for it may hit anybody. Priorities are keyed by the events' identities.
 */
import type { Pending, Scheduler } from '../../world/scheduler.ts';
import { chance, indexOfMost } from './chance.ts';

const isFault = ({ kind }: Pending): boolean => kind === 'fault' || kind === 'relief';

function race(one: Pending, other: Pending): boolean {
  return one.actor === other.actor || isFault(one) || isFault(other);
}

export function pos(seed: number): Scheduler {
  /** Times that the event drew a priority anew. */
  const redraws = new Map<number, number>();
  const priorityOf = ({ id, key }: Pending): number => chance(seed, key, redraws.get(id) ?? 0);
  return {
    pick: (pool) => {
      const index = indexOfMost(pool, priorityOf);
      const next = pool[index];
      for (const pending of pool) {
        if (next === undefined || pending === next || !race(pending, next)) continue;
        redraws.set(pending.id, (redraws.get(pending.id) ?? 0) + 1);
      }
      return index;
    },
  };
}
