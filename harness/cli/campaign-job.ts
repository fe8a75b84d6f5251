/** From options to the job of a campaign. */
import { mutants } from '../../scenarios/mutants/mutants.ts';
import { sometimesNames } from '../check/sometimes.ts';
import { raft } from '../raft/machine.ts';
import type { PartOf } from '../search/parts.ts';
import { UserError } from '../trace/user-error.ts';
import type { CampaignJob } from './job.ts';
import type { Given } from './request.ts';
import { scenarioOptions } from './run.ts';
import { drawnSeed } from './seed.ts';
import { remedyFor } from './suggest.ts';
import { processors } from './values.ts';

const budgetDefaultMs = 60_000;
const shrinkMs = 30_000;
const shrinkTries = 6_000;
const maxBugsDefault = 10;
/** Shorter searches are repetitions of single runs: nobody asks them to prove the judges awake. */
const runsWithCanaries = 200;

/** Planted bugs that every campaign of the correct Raft has to catch beside its own work. */
const canaryNames = ['votes-counted-as-integer', 'vote-without-checking-votedFor'];

/** How much is spent on making failures small. */
export function shrinking(given: Given): Pick<CampaignJob, 'shrinkMs' | 'shrinkTries' | 'maxBugs'> {
  return { shrinkMs, shrinkTries, maxBugs: given.maxBugs ?? maxBugsDefault };
}

function refuseGuidedShards(given: Given): void {
  if (given.shard !== undefined && given.shard.of > 1 && given.strategy === 'guided') {
    const remedy = 'Leave --shard out, or give every machine a --seed of its own and merge';
    throw new UserError('a guided search learns from all its chunks: no shard has them', {
      remedy,
    });
  }
}

/** The job that these options ask for. */
export function jobFor(given: Given): CampaignJob {
  refuseGuidedShards(given);
  const timed = given.budget ?? (given.runs === undefined ? budgetDefaultMs : Infinity);
  const runs = given.runs ?? Number.MAX_SAFE_INTEGER;
  const known = new Set(mutants.map(({ name }) => name));
  const watched = given.mutant === undefined && given.invariant === undefined;
  return {
    kind: 'campaign',
    mutant: given.mutant,
    invariants: given.invariant,
    options: scenarioOptions(given) ?? {},
    seed: (given.seed ?? drawnSeed()) | 0,
    runs,
    searchMs: timed,
    ...shrinking(given),
    failFast: given.failFast === true,
    keepWhenBroken: true,
    canaries:
      watched && runs >= runsWithCanaries ? canaryNames.filter((name) => known.has(name)) : [],
    strategy: given.strategy ?? 'portfolio',
    workers: given.workers ?? processors(),
    mustSee: mustSee(given),
    ...(given.shard === undefined ? {} : { shard: given.shard }),
    ...(given.requireCoverage === undefined ? {} : { coverage: given.requireCoverage }),
  };
}

/** The events asked for. Throws a `UserError` for one that does not exist. */
function mustSee({ sometimes = [] }: Given): readonly string[] {
  const unknown = sometimes.find((name) => !sometimesNames.includes(name));
  if (unknown === undefined) return sometimes;
  const remedy = remedyFor(unknown, sometimesNames);
  throw new UserError(`there is no event "${unknown}" to be seen`, { remedy });
}

/** What decides the results of a job's chunks. */
export function partKey(job: CampaignJob): PartOf {
  return {
    subject: job.mutant ?? raft.name,
    invariants: job.invariants ?? null,
    options: { ...job.options },
    seed: job.seed,
    strategy: job.strategy ?? 'timed',
    runs: job.runs,
  };
}
