/**
 * Bounded exhaustive search: stateless, depth first. One run after another takes the next of all
 * orders of a window of choices, and the kindest choice before and after it. The stack of choices
 * is one for everything that is chosen.
 *
 * A run that reaches, in the window, a state seen before with as many choices left is not branched
 * any further; states are compared by a hash of the whole cluster without its times and without its
 * servers' names. So all orders are covered up to that: what differs only in times is taken for
 * alike.
 */
import type { Pending, Scheduler } from '../../world/scheduler.ts';
import type { World } from '../../world/world.ts';
import { wholeState } from './state.ts';

export interface Explorer {
  /** For the next run. */
  readonly scheduler: () => Scheduler;
  /** Goes on to the next order; false: all were tried. */
  readonly advance: () => boolean;
}

export interface Extent {
  /** The window's first choice, counted from 0, … */
  readonly from: number;
  /** … and how many of its choices branch. */
  readonly choices: number;
}

interface Fork {
  readonly ways: number;
  way: number;
}

type StateOf = (world: World, pool: readonly Pending[]) => number | null;

/** `stateOf` null: every state is new. */
export function exhaustive(
  { from, choices }: Extent,
  stateOf: StateOf = (world, pool) => wholeState(world, pool),
): Explorer {
  let stack: Fork[] = [];
  /** By state: the most choices that were left there. */
  const seen = new Map<number, number>();
  const waysFrom = (depth: number, pool: readonly Pending[], world: World): number => {
    const state = stateOf(world, pool);
    if (state === null) return pool.length;
    const left = choices - depth;
    if ((seen.get(state) ?? 0) >= left) return 1;
    seen.set(state, left);
    return pool.length;
  };
  return {
    scheduler: () => {
      let step = 0;
      let depth = 0;
      let open = true;
      return {
        pick: (pool, world) => {
          if (step++ < from || pool.length < 2 || depth >= choices || !open) return 0;
          const fork = stack[depth] ?? { ways: waysFrom(depth, pool, world), way: 0 };
          if (depth === stack.length) stack.push(fork);
          open = fork.ways > 1;
          depth += 1;
          return Math.min(fork.way, pool.length - 1);
        },
      };
    },
    advance: () => {
      const at = stack.findLastIndex(({ ways, way }) => way + 1 < ways);
      stack = stack.slice(0, at + 1);
      const last = stack[at];
      if (last === undefined) return false;
      last.way += 1;
      return true;
    },
  };
}
