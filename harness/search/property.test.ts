import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scenarioArbitrary } from '../../scenarios/generate/scenario.ts';
import type { Scenario } from '../world/scenario.ts';
import type { Property } from './property.ts';
import { promiseError, searched, settingsFrom } from './property.ts';
import { actionCount } from './size.ts';
import type { Verdictlike } from './toy.test.kit.ts';
import { crashes, toyLab, toyOutcome } from './toy.test.kit.ts';

const arbitrary = scenarioArbitrary({ servers: 3 });

function property(judge: (scenario: Scenario) => Verdictlike, runs = 100): Property {
  return {
    lab: toyLab('toy'),
    arbitrary,
    settings: { seed: 5, runs, path: null },
    execute: (scenario) => toyOutcome(scenario, judge(scenario)),
  };
}

const manyCrashes = (scenario: Scenario): Verdictlike =>
  crashes(scenario) >= 3 ? { invariant: 'LogMatching' } : {};

describe('searched', () => {
  test('runs as often as told, over the very scenarios of its seed', () => {
    const seen: number[] = [];
    const { tally, bug } = searched(
      property((scenario) => {
        seen.push(scenario.seed);
        return {};
      }),
    );
    expect(bug).toBeNull();
    expect(tally.runs).toBe(100);
    expect(seen).toEqual(fc.sample(arbitrary, { seed: 5, numRuns: 100 }).map(({ seed }) => seed));
  });

  test('ends at the first failure and shrinks it to what is needed', () => {
    const { tally, bug } = searched(property(manyCrashes));
    expect(bug?.origin.path).toBe(String(tally.runs - 1));
    expect(crashes(bug?.scenario ?? expect.fail())).toBeGreaterThanOrEqual(3);
    expect(actionCount(bug?.shrunk.scenario ?? expect.fail())).toBe(3);
    expect(bug?.needed).toEqual([0, 1, 2]);
    expect(bug?.id).toMatch(/^LogMatching-[\da-f]{6}$/u);
  });

  test('goes straight to a failure by its path', () => {
    const first = searched(property(manyCrashes)).bug;
    const path = first?.origin.path ?? expect.fail();
    const again = searched({
      ...property(manyCrashes),
      settings: { seed: 5, runs: 100, path },
    });
    expect(again.tally.runs).toBe(1);
    expect(again.bug?.origin.path).toBe(path);
    expect(again.bug?.scenario).toEqual(first?.scenario);
    expect(again.bug?.shrunk.scenario).toEqual(first?.shrunk.scenario);
  });

  test('counts runs that nobody could judge', () => {
    const { tally, bug } = searched(property(() => ({ unknown: 'Linearizability: budget' }), 4));
    expect(bug).toBeNull();
    expect([tally.unknown, tally.unknownReason]).toEqual([4, 'Linearizability: budget']);
  });

  test('tells a harness that breaks from a promise that does', () => {
    const cause = new Error('no such wheel');
    const broken = (): never => {
      throw cause;
    };
    expect(() => searched(property(broken))).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/^the harness itself broke in .* \(seed 5, path 0\)$/u),
        cause,
      }),
    );
  });
});

describe('promiseError', () => {
  function helper(text: string): Error {
    return promiseError({ invariant: 'ElectionSafety', text, above: helper });
  }

  test('is named after the invariant and says it once', () => {
    const error = helper('ElectionSafety: two leaders\n\n  because');
    expect([error.name, error.message]).toEqual(['ElectionSafety', 'two leaders\n\n  because']);
    expect(String(error)).toBe('ElectionSafety: two leaders\n\n  because');
  });

  test('points at the line that called the helper, and at nothing else', () => {
    const frames = (helper('x').stack ?? '').split('\n').filter((line) => /^\s+at /u.test(line));
    expect(frames).toHaveLength(1);
    expect(frames[0]).toContain('property.test.ts');
    expect(new Error('limit is as before').stack?.split('\n').length).toBeGreaterThan(3);
  });
});

describe('settingsFrom', () => {
  const usual = { seed: 3, runs: 10 };

  test('keeps to the test where the environment is silent', () => {
    expect(settingsFrom({}, usual)).toEqual({ seed: 3, runs: 10, path: null });
    expect(settingsFrom({ WHITEWATER_SEED: '', WHITEWATER_PATH: '' }, usual).seed).toBe(3);
  });

  test.each([
    ['-1819918769', -1819918769],
    ['0x10', 16],
    ['4294967295', -1],
  ])('takes the seed %s as %i', (text, seed) => {
    const env = { WHITEWATER_SEED: text, WHITEWATER_RUNS: '7', WHITEWATER_PATH: '41:2:0' };
    expect(settingsFrom(env, usual)).toEqual({ seed, runs: 7, path: '41:2:0' });
  });

  test.each([
    ['WHITEWATER_SEED', 'tuesday'],
    ['WHITEWATER_SEED', '1.5'],
    ['WHITEWATER_RUNS', '0'],
    ['WHITEWATER_RUNS', '-4'],
    ['WHITEWATER_PATH', '41/2'],
  ])('refuses %s=%s in one sentence that names it', (name, text) => {
    const wrong = new RegExp(`^environment: .*${name}.*"${text}"`, 'u');
    expect(() => settingsFrom({ [name]: text }, usual)).toThrow(wrong);
  });
});
