/** Coverage as plain JSON and back: only what is not zero, as pairs of place and value. */
import type { Coverage } from './coverage.ts';
import { newCoverage } from './coverage.ts';
import type { StateSet } from './states.ts';

/** `[place, value, place, value, …]` */
type Sparse = readonly number[];

export interface StatesJson {
  /** 0: all states are here; else those whose hash begins with so many zero bits. */
  readonly level: number;
  /** `[hash, first run, hash, first run, …]`, hashes ascending. */
  readonly seen: Sparse;
}

export interface CoverageJson {
  readonly changes: Sparse;
  readonly states: StatesJson;
  readonly strikes: Sparse;
  readonly actions: Readonly<Record<string, number>>;
  readonly sampled: number;
}

function statesJson(states: StateSet): StatesJson {
  const pairs: (readonly [number, number])[] = [];
  states.forEach((hash, run) => void pairs.push([hash, run]));
  return { level: states.level, seen: pairs.toSorted(([a], [b]) => a - b).flat() };
}

function fillStates(states: StateSet, { level, seen }: StatesJson): void {
  states.coarsen(level);
  for (let i = 0; i < seen.length; i += 2) {
    const run = seen[i + 1] ?? 0;
    if (run > 0) states.see((seen[i] ?? 0) >>> 0, run);
  }
}

function sparse(values: Float64Array): Sparse {
  const pairs: number[] = [];
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] ?? 0;
    if (value !== 0) pairs.push(at, value);
  }
  return pairs;
}

function fill(values: Float64Array, pairs: Sparse): void {
  for (let i = 0; i < pairs.length; i += 2) {
    const at = pairs[i] ?? -1;
    if (at >= 0 && at < values.length) values[at] = pairs[i + 1] ?? 0;
  }
}

export function coverageJson(coverage: Coverage): CoverageJson {
  const { changes, states, strikes, actions, sampled } = coverage;
  return {
    changes: sparse(changes),
    states: statesJson(states),
    strikes: sparse(strikes),
    actions: Object.fromEntries([...actions].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    sampled,
  };
}

export function coverageFrom(json: CoverageJson): Coverage {
  const coverage = newCoverage();
  fill(coverage.changes, json.changes);
  fillStates(coverage.states, json.states);
  fill(coverage.strikes, json.strikes);
  for (const [action, count] of Object.entries(json.actions)) coverage.actions.set(action, count);
  coverage.sampled = json.sampled;
  return coverage;
}
