/** Coverage as plain JSON and back: only what is not zero, as pairs of place and value. */
import type { Coverage } from './coverage.ts';
import { newCoverage } from './coverage.ts';

/** `[place, value, place, value, …]` */
type Sparse = readonly number[];

export interface CoverageJson {
  readonly changes: Sparse;
  readonly states: Sparse;
  readonly strikes: Sparse;
  readonly actions: Readonly<Record<string, number>>;
  readonly sampled: number;
}

function sparse(values: Float64Array | Uint32Array): Sparse {
  const pairs: number[] = [];
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] ?? 0;
    if (value !== 0) pairs.push(at, value);
  }
  return pairs;
}

function fill(values: Float64Array | Uint32Array, pairs: Sparse): void {
  for (let i = 0; i < pairs.length; i += 2) {
    const at = pairs[i] ?? -1;
    if (at >= 0 && at < values.length) values[at] = pairs[i + 1] ?? 0;
  }
}

export function coverageJson(coverage: Coverage): CoverageJson {
  const { changes, states, strikes, actions, sampled } = coverage;
  return {
    changes: sparse(changes),
    states: sparse(states),
    strikes: sparse(strikes),
    actions: Object.fromEntries([...actions].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    sampled,
  };
}

export function coverageFrom(json: CoverageJson): Coverage {
  const coverage = newCoverage();
  fill(coverage.changes, json.changes);
  fill(coverage.states, json.states);
  fill(coverage.strikes, json.strikes);
  for (const [action, count] of Object.entries(json.actions)) coverage.actions.set(action, count);
  coverage.sampled = json.sampled;
  return coverage;
}
