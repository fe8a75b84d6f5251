/** What jobs ask for, as options of the search; and shrinking, in the thread it is called in. */
import { scenarioArbitrary } from '../../scenarios/generate/scenario.ts';
import type { CampaignOptions, CampaignProgress } from '../search/campaign.ts';
import type { Canary } from '../search/canary.ts';
import { explained } from '../search/explain-phase.ts';
import { shrink } from '../search/shrink.ts';
import type { Scenario } from '../world/scenario.ts';
import type { CampaignJob, Hooks, ShrinkJob, ShrinkResult, Standing } from './job.ts';
import { labFor } from './lab.ts';
import { storyPlot, storySteps } from './measure.ts';
import { storyLater } from './later.ts';
import { storySlice } from './slice.ts';

/** Runs within which a canary must be caught. */
const canaryRuns = 4_000;
const shrinkTriesMax = 1_000_000;

const idle: Standing = {
  phase: 'shrink',
  runs: 0,
  events: 0,
  messages: 0,
  simMicros: 0,
  faults: 0,
  bugs: [],
  canaries: { killed: 0, of: 0 },
  shrinking: null,
};

function sizes(scenario: Scenario): { readonly faults: number; readonly operations: number } {
  return { faults: scenario.faults.length, operations: scenario.workload.operations.length };
}

/** The numbers of a campaign's progress. */
export function standingOf({ tally, canaries, phase, shrinking }: CampaignProgress): Standing {
  let faults = 0;
  for (const count of Object.values(tally.faults)) faults += count;
  return {
    phase,
    runs: tally.runs,
    events: tally.events,
    messages: tally.messages,
    simMicros: tally.simMicros,
    faults,
    bugs: [...tally.found.values()].map(({ id, count }) => ({ id, count })),
    canaries: {
      killed: canaries.filter(({ killedAtRun }) => killedAtRun !== null).length,
      of: canaries.length,
    },
    shrinking:
      shrinking === null
        ? null
        : { id: shrinking.id, tries: shrinking.tries, ...sizes(shrinking.smallest) },
  };
}

/** True once `ms` have passed since it was first asked, or when the user has had enough. */
export function limit(hooks: Pick<Hooks, 'halted' | 'now'>, ms: number): () => boolean {
  let until = Number.NaN;
  return () => {
    if (Number.isNaN(until)) until = hooks.now() + ms;
    return hooks.halted() || hooks.now() >= until;
  };
}

function canariesOf(job: CampaignJob): readonly Canary[] {
  const { invariants } = job;
  return job.canaries.map((name) => ({
    name,
    lab: labFor({ mutant: name, invariants }),
    runs: canaryRuns,
  }));
}

/** What a campaign's job asks for, but for when to stop and whom to tell. */
export function optionsOf(job: CampaignJob): CampaignOptions {
  const { strategy, shard, coverage, mustSee, keepWhenBroken } = job;
  return {
    lab: labFor(job),
    arbitrary: scenarioArbitrary(job.options),
    seed: job.seed | 0,
    runs: job.runs,
    canaries: canariesOf(job),
    failFast: job.failFast,
    maxBugs: job.maxBugs,
    shrinkTries: job.shrinkTries,
    measure: storySteps,
    slice: storySlice,
    later: storyLater,
    plot: storyPlot,
    ...(strategy === undefined ? {} : { strategy }),
    ...(shard === undefined ? {} : { shard }),
    ...(keepWhenBroken === undefined ? {} : { keepWhenBroken }),
    ...(coverage === undefined ? {} : { coverage }),
    ...(mustSee === undefined ? {} : { mustSee }),
  };
}

/** Shrinks until done, out of time, or halted; the result is the smallest by then. */
export function doShrink(job: ShrinkJob, hooks: Hooks): ShrinkResult {
  const lab = labFor(job);
  const shrunk = shrink(job.scenario, lab, scenarioArbitrary(), {
    tries: shrinkTriesMax,
    measure: storySteps,
    slice: storySlice,
    later: storyLater,
    stop: limit(hooks, job.shrinkMs),
    onProgress: ({ tries, smallest }) =>
      hooks.tell({ ...idle, shrinking: { id: 'the failure', tries, ...sizes(smallest) } }),
  });
  const { failure } = shrunk.outcome;
  if (failure === null) return { shrunk, needed: [], margins: null };
  if (hooks.halted()) return { shrunk, needed: null, margins: null };
  return { shrunk, ...explained(shrunk, lab, { keep: failure.invariant }) };
}
