import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scenarioArbitrary } from '../../scenarios/generate/scenario.ts';
import type { Outcome } from './execute.ts';
import type { RunsHash } from './runs-hash.ts';
import {
  addRun,
  isRunsHash,
  mergeRunsHash,
  newRunsHash,
  runsHashFrom,
  runsHashText,
} from './runs-hash.ts';
import { toyOutcome } from './toy.test.kit.ts';

const [scenario] = fc.sample(scenarioArbitrary(), { seed: 5, numRuns: 1 });
if (scenario === undefined) throw new Error('no scenario');
const usual = toyOutcome(scenario, {});

const sumOf = (runs: readonly number[], outcome: Outcome = usual): RunsHash => {
  const hash = newRunsHash();
  for (const run of runs) addRun(hash, { seed: 7, run }, outcome);
  return hash;
};

const differing = (stats: Partial<Outcome['stats']>): Outcome => ({
  ...usual,
  stats: { ...usual.stats, ...stats },
});

describe('the hash of all runs', () => {
  test('is the same in any order and grouping', () => {
    const whole = sumOf([1, 2, 3, 4, 5]);
    const merged = sumOf([4]);
    for (const part of [sumOf([5, 2]), sumOf([3, 1])]) mergeRunsHash(merged, part);
    expect(merged).toEqual(whole);
    expect(sumOf([1, 2, 3, 4])).not.toEqual(whole);
  });

  test.each([
    ['which run it was', sumOf([2])],
    ['what happened in it', sumOf([1], differing({ digest: 1 }))],
    ['how many events there were', sumOf([1], differing({ events: 101 }))],
    ['how long it took', sumOf([1], differing({ simMicros: 2_000_000 + 2 ** 40 }))],
    ['that it failed', sumOf([1], toyOutcome(scenario, { invariant: 'LogMatching' }))],
    ['why nobody could say', sumOf([1], toyOutcome(scenario, { unknown: 'too many' }))],
  ])('tells %s', (_, other) => {
    const { low, high } = sumOf([1]);
    expect([other.low === low, other.high === high]).toEqual([false, false]);
  });

  test('tells the same runs under another seed', () => {
    const other = newRunsHash();
    addRun(other, { seed: 8, run: 1 }, usual);
    expect(other).not.toEqual(sumOf([1]));
  });

  test('survives being written and read', () => {
    for (const hash of [newRunsHash(), { low: 1, high: 0xffff_ffff }, sumOf([3])]) {
      expect(isRunsHash(runsHashText(hash))).toBe(true);
      expect(runsHashFrom(runsHashText(hash))).toEqual(hash);
    }
    expect(isRunsHash('12')).toBe(false);
  });
});
