/**
 * Q-learning (Mukherjee, Deligiannis, Biswas, Lal, OOPSLA 2020): a table says how good an action is
 * in a state, the next one is drawn by softmax with temperature 1, and after each run every step
 * taken is judged by the times that the state it led to has been seen: what is often visited
 * repels. No guarantee; unfair until its suffix.
 *
 * A state is the abstract state of the cluster; an action is an event's kind and participants. The
 * paper's visits are forgotten nowhere, nor here, but a learner lives for one chunk of runs, so
 * that what it does depends on nothing else.
 */
import type { Pending, Scheduler } from '../../world/scheduler.ts';
import type { World } from '../../world/world.ts';
import { chance } from './chance.ts';
import { owners } from './random.ts';
import { abstractState, actionOf } from './state.ts';

const learningRate = 0.3;
const discount = 0.7;

export interface Learner {
  /** For the next run. */
  readonly scheduler: (seed: number) => Scheduler;
  /** Learns from the run that the last scheduler made. */
  readonly learn: () => void;
}

type Values = Map<number, number>;

function best(values: Values | undefined): number {
  let most = -Infinity;
  for (const value of values?.values() ?? []) most = Math.max(most, value);
  return most === -Infinity ? 0 : most;
}

/** e^x for x up to 0, near enough, by multiplication alone: that is alike on every machine. */
function power(x: number): number {
  let value = Math.max(0, 1 + x / 1_024);
  for (let squared = 0; squared < 10; squared += 1) value *= value;
  return value;
}

/** An index drawn in proportion to e^value. */
function softmax(values: readonly number[], drawn: number): number {
  const most = Math.max(...values);
  const weights = values.map((value) => power(value - most));
  let left = (drawn / 0x1_0000_0000) * weights.reduce((sum, weight) => sum + weight, 0);
  const index = weights.findIndex((weight) => (left -= weight) < 0);
  return index < 0 ? values.indexOf(most) : index;
}

/** A learner that knows nothing yet. */
export function qLearning(stateOf: (world: World) => number = abstractState): Learner {
  const table = new Map<number, Values>();
  const visits = new Map<number, number>();
  let path: { readonly state: number; readonly action: number }[] = [];
  const valuesOf = (state: number): Values => {
    const values = table.get(state) ?? new Map<number, number>();
    table.set(state, values);
    return values;
  };
  const choose = (pool: readonly Pending[], world: World, drawn: number): number => {
    const state = stateOf(world);
    const known = valuesOf(state);
    const actions = pool.map(actionOf);
    const index = softmax(
      actions.map((action) => known.get(action) ?? 0),
      drawn,
    );
    path.push({ state, action: actions[index] ?? 0 });
    return index;
  };
  return {
    scheduler: (seed) => {
      path = [];
      let step = 0;
      return { pick: (pool, world) => choose(pool, world, chance(seed, owners.learner, step++)) };
    },
    learn: () => {
      for (const [at, { state, action }] of path.entries()) {
        const next = path[at + 1];
        if (next === undefined) break;
        const seen = (visits.get(next.state) ?? 0) + 1;
        visits.set(next.state, seen);
        const values = valuesOf(state);
        const target = discount * best(table.get(next.state)) - seen;
        const value = values.get(action) ?? 0;
        values.set(action, (1 - learningRate) * value + learningRate * target);
      }
      path = [];
    },
  };
}
