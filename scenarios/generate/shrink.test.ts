import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isScenario } from '../../harness/world/scenario-schema.ts';
import type { Fault, Scenario } from '../../harness/world/scenario.ts';
import { calm } from '../../harness/world/scenario.ts';
import { actionsOf, timeOf } from './actions.ts';
import { expandScenario } from './expand.ts';
import { scenarioArbitrary } from './scenario.ts';
import { start } from './place.ts';
import { candidates } from './shrink.ts';

const arbitrary = scenarioArbitrary();
/** 200 actions and five servers, from fixed seeds. */
const long: readonly Scenario[] = Array.from({ length: 24 }, (_, i) => {
  const scenario = expandScenario(1_000 + i, { size: 200, servers: 5, profile: 'swarm' });
  return scenario;
}).filter((scenario) => actionsOf(scenario).length >= 150);

interface Shrunk {
  readonly scenario: Scenario;
  readonly runs: number;
  readonly path: string;
}

/** Drives the shrinker through fast-check, as users do, and counts the runs. */
function shrink(scenario: Scenario, fails: (scenario: Scenario) => boolean): Shrunk {
  let runs = 0;
  const details = fc.check(
    fc.property(arbitrary, (candidate) => {
      runs++;
      return !fails(candidate);
    }),
    { examples: [[scenario]], numRuns: 1, seed: 1 },
  );
  const [smallest] = details.counterexample ?? [];
  return { scenario: smallest ?? scenario, runs, path: details.counterexamplePath ?? '' };
}

const crashes = (scenario: Scenario): number =>
  scenario.faults.filter((fault) => fault.kind === 'crash').length;
const writes = (scenario: Scenario): number =>
  scenario.workload.operations.filter((operation) => operation.f !== 'read').length;
const longest = (scenario: Scenario, kind: Fault['kind']): number =>
  Math.max(
    0,
    ...scenario.faults.map((fault) => (fault.kind === kind && 'forMs' in fault ? fault.forMs : 0)),
  );

/** A toy failure and what is left of it at its known minimum. */
interface Toy {
  readonly name: string;
  readonly fails: (scenario: Scenario) => boolean;
  readonly minimum: number;
}

const toys: readonly Toy[] = [
  { name: 'anything at all', fails: () => true, minimum: 0 },
  { name: 'two crashes', fails: (scenario) => crashes(scenario) >= 2, minimum: 2 },
  {
    name: 'three crashes and two writes after the first of them',
    minimum: 5,
    fails: (scenario) => {
      const first = scenario.faults.find((fault) => fault.kind === 'crash')?.atMs ?? Infinity;
      const after = scenario.workload.operations.filter(
        (operation) => operation.f !== 'read' && operation.atMs >= first,
      );
      return crashes(scenario) >= 3 && after.length >= 2;
    },
  },
  {
    name: 'a partition of 57 ms with a write in it',
    minimum: 2,
    fails: (scenario) =>
      scenario.faults.some(
        (fault) =>
          fault.kind === 'partition' &&
          fault.forMs >= 57 &&
          scenario.workload.operations.some(
            ({ f, atMs }) => f !== 'read' && atMs >= fault.atMs && atMs < fault.atMs + fault.forMs,
          ),
      ),
  },
  {
    name: 'a crash and at least as many writes as crashes',
    minimum: 2,
    fails: (scenario) => crashes(scenario) > 0 && writes(scenario) >= crashes(scenario),
  },
];

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;
}

describe('shrinking 200 actions', () => {
  test.each(toys)('ends at the known minimum: $name', ({ fails, minimum }) => {
    const failing = long.filter(fails);
    expect(failing.length).toBeGreaterThan(3);
    const runs: number[] = [];
    for (const scenario of failing) {
      const shrunk = shrink(scenario, fails);
      expect(actionsOf(shrunk.scenario)).toHaveLength(minimum);
      runs.push(shrunk.runs);
    }
    expect(median(runs)).toBeLessThanOrEqual(120);
  });

  test('leaves the least cluster, unremarkable knobs and even figures', () => {
    const fails = (scenario: Scenario): boolean =>
      scenario.cluster.servers >= 3 && longest(scenario, 'pause') >= 43;
    const failing = long.filter(fails);
    expect(failing.length).toBeGreaterThan(3);
    for (const scenario of failing) {
      const { scenario: least } = shrink(scenario, fails);
      expect(least.cluster).toEqual({
        ...calm.cluster,
        diskMicros: { min: 1_000, max: 1_000 },
        servers: 3,
      });
      expect(least.bus).toEqual({
        ...calm.bus,
        ordering: 'total',
        latencyMicros: { min: 5_000, max: 5_000 },
      });
      expect(least.workload).toMatchObject({ clients: 1, sessions: 'given', operations: [] });
      expect(least.faults).toMatchObject([{ kind: 'pause', atMs: 0 }]);
      expect(longest(least, 'pause')).toBeLessThanOrEqual(53);
      expect(least.limits.runMs).toBe(100);
    }
  });

  test('needs pairs where no single action can go', () => {
    const fails = (scenario: Scenario): boolean =>
      crashes(scenario) >= 2 && crashes(scenario) % 2 === 0;
    const failing = long.filter(fails);
    expect(failing.length).toBeGreaterThan(3);
    for (const scenario of failing) {
      expect(actionsOf(shrink(scenario, fails).scenario)).toHaveLength(2);
    }
  });
});

describe('the stream of candidates', () => {
  test('is the same every time it is asked for', () => {
    const texts = (scenario: Scenario): string[] =>
      [...candidates(scenario, start)].map((candidate) => JSON.stringify(candidate));
    for (const seed of [1, 2, 3, 4]) {
      const scenario = expandScenario(seed, { size: 20 });
      const once = texts(scenario);
      expect(once.length).toBeGreaterThan(50);
      expect(texts(scenario)).toEqual(once);
    }
  });

  test('holds well-formed scenarios in the order of time, each another than the one before', () => {
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) {
      const scenario = expandScenario(seed, { size: 12 });
      const text = JSON.stringify(scenario);
      for (const candidate of candidates(scenario, start)) {
        expect(isScenario(candidate.scenario)).toBe(true);
        expect(JSON.stringify(candidate.scenario)).not.toBe(text);
        const times = actionsOf(candidate.scenario).map(timeOf);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
      }
    }
  });

  test('ends whatever is accepted', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 6 }), (seed, every) => {
        let scenario = expandScenario(seed, { size: 20 });
        let place = start;
        let steps = 0;
        for (;;) {
          const next = [...take(candidates(scenario, place), every)].at(-1);
          if (next === undefined) return;
          ({ scenario, place } = next);
          steps++;
          expect(steps).toBeLessThan(2_000);
        }
      }),
      { seed: 5, numRuns: 100 },
    );
  });

  test('replays a path by running the failing scenario once', () => {
    const fails = (scenario: Scenario): boolean => crashes(scenario) >= 2 && writes(scenario) >= 1;
    const found = fc.check(
      fc.property(arbitrary, (scenario) => !fails(scenario)),
      { seed: 3, numRuns: 500 },
    );
    expect(found.failed).toBe(true);
    let runs = 0;
    const again = fc.check(
      fc.property(arbitrary, (scenario) => {
        runs++;
        return !fails(scenario);
      }),
      { seed: 3, path: found.counterexamplePath ?? '', endOnFailure: true },
    );
    expect(runs).toBe(1);
    expect(again.counterexample).toEqual(found.counterexample);
  });

  test('starts anew for a stored scenario and refuses what is none', () => {
    expect(arbitrary.canShrinkWithoutContext(calm)).toBe(true);
    expect(arbitrary.canShrinkWithoutContext({ ...calm, seed: -1 })).toBe(false);
    expect(arbitrary.canShrinkWithoutContext('calm')).toBe(false);
  });
});

function* take<T>(values: Iterable<T>, count: number): Generator<T> {
  let left = count;
  for (const value of values) {
    yield value;
    left--;
    if (left === 0) return;
  }
}
