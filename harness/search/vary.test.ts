import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scenarioArbitrary } from '../../scenarios/generate/scenario.ts';
import { isScenario } from '../world/scenario-schema.ts';
import { actionCount } from './size.ts';
import { earlierFrom, moments, thinned, variation } from './vary.ts';

const scenarios = fc.sample(scenarioArbitrary({ size: 20 }), { seed: 11, numRuns: 20 });
const ordinals = Array.from({ length: 100 }, (_, ordinal) => ordinal);

describe('a variation', () => {
  test('is a scenario with no more faults and operations', () => {
    for (const scenario of scenarios) {
      for (const ordinal of ordinals) {
        const varied = variation(scenario, ordinal);
        expect([ordinal, isScenario(varied)]).toEqual([ordinal, true]);
        expect(actionCount(varied)).toBeLessThanOrEqual(actionCount(scenario));
      }
    }
  });

  test('is the same for the same ordinal and mostly another for another', () => {
    for (const scenario of scenarios) {
      const texts = ordinals.map((ordinal) => JSON.stringify(variation(scenario, ordinal)));
      expect(ordinals.map((ordinal) => JSON.stringify(variation(scenario, ordinal)))).toEqual(
        texts,
      );
      expect(new Set(texts).size).toBeGreaterThan(70);
    }
  });
});

test('a thinning is a scenario with fewer faults and operations, but for bad luck', () => {
  for (const scenario of scenarios) {
    const sizes = ordinals.map((ordinal) => thinned(scenario, ordinal)).filter(isScenario);
    expect(sizes).toHaveLength(ordinals.length);
    const fewer = sizes.filter((thin) => actionCount(thin) < actionCount(scenario));
    expect(fewer.length).toBeGreaterThan(actionCount(scenario) > 5 ? 60 : 0);
  }
});

test('less waiting moves everything from a moment on, and the end of the run', () => {
  for (const scenario of scenarios) {
    const times = moments(scenario);
    const [first = 0, second = 0] = times;
    const moved = earlierFrom(scenario, second, second - first);
    expect(moments(moved)[0]).toBe(first);
    expect(Math.max(...moments(moved))).toBe(Math.max(...times) - (second - first));
    expect(moved.limits.runMs).toBe(Math.max(100, scenario.limits.runMs - (second - first)));
  }
});
