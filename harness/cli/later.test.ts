import { describe, expect, test } from 'vitest';
import { scenarioArbitrary } from '../../scenarios/generate/scenario.ts';
import { campaign, cut, disk, lose, stage, write } from '../../scenarios/named/stage.ts';
import { execute } from '../search/execute.ts';
import { shrink } from '../search/shrink.ts';
import { isSound } from '../world/first-disks.ts';
import { misfit } from '../world/scenario-fit.ts';
import type { Scenario } from '../world/scenario.ts';
import { labFor } from './lab.ts';
import { storyLater } from './later.ts';
import { storySteps } from './measure.ts';
import { storySlice } from './slice.ts';

const lab = labFor({ mutant: 'commit-old-term' });
const right = labFor({});

/** Figure 8 from empty disks: three reigns that reach nobody, one that reaches S2 with old entries. */
const figure8 = stage({
  name: 'all of Figure 8',
  servers: 3,
  cluster: { entriesPerAppendMax: 1, inflightMax: 1 },
  operations: [write('c1', 110, 1)],
  faults: [
    lose({ message: 'AppendEntries', atMs: 90, forMs: 300 }),
    campaign('S1', 100),
    campaign('S3', 150),
    campaign('S1', 200),
    campaign('S3', 250),
    campaign('S1', 300),
    campaign('S3', 350),
    campaign('S1', 395),
    campaign('S3', 405),
  ],
});

describe('a later beginning', () => {
  const later = storyLater(figure8, lab);

  test('has on its disks what earlier elections left there, and what comes after in its time', () => {
    expect(execute(figure8, lab).failure?.invariant).toBe('LeaderCompleteness');
    expect(later.length).toBeGreaterThan(20);
    for (const scenario of later) {
      expect(misfit(scenario)).toBeUndefined();
      expect(scenario.faults.length).toBeLessThan(figure8.faults.length);
      expect(scenario.initial.map(({ server }) => server)).toEqual(['S1', 'S2', 'S3']);
      expect(scenario.initial[0]?.log.length).toBeGreaterThan(1);
      expect(isSound(scenario)).toBe(true);
      expect(scenario.workload.operations).toEqual([]);
    }
    const terms = later.map(({ initial }) => initial[0]?.term ?? 0);
    expect(terms).toEqual(terms.toSorted((a, b) => b - a));
  });

  test('shows the same, and nothing wrong with a correct Raft', () => {
    const failing = later.filter(
      (scenario) => execute(scenario, lab).failure?.invariant === 'LeaderCompleteness',
    );
    expect(failing.length).toBeGreaterThan(0);
    for (const scenario of later) expect(execute(scenario, right).failure).toBeNull();
  });

  test('brings Figure 8 down to what a person can hold', () => {
    const options = { tries: 400, measure: storySteps, slice: storySlice };
    const arbitrary = scenarioArbitrary();
    const without = shrink(figure8, lab, arbitrary, options);
    const shrunk = shrink(figure8, lab, arbitrary, { ...options, later: storyLater });
    expect(shrunk.outcome.failure?.invariant).toBe('LeaderCompleteness');
    expect(storySteps(shrunk.scenario, lab)).toBeLessThanOrEqual(14);
    expect(storySteps(shrunk.scenario, lab)).toBeLessThan(storySteps(without.scenario, lab));
    expect(execute(shrunk.scenario, right).failure).toBeNull();
  });

  test('is none where disks cannot say what was before, or nothing was', () => {
    const early = stage({ name: 'a first election', servers: 3, faults: [campaign('S1', 100)] });
    expect(storyLater(early, right)).toEqual([]);
    const compacting: Scenario = {
      ...figure8,
      cluster: { ...figure8.cluster, features: { ...figure8.cluster.features, snapshotEvery: 1 } },
      initial: [disk('S1', 1, [1]), disk('S2', 1, [1]), disk('S3', 1, [1])],
      faults: [campaign('S1', 100), cut(['S1'], { atMs: 150, forMs: 200 }), campaign('S3', 200)],
    };
    expect(storyLater(compacting, right)).toEqual([]);
  });
});
