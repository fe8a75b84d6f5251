/**
 * How small, how soon: large failures of planted bugs, one of each, made small as a campaign does,
 * within 300 runs. Bugs that no large scenario shows within a hundred are left out.
 */
import { expandScenario } from '../../scenarios/generate/expand.ts';
import { scenarioArbitrary } from '../../scenarios/generate/scenario.ts';
import type { Mutant } from '../../scenarios/mutants/mutant.ts';
import { mutants } from '../../scenarios/mutants/mutants.ts';
import { labFor } from '../cli/lab.ts';
import { storySteps } from '../cli/measure.ts';
import { storyLater } from '../cli/later.ts';
import { storySlice } from '../cli/slice.ts';
import { execute } from '../search/execute.ts';
import { shrink } from '../search/shrink.ts';
import { actionCount } from '../search/size.ts';
import type { Scenario } from '../world/scenario.ts';
import type { Benchmark, Figure } from './measure.ts';
import { median, timed } from './measure.ts';

const tries = 300;
const actionsLeast = 150;
const candidates = 100;
/** Of the list of mutants every third. */
const everySo = 3;

const large = { size: 200 };
const arbitrary = scenarioArbitrary(large);

interface Shrinking {
  readonly before: number;
  readonly after: number;
  readonly steps: number;
  readonly ms: number;
}

function largeFailure({ name, serversMin }: Mutant): Scenario | undefined {
  const lab = labFor({ mutant: name });
  return Array.from({ length: candidates }, (_, seed) => expandScenario(seed, large))
    .filter(({ cluster }) => cluster.servers >= serversMin)
    .filter((scenario) => actionCount(scenario) >= actionsLeast)
    .find((scenario) => execute(scenario, lab).failure !== null);
}

function madeSmall(mutant: Mutant, scenario: Scenario): Shrinking {
  const lab = labFor({ mutant: mutant.name });
  const options = { tries, measure: storySteps, slice: storySlice, later: storyLater };
  const { result, wallSeconds } = timed(() => shrink(scenario, lab, arbitrary, options));
  return {
    before: actionCount(scenario),
    after: actionCount(result.scenario),
    steps: storySteps(result.scenario, lab),
    ms: wallSeconds * 1_000,
  };
}

function measure(): readonly Figure[] {
  const done: Shrinking[] = [];
  for (const mutant of mutants.filter(({ hard }, at) => !hard && at % everySo === 0)) {
    const scenario = largeFailure(mutant);
    if (scenario === undefined) continue;
    const shrunk = madeSmall(mutant, scenario);
    const { before, after, steps, ms } = shrunk;
    const size = `${String(before)} to ${String(after)} actions, ${String(steps)} steps`;
    console.log(`  ${mutant.name.padEnd(34)} ${size}, ${ms.toFixed(0)} ms`);
    done.push(shrunk);
  }
  const of = (part: keyof Shrinking): number => median(done.map((one) => one[part]));
  return [
    { name: 'bugs', value: done.length, unit: 'bugs' },
    { name: 'actions before', value: of('before'), unit: 'actions' },
    {
      name: `actions after ${String(tries)} runs`,
      value: of('after'),
      unit: 'actions',
      target: { kind: 'most', value: 6 },
    },
    { name: 'steps of the story', value: of('steps'), unit: 'steps' },
    { name: 'time', value: of('ms'), unit: 'ms', target: { kind: 'most', value: 2_000 } },
  ];
}

/** For the list of benchmarks. */
export const shrinkingBenchmark: Benchmark = {
  name: 'shrinking',
  summary: `failures of some 200 faults and operations, ${String(tries)} runs each, medians over bugs`,
  onlyByName: true,
  warmUps: 0,
  runs: 1,
  measure,
};
