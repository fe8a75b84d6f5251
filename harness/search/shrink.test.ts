import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scenarioArbitrary } from '../../scenarios/generate/scenario.ts';
import { labFor } from '../cli/lab.ts';
import type { Scenario } from '../world/scenario.ts';
import { execute } from './execute.ts';
import type { Execute } from './shrink.ts';
import { shrink } from './shrink.ts';
import { actionCount } from './size.ts';
import type { Verdictlike } from './toy.test.kit.ts';
import { crashes, toyLab, toyOutcome, writes } from './toy.test.kit.ts';

const lab = toyLab('toy');
const arbitrary = scenarioArbitrary({ size: 120, servers: 5 });
const pacing = { seed: 3, stepMicros: 100, earlyPercent: 0, fairAfter: 2_000 };

function toy(judge: (scenario: Scenario) => Verdictlike): Execute {
  return (scenario) => toyOutcome(scenario, judge(scenario));
}

function failing(execute: Execute, invariant: string): readonly Scenario[] {
  const drawn = fc.sample(arbitrary, { seed: 77, numRuns: 120 });
  const found = drawn.filter((s) => execute(s, lab).failure?.invariant === invariant);
  expect(found.length).toBeGreaterThan(5);
  return found.slice(0, 6);
}

const twoCrashes = toy((scenario) =>
  crashes(scenario) >= 2
    ? { invariant: 'LogMatching' }
    : crashes(scenario) === 1
      ? { invariant: 'ElectionSafety' }
      : {},
);

describe('shrink', () => {
  test('keeps the invariant that failed and reports what else broke on the way', () => {
    for (const scenario of failing(twoCrashes, 'LogMatching')) {
      const shrunk = shrink(scenario, lab, arbitrary, { tries: 2_000, execute: twoCrashes });
      expect(crashes(shrunk.scenario)).toBe(2);
      expect(actionCount(shrunk.scenario)).toBe(2);
      expect(shrunk.outcome.failure?.invariant).toBe('LogMatching');
      expect(shrunk.slips.map((slip) => slip.failure.invariant)).toEqual(['ElectionSafety']);
      expect(shrunk.finished).toBe(true);
    }
  });

  test('spends no more runs than it is given and still holds a failing scenario', () => {
    for (const scenario of failing(twoCrashes, 'LogMatching')) {
      for (const tries of [1, 2, 10, 40]) {
        let runs = 0;
        const execute: Execute = (candidate, of) => {
          runs++;
          return twoCrashes(candidate, of);
        };
        const shrunk = shrink(scenario, lab, arbitrary, { tries, execute });
        expect(runs).toBe(shrunk.tries);
        expect(runs).toBeLessThanOrEqual(tries);
        expect(shrunk.finished).toBe(false);
        expect(crashes(shrunk.scenario)).toBeGreaterThanOrEqual(2);
      }
    }
  });

  test('stops when told, with the smallest so far', () => {
    const [scenario] = failing(twoCrashes, 'LogMatching');
    if (scenario === undefined) throw new Error('nothing fails');
    const sizes: number[] = [];
    const shrunk = shrink(scenario, lab, arbitrary, {
      tries: 2_000,
      execute: twoCrashes,
      stop: () => sizes.length >= 3,
      onProgress: ({ smallest }) => sizes.push(actionCount(smallest)),
    });
    expect(sizes).toHaveLength(3);
    expect(actionCount(shrunk.scenario)).toBe(sizes[2]);
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  });

  test('gets further with fresh network seeds than with the one it was given', () => {
    const luck = toy((scenario) => {
      const lucky = scenario.seed % 5 === 2 && crashes(scenario) >= 1;
      const many = crashes(scenario) >= 4 && writes(scenario) >= 3;
      return lucky || many ? { invariant: 'LogMatching' } : {};
    });
    for (const scenario of failing(luck, 'LogMatching')) {
      const unlucky = { ...scenario, seed: 1 };
      if (luck(unlucky, lab).failure === null) continue;
      const fixed = shrink(unlucky, lab, arbitrary, { tries: 5_000, execute: luck, resample: 0 });
      const fresh = shrink(unlucky, lab, arbitrary, { tries: 5_000, execute: luck });
      expect(actionCount(fixed.scenario)).toBe(7);
      expect(actionCount(fresh.scenario)).toBe(1);
      expect(fresh.scenario.seed % 5).toBe(2);
    }
  });

  test('gives a path by which fast-check reaches the same scenario in one run', () => {
    const seed = 77;
    const drawn = fc.sample(arbitrary, { seed, numRuns: 120 });
    const index = drawn.findIndex((s) => twoCrashes(s, lab).failure?.invariant === 'LogMatching');
    const scenario = drawn[index];
    if (scenario === undefined) throw new Error('nothing fails');
    const options = { tries: 5_000, execute: twoCrashes, resample: 0 };
    const shrunk = shrink(scenario, lab, arbitrary, options);
    const met: Scenario[] = [];
    fc.check(
      fc.property(arbitrary, (candidate) => {
        met.push(candidate);
        return false;
      }),
      { seed, path: `${String(index)}:${shrunk.path}`, endOnFailure: true },
    );
    expect(met).toEqual([shrunk.scenario]);
  });

  test('goes on, when told how, to what reads shorter with no more actions', () => {
    // What a reader must follow: the end of the unkind part, and the chance of the network seed.
    const measure = (scenario: Scenario): number =>
      Math.ceil(scenario.limits.runMs / 100) + (scenario.seed % 8);
    for (const scenario of failing(twoCrashes, 'LogMatching')) {
      const options = { tries: 6_000, execute: twoCrashes };
      const plain = shrink(scenario, lab, arbitrary, options);
      const polished = shrink(scenario, lab, arbitrary, { ...options, measure });
      expect(actionCount(polished.scenario)).toBeLessThanOrEqual(actionCount(plain.scenario));
      expect(measure(polished.scenario)).toBeLessThanOrEqual(measure(plain.scenario));
      expect(polished.scenario.seed % 8).toBeLessThan(2);
      expect(polished.outcome.failure?.invariant).toBe('LogMatching');
      expect(polished.path).toBe(plain.path);
      expect(shrink(scenario, lab, arbitrary, { ...options, measure })).toEqual(polished);
    }
  });

  test('tries first what it is told that the failure comes from, and then parts of that', () => {
    const [scenario] = failing(twoCrashes, 'LogMatching').filter((s) => crashes(s) > 2);
    if (scenario === undefined) throw new Error('nothing fails');
    const met: Scenario[] = [];
    const execute: Execute = (candidate, of) => {
      met.push(candidate);
      return twoCrashes(candidate, of);
    };
    const slice = (given: Scenario): Scenario => ({
      ...given,
      faults: given.faults.filter(({ kind }) => kind === 'crash'),
      workload: { ...given.workload, operations: [] },
    });
    const shrunk = shrink(scenario, lab, arbitrary, { tries: 2_000, execute, slice });
    expect(met[1]?.faults).toEqual(slice(scenario).faults);
    expect(met[1]?.workload.operations).toEqual([]);
    expect(actionCount(shrunk.scenario)).toBe(2);
    expect(shrunk.path).toBe('');
    const wrong = (given: Scenario): Scenario => ({ ...slice(given), faults: [] });
    const other = shrink(scenario, lab, arbitrary, { tries: 2_000, execute, slice: wrong });
    expect(actionCount(other.scenario)).toBe(2);
  });

  test('begins later where that is shorter to tell, with more actions if need be', () => {
    const begun = (scenario: Scenario): boolean => scenario.initial.length > 0;
    // Two crashes, or one that falls upon what the disks hold.
    const eventful = toy((scenario) =>
      crashes(scenario) >= (begun(scenario) ? 1 : 2) ? { invariant: 'LogMatching' } : {},
    );
    const initial = [{ server: 'S1', term: 1, votedFor: null, log: [1] }];
    const jump = { kind: 'clockJump', atMs: 5, server: 'S1', byMs: 300 } as const;
    const later = (given: Scenario): readonly Scenario[] => [
      { ...given, initial, faults: [...given.faults.slice(1), jump, jump] },
    ];
    for (const scenario of failing(eventful, 'LogMatching')) {
      for (const [steps, expected] of [
        [40, true],
        [6, false],
      ] as const) {
        const measure = (one: Scenario): number => (begun(one) ? steps / 4 : steps);
        const options = { tries: 2_000, execute: eventful, measure, later };
        const bare = { ...scenario, initial: [] };
        const { scenario: shrunk } = shrink(bare, lab, arbitrary, options);
        expect(begun(shrunk)).toBe(expected);
        expect(crashes(shrunk)).toBe(expected ? 1 : 2);
      }
    }
  });

  test('leaves the schedule out where the failure does not need it', () => {
    const [scenario] = failing(twoCrashes, 'LogMatching');
    if (scenario === undefined) throw new Error('nothing fails');
    const scheduled = { ...scenario, schedule: { strategy: 'pos', ...pacing } as const };
    const options = { tries: 2_000, execute: twoCrashes };
    expect(shrink(scheduled, lab, arbitrary, options).scenario.schedule).toBeUndefined();
  });

  test('tells a schedule that is needed by its decisions, the fewer the better', () => {
    const careless = labFor({ mutant: 'vote-without-checking-votedFor' });
    const needy: Execute = (candidate, of, scheduler) =>
      candidate.schedule === undefined
        ? toyOutcome(candidate, {})
        : execute(candidate, of, scheduler);
    const scheduled = fc
      .sample(arbitrary, { seed: 77, numRuns: 40 })
      .map((one) => ({ ...one, schedule: { strategy: 'pos', ...pacing } as const }))
      .find((one) => needy(one, careless).failure?.invariant === 'VoteOncePerTerm');
    if (scheduled === undefined) throw new Error('nothing fails');
    const measure = (): number => 1;
    const options = { tries: 400, execute: needy, measure };
    const { scenario, outcome, tries } = shrink(scheduled, careless, arbitrary, options);
    expect(outcome.failure?.invariant).toBe('VoteOncePerTerm');
    expect(tries).toBeLessThanOrEqual(400);
    const { schedule } = scenario;
    const decisions = schedule?.strategy === 'recorded' ? schedule.decisions.length : Infinity;
    expect(decisions).toBeLessThan(20);
  });

  test('leaves a scenario alone that does not fail', () => {
    const [scenario] = fc.sample(arbitrary, { seed: 1, numRuns: 1 });
    if (scenario === undefined) throw new Error('nothing was drawn');
    const shrunk = shrink(scenario, lab, arbitrary, { tries: 100, execute: toy(() => ({})) });
    expect(shrunk).toMatchObject({ tries: 1, path: '', finished: true });
    expect(shrunk.scenario).toBe(scenario);
    expect(shrunk.outcome.verdict).toBe('pass');
  });
});
