import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scenarioArbitrary } from '../../scenarios/generate/scenario.ts';
import { memoryLab } from '../cli/lab.ts';
import { raft } from '../raft/machine.ts';
import { misfit } from '../world/scenario-fit.ts';
import type { CampaignOptions } from './campaign.ts';
import { campaign, planOf } from './campaign.ts';
import type { ChunkResult, ChunkTask } from './chunk.ts';
import { Corpus, epochChunks } from './corpus.ts';
import { coverageJson } from './coverage-json.ts';
import { newCoverage, statesSeen } from './coverage.ts';
import { execute } from './execute.ts';
import { Ledger } from './ledger.ts';
import { mutated } from './mutate.ts';
import { childSeed } from './size.ts';
import { newTally } from './tally.ts';
import { tallyJson } from './tally-json.ts';

const seed = 20_261_122;
const lab = memoryLab(raft);
const scenarios = fc.sample(scenarioArbitrary(), { seed, numRuns: 12 });

describe('a corpus', () => {
  test('prefers what showed more that was new in a shorter time', () => {
    const corpus = new Corpus();
    const [poor, rich, none] = scenarios;
    if (poor === undefined || rich === undefined || none === undefined) throw new Error('few');
    corpus.add(
      [
        { run: 1, events: 100, scenario: poor },
        { run: 2, events: 100, scenario: rich },
        { run: 3, events: 1, scenario: none },
      ],
      new Map([
        [1, 5],
        [2, 95],
      ]),
    );
    const drawn = Array.from({ length: 200 }, (_, chunk) => corpus.parents(seed, chunk)).flat();
    const times = (scenario: unknown): number => drawn.filter((one) => one === scenario).length;
    expect(times(rich)).toBeGreaterThan(10 * times(poor));
    expect(times(poor)).toBeGreaterThan(0);
    expect(times(none)).toBe(0);
  });

  test('that is empty gives nothing to build on', () => {
    expect(new Corpus().parents(seed, 3)).toEqual([]);
  });
});

describe('a scenario a little changed', () => {
  test('stays a scenario, is another one, and the same seed changes it alike', () => {
    for (const [at, scenario] of scenarios.entries()) {
      for (let i = 0; i < 40; i += 1) {
        const changed = mutated(scenario, childSeed(at, i));
        expect(misfit(changed)).toBeUndefined();
        expect(changed).toEqual(mutated(scenario, childSeed(at, i)));
      }
      expect(mutated(scenario, 1)).not.toEqual(scenario);
    }
  });

  test('stays within the fault model: a correct Raft passes', () => {
    for (const [at, scenario] of scenarios.entries()) {
      let changed = scenario;
      for (let i = 0; i < 3; i += 1) changed = mutated(changed, childSeed(at, i));
      expect(execute(changed, lab).failure).toBeNull();
    }
  });
});

const guided: CampaignOptions = {
  lab,
  arbitrary: scenarioArbitrary(),
  seed: 5,
  runs: 32 * 40,
  strategy: 'guided',
};

/** A result as if run `8 + chunk % 3` of the chunk had shown three states. */
function madeUp({ chunk, strategy, runs }: ChunkTask): ChunkResult {
  const coverage = newCoverage();
  const run = chunk * 32 + 8 + (chunk % 3);
  for (const slot of [1, 2, 3]) coverage.states.see(chunk * 10 + slot, run);
  const scenario = scenarios[chunk % scenarios.length];
  if (scenario === undefined) throw new Error('no scenario');
  return {
    chunk,
    strategy,
    whole: true,
    tally: tallyJson({ ...newTally(), runs }),
    coverage: coverageJson(coverage),
    canaries: [],
    discoveries: [{ run, events: 100 + chunk, scenario }],
  };
}

/** Hands out up to `size` tasks and takes results back in an order that `turn` decides. */
function tasksOf(size: number, turn: number): readonly string[] {
  const ledger = new Ledger(planOf(guided));
  const under: ChunkTask[] = [];
  const seen: string[] = [];
  for (let step = 0; !ledger.isOver(); step += 1) {
    const task = under.length < size ? ledger.handOut() : null;
    if (task !== null) {
      under.push(task);
      seen.push(JSON.stringify(task));
      continue;
    }
    const [done] = under.splice((childSeed(turn, step) >>> 0) % under.length, 1);
    if (done === undefined) throw new Error('nothing is handed out, and nothing is under way');
    ledger.add(madeUp(done));
  }
  return seen.toSorted();
}

describe('a guided campaign', () => {
  test('gives every chunk the same to build on, whoever does the chunks', () => {
    const alone = tasksOf(1, 0);
    expect(alone).toHaveLength(40);
    const built = alone.filter((task) => !task.includes('"parents":[]'));
    expect(built).toHaveLength(40 - epochChunks);
    expect(tasksOf(5, 1)).toEqual(alone);
    expect(tasksOf(20, 2)).toEqual(alone);
  });

  test('goes on to find new states, and nothing wrong with a correct Raft', () => {
    const small = { ...guided, arbitrary: scenarioArbitrary({ servers: 3 }) };
    const { tally, coverage } = campaign({ ...small, runs: 32 * (epochChunks + 1) });
    expect(tally.failed).toBe(0);
    expect(tally.runs).toBe(32 * (epochChunks + 1));
    expect(statesSeen(coverage).lastNewRun).toBeGreaterThan(32 * epochChunks);
  });
});
