import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scenarioArbitrary } from '../../scenarios/generate/scenario.ts';
import { memoryLab } from '../cli/lab.ts';
import { raft } from '../raft/machine.ts';
import { table } from '../raft/table.ts';
import type { Coverage } from './coverage.ts';
import {
  cellsReached,
  changeAt,
  columnOf,
  coverageInputs,
  coveragePercent,
  growth,
  mergeCoverage,
  newCoverage,
  statesSeen,
  strikesReached,
  transitionsReached,
} from './coverage.ts';
import { coverageFrom, coverageJson } from './coverage-json.ts';
import { Probe, probeName } from './coverage-probe.ts';
import { execute, record } from './execute.ts';

const seed = 20_261_122;

const pairs = (length: number): fc.Arbitrary<readonly (readonly [number, number])[]> =>
  fc.array(fc.tuple(fc.nat(length - 1), fc.integer({ min: 1, max: 1_000_000 })), { maxLength: 30 });

/** Coverages with a little of everything. */
const coverages: fc.Arbitrary<Coverage> = fc
  .record({
    changes: pairs(525),
    states: pairs(2 ** 32),
    strikes: pairs(100),
    actions: fc.dictionary(fc.constantFrom('Timeout', 'Restart', 'StepDown'), fc.nat(1_000)),
    sampled: fc.nat(10),
  })
  .map(({ changes, states, strikes, actions, sampled }) => {
    const coverage = { ...newCoverage(), actions: new Map(Object.entries(actions)), sampled };
    for (const [at, count] of changes) coverage.changes[at] = count;
    for (const [hash, run] of states) coverage.states.see(hash, run);
    for (const [at, count] of strikes) coverage.strikes[at] = count;
    return coverage;
  });

function sum(parts: readonly Coverage[]): unknown {
  const total = newCoverage();
  for (const part of parts) mergeCoverage(total, part);
  return coverageJson(total);
}

describe('coverage', () => {
  test('merges to the same in any order and grouping', () => {
    fc.assert(
      fc.property(coverages, coverages, coverages, (a, b, c) => {
        const ab = coverageFrom(coverageJson(a));
        mergeCoverage(ab, b);
        const whole = sum([a, b, c]);
        expect(sum([ab, c])).toEqual(whole);
        expect(sum([c, b, a])).toEqual(whole);
      }),
      { seed, numRuns: 60 },
    );
  });

  test('survives being written and read', () => {
    fc.assert(
      fc.property(coverages, (coverage) => {
        const text = JSON.stringify(coverageJson(coverage));
        expect(JSON.stringify(coverageJson(coverageFrom(JSON.parse(text))))).toBe(text);
      }),
      { seed, numRuns: 60 },
    );
  });

  test('knows every column of the table', () => {
    expect([...coverageInputs].toSorted()).toEqual(Object.keys(table.leader).toSorted());
    expect(coverageInputs.map(columnOf)).toEqual(coverageInputs.map((_, at) => at));
  });

  test('of nothing is 0 %, and of one cell that cell', () => {
    const coverage = newCoverage();
    expect(coveragePercent(coverage)).toBe(0);
    const { of } = cellsReached(coverage);
    coverage.changes[changeAt(1, columnOf('electionTimeout'), 3)] = 1;
    const { hit, missing } = cellsReached(coverage);
    expect([hit, missing.length]).toEqual([1, of - 1]);
    expect(missing).not.toContain('follower × electionTimeout');
    expect(transitionsReached(coverage).hit).toBe(1);
  });

  test('grows to the number of states seen', () => {
    const coverage = newCoverage();
    for (const [hash, run] of [1, 1, 5, 90, 100].entries()) coverage.states.see(hash, run);
    expect(growth(coverage, 100, 10)).toEqual([3, 3, 3, 3, 3, 3, 3, 3, 4, 5]);
    expect(statesSeen(coverage)).toEqual({ count: 5, estimated: false, lastNewRun: 100 });
  });
});

describe('the probe', () => {
  const lab = memoryLab(raft);
  const scenarios = fc.sample(scenarioArbitrary(), { seed, numRuns: 24 });

  test('changes nothing of what a run does', () => {
    const probe = new Probe(lab, newCoverage());
    for (const scenario of scenarios.slice(0, 6)) {
      const plain: string[] = [];
      const watched: string[] = [];
      record(scenario, lab, (one) => void plain.push(JSON.stringify(one)));
      record(scenario, probe.lab, (one) => void watched.push(JSON.stringify(one)));
      expect(watched).toEqual(plain);
    }
  });

  test('sees most of the table within two dozen runs, and whom faults strike', () => {
    const coverage = newCoverage();
    const probe = new Probe(lab, coverage);
    for (const [index, scenario] of scenarios.entries()) {
      probe.begin(coverage, index + 1);
      expect(execute(scenario, probe.lab).examined[probeName]).toBe(1);
    }
    expect(coveragePercent(coverage)).toBeGreaterThan(60);
    expect(strikesReached(coverage).hit).toBeGreaterThan(20);
    const { count, lastNewRun } = statesSeen(coverage);
    expect(count).toBeGreaterThan(300);
    expect(lastNewRun).toBeGreaterThan(12);
  });

  test('counts the same for the same runs', () => {
    const [one, two] = [0, 1].map(() => {
      const coverage = newCoverage();
      const probe = new Probe(lab, coverage);
      for (const [index, scenario] of scenarios.slice(0, 5).entries()) {
        probe.begin(coverage, index + 1);
        execute(scenario, probe.lab);
      }
      return coverageJson(coverage);
    });
    expect(two).toEqual(one);
  });
});
