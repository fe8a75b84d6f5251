/* States that strategies remember: alike for what is alike, and different for what is not. */
import { describe, expect, test } from 'vitest';
import { labFor } from '../../cli/lab.ts';
import type { Scenario } from '../../world/scenario.ts';
import { calm } from '../../world/scenario.ts';
import { execute } from '../execute.ts';
import type { Explorer } from './exhaustive.ts';
import { exhaustive } from './exhaustive.ts';
import { abstractState, wholeState } from './state.ts';

const scenario: Scenario = {
  ...calm,
  cluster: { ...calm.cluster, servers: 3 },
  workload: { ...calm.workload, clients: 1 },
  limits: { ...calm.limits, runMs: 20 },
  schedule: { strategy: 'random', seed: 1, stepMicros: 1_000, earlyPercent: 100, fairAfter: 1_000 },
};

/** Both states before each choice, when these are made. */
function states(choices: readonly number[]): readonly (readonly [number, number])[] {
  const seen: [number, number][] = [];
  execute(scenario, labFor({}), {
    pick: (pool, world) => {
      seen.push([wholeState(world, pool), abstractState(world)]);
      return choices[seen.length - 1] ?? 0;
    },
  });
  return seen;
}

describe('the whole state', () => {
  test('does not tell servers by their names, but by who is asked by a client', () => {
    const firsts = [0, 1, 2].map((first) => states([first])[1]?.[0]);
    expect(new Set(firsts).size).toBe(2);
  });

  test('tells one candidate from two', () => {
    const [start, one, two] = states([0, 2]).map(([whole]) => whole);
    expect(new Set([start, one, two]).size).toBe(3);
  });
});

describe('bounded exhaustive search of a cluster', () => {
  function runsOf(explorer: Explorer): number {
    let runs = 0;
    do {
      expect(execute(scenario, labFor({}), explorer.scheduler()).failure).toBeNull();
      runs += 1;
    } while (explorer.advance() && runs < 1_000);
    return runs;
  }

  test('is spared what only names tell apart', () => {
    const extent = { from: 0, choices: 3 };
    const all = runsOf(exhaustive(extent, () => null));
    const different = runsOf(exhaustive(extent));
    expect(all).toBeGreaterThan(25);
    expect(different).toBeGreaterThan(3);
    expect(different).toBeLessThan((2 * all) / 3);
  });
});

describe('the abstract state', () => {
  test('tells who stands where, not how far all are together', () => {
    const [first, second, third] = [0, 1, 2].map((one) => states([one])[1]?.[1]);
    expect(first).not.toBe(second);
    expect(second).not.toBe(third);
    const [start] = states([0]);
    expect(start?.[1]).not.toBe(first);
  });
});
