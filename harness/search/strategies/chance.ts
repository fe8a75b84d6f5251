/** The draws of schedulers: keyed by seed and ordinals like all others, so no stream is shared. */
import { draw, purpose } from '../../world/keyed.ts';

/** 32 bits, unsigned, for the `ordinal`-th time that `owner` asks. */
export function chance(seed: number, owner: number, ordinal: number): number {
  return draw(seed, purpose.choice, owner, ordinal);
}

/** 0 to `count - 1`, evenly. */
export function below(count: number, drawn: number): number {
  return Math.floor((drawn / 0x1_0000_0000) * count);
}

/** The index of the greatest, the first of equals; the list must not be empty. */
export function indexOfMost<T>(list: readonly T[], measure: (value: T) => number): number {
  let best = 0;
  let most = -Infinity;
  let index = 0;
  for (const value of list) {
    const measured = measure(value);
    if (measured > most) {
      best = index;
      most = measured;
    }
    index += 1;
  }
  return best;
}

/** The first index whose event is this participant's step; -1: it has none. */
export function firstOf(pool: readonly { readonly actor: number }[], actor: number): number {
  return pool.findIndex((pending) => pending.actor === actor);
}
