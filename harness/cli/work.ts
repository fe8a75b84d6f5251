/** Does a job, start to end, in the thread it is called in. */
import { scenarioArbitrary } from '../../scenarios/generate/scenario.ts';
import type { Campaign, CampaignProgress } from '../search/campaign.ts';
import { campaign } from '../search/campaign.ts';
import type { Canary } from '../search/canary.ts';
import { neededFaults, shrink } from '../search/shrink.ts';
import type { Scenario } from '../world/scenario.ts';
import type {
  CampaignJob,
  Hooks,
  Job,
  JobResult,
  ShrinkJob,
  ShrinkResult,
  Standing,
} from './job.ts';
import { labFor } from './lab.ts';
import { storySteps } from './measure.ts';

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

function standingOf({ tally, canaries, phase, shrinking }: CampaignProgress): Standing {
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
function limit(hooks: Hooks, ms: number): () => boolean {
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

function doCampaign(job: CampaignJob, hooks: Hooks): Campaign {
  return campaign({
    lab: labFor(job),
    arbitrary: scenarioArbitrary(job.options),
    seed: job.seed | 0,
    runs: job.runs,
    canaries: canariesOf(job),
    stop: limit(hooks, job.searchMs),
    stopShrinking: limit(hooks, job.shrinkMs),
    onProgress: (progress) => hooks.tell(standingOf(progress)),
    failFast: job.failFast,
    maxBugs: job.maxBugs,
    shrinkTries: job.shrinkTries,
    measure: storySteps,
  });
}

function doShrink(job: ShrinkJob, hooks: Hooks): ShrinkResult {
  const lab = labFor(job);
  const shrunk = shrink(job.scenario, lab, scenarioArbitrary(), {
    tries: shrinkTriesMax,
    measure: storySteps,
    stop: limit(hooks, job.shrinkMs),
    onProgress: ({ tries, smallest }) =>
      hooks.tell({ ...idle, shrinking: { id: 'the failure', tries, ...sizes(smallest) } }),
  });
  const { failure } = shrunk.outcome;
  const keep = failure?.invariant ?? '';
  const needed = failure === null ? [] : neededFaults(shrunk.scenario, lab, { keep });
  return { shrunk, needed };
}

/** Works until done, out of time, or halted; the result holds whatever was found by then. */
export function work(job: Job, hooks: Hooks): JobResult {
  switch (job.kind) {
    case 'campaign':
      return { kind: 'campaign', campaign: doCampaign(job, hooks) };
    case 'shrink':
      return { kind: 'shrink', result: doShrink(job, hooks) };
  }
}
