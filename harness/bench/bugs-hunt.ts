/**
 * One planted bug hunted with one strategy, with one seed after another, under all judges or those of
 * clients alone; and harmless machines, which nobody should find.
 */
import { scenarioArbitrary } from '../../scenarios/generate/scenario.ts';
import type { Benign, Mutant } from '../../scenarios/mutants/mutant.ts';
import { labFor, memoryLab } from '../cli/lab.ts';
import { storySteps } from '../cli/measure.ts';
import { storyLater } from '../cli/later.ts';
import { storySlice } from '../cli/slice.ts';
import { campaign } from '../search/campaign.ts';
import type { Lab } from '../search/execute.ts';
import type { StrategyChoice } from '../search/portfolio.ts';
import { shrink } from '../search/shrink.ts';
import { actionCount } from '../search/size.ts';
import type { Found, Tally } from '../search/tally.ts';
import { inOrder } from '../search/tally-json.ts';

export interface Plan {
  /** The first seed, and how many. */
  readonly seed: number;
  readonly seeds: number;
  /** At most so many runs with each by the portfolio. */
  readonly runs: number;
  /** At most so many with each by one strategy alone. */
  readonly strategyRuns: number;
  /** At most so many with each where clients alone judge. */
  readonly clientRuns: number;
  /** So many runs of each harmless machine with each seed. */
  readonly harmlessRuns: number;
  /** Runs for making the first find of each row small. */
  readonly shrinkTries: number;
}

export interface Hit {
  readonly judge: string;
  /** Runs and events (bus, timers, disks, clients, faults) to the violation, it included. */
  readonly runs: number;
  readonly events: number;
}

export interface Hunted {
  /** One for each seed; null: not found in so many runs. */
  readonly hits: readonly (Hit | null)[];
  /** The first find, made small; null: none, or nobody asked. */
  readonly shrunk: { readonly steps: number; readonly actions: number } | null;
}

interface Quarry {
  readonly lab: Lab;
  readonly seed: number;
  readonly runs: number;
  readonly strategy: StrategyChoice;
}

const arbitrary = scenarioArbitrary();

/** A campaign that ends with the first failure, or goes on where none is expected; unshrunk. */
function hunt({ lab, seed, runs, strategy }: Quarry, failFast: boolean): Tally {
  return campaign({ lab, seed, runs, strategy, arbitrary, failFast, maxBugs: 0 }).tally;
}

function madeSmall({ scenario, failure }: Found, lab: Lab, tries: number): Hunted['shrunk'] {
  const options = {
    tries,
    keep: failure.invariant,
    measure: storySteps,
    slice: storySlice,
    later: storyLater,
  };
  const shrunk = shrink(scenario, lab, arbitrary, options);
  return { steps: storySteps(shrunk.scenario, lab), actions: actionCount(shrunk.scenario) };
}

/** After so many runs a hunt by this strategy, under all judges, ends. */
export function runsOf(plan: Plan, strategy: string): number {
  return strategy === 'portfolio' ? plan.runs : plan.strategyRuns;
}

export interface Quest {
  readonly mutant: Mutant;
  readonly strategy: StrategyChoice;
  /** `clients`: by what they asked and were answered, and by nothing else. */
  readonly judges: 'all' | 'clients';
}

/** Hunts with all seeds of the plan; the first find is made small where all judges look. */
export function hunted({ mutant, strategy, judges }: Quest, plan: Plan): Hunted {
  const isAll = judges === 'all';
  const lab = labFor({
    mutant: mutant.name,
    invariants: isAll ? undefined : ['Linearizability'],
  });
  const runs = isAll ? runsOf(plan, strategy) : plan.clientRuns;
  const hits: (Hit | null)[] = [];
  let shrunk: Hunted['shrunk'] = null;
  for (let at = 0; at < plan.seeds; at++) {
    const quarry = { lab, strategy, seed: plan.seed + at, runs };
    const tally = hunt(quarry, true);
    const [found] = inOrder(tally.found.values());
    if (found === undefined) {
      hits.push(null);
      continue;
    }
    if (isAll) shrunk ??= madeSmall(found, lab, plan.shrinkTries);
    hits.push({ judge: found.failure.invariant, runs: found.first.run, events: tally.events });
  }
  return { hits, shrunk };
}

/** Runs that broke a promise although nothing is wrong, of `seeds` times `harmlessRuns`. */
export function falseAlarms(
  benign: Benign,
  plan: Plan,
): { readonly runs: number; readonly alarms: number } {
  const right = memoryLab(benign.subject);
  const lab = { ...right, bus: benign.bus?.(right.bus) ?? right.bus };
  let runs = 0;
  let alarms = 0;
  for (let at = 0; at < plan.seeds; at++) {
    const seed = plan.seed + at;
    const quarry = { lab, strategy: 'portfolio', seed, runs: plan.harmlessRuns } as const;
    const tally = hunt(quarry, false);
    runs += tally.runs;
    alarms += tally.failed;
  }
  return { runs, alarms };
}
