/**
 * The unit of a campaign's work: a pure function of the bench, which is the same for all chunks,
 * and of a small task. Its result is plain JSON, so it makes no difference which thread, process or
 * machine did it, or when.
 */
import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { actionsOf } from '../check/specification/specification.ts';
import type { TraceRecord } from '../trace/record.ts';
import type { Scenario } from '../world/scenario.ts';
import { serverNames } from '../world/setup.ts';
import type { Canary } from './canary.ts';
import type { Discovery } from './corpus.ts';
import { discoveriesMax } from './corpus.ts';
import type { Coverage } from './coverage.ts';
import { newCoverage } from './coverage.ts';
import type { CoverageJson } from './coverage-json.ts';
import { coverageJson } from './coverage-json.ts';
import { Probe } from './coverage-probe.ts';
import type { Lab } from './execute.ts';
import { execute, record } from './execute.ts';
import { mutated } from './mutate.ts';
import type { SearchStrategy, StrategyChoice } from './portfolio.ts';
import { strategyOf } from './portfolio.ts';
import type { Execute } from './shrink.ts';
import { childSeed } from './size.ts';
import type { Game, Played, StrategyName, Tactic } from './strategies/tactic.ts';
import { strategies } from './strategies/strategy.ts';
import { count, newTally } from './tally.ts';
import type { TallyJson } from './tally-json.ts';
import { tallyJson } from './tally-json.ts';

/** Runs of a chunk; the last one of a campaign may have fewer. */
export const chunkRuns = 32;

/** One chunk in so many has its first run held against the specification, to count its actions. */
const sampledEvery = 8;

/** The seed that fast-check gets for a chunk of runs; the first chunk has the campaign's own. */
export function chunkSeed(seed: number, chunk: number): number {
  return chunk === 0 ? seed | 0 : childSeed(seed, chunk);
}

/** What to do. */
export interface ChunkTask {
  /** 0, 1, 2, … in the campaign. */
  readonly chunk: number;
  /** What the campaign was told: which run is searched how follows from it. */
  readonly strategy: StrategyChoice;
  /** The campaign's own runs; 0: only canaries are fed. */
  readonly runs: number;
  /** Canaries to feed: their places in the campaign's list, and for how many runs at most. */
  readonly canaries: readonly { readonly place: number; readonly runs: number }[];
  /** Guided search: the scenarios to build on; none: the best of the chunk's own so far. */
  readonly parents?: readonly Scenario[];
}

/** What a canary's runs in one chunk came to. */
export interface CanaryRan {
  readonly place: number;
  readonly runs: number;
  /** The run of this chunk that caught it, from 1; null: it lives. */
  readonly caughtAt: number | null;
  readonly invariant: string | null;
}

export interface ChunkResult {
  readonly chunk: number;
  readonly strategy: StrategyChoice;
  /** False: somebody said stop before all runs of the task were done. */
  readonly whole: boolean;
  readonly tally: TallyJson;
  readonly coverage: CoverageJson;
  readonly canaries: readonly CanaryRan[];
  /** Guided search: the runs that showed most that was new within the chunk. */
  readonly discoveries: readonly Discovery[];
}

export interface BenchOptions {
  readonly lab: Lab;
  readonly arbitrary: Arbitrary<Scenario>;
  /** The campaign's, 32 bits. */
  readonly seed: number;
  readonly canaries: readonly Canary[];
  /** A chunk ends with its first failure. */
  readonly failFast: boolean;
  readonly execute?: Execute;
}

type Stop = () => boolean;

interface Searched {
  readonly tally: TallyJson;
  readonly whole: boolean;
  readonly discoveries: readonly Discovery[];
}

/** Guided search draws every so many runs afresh, and builds on what it knows in the others. */
const freshEvery = 4;
/** With nothing else to build on, a chunk builds on so many of its own runs. */
const ownParents = 4;

/** What a run of guided search showed that nobody in its chunk had seen. */
interface Showed extends Discovery {
  readonly fresh: number;
}

/** The runs that showed most in the shortest time. */
function promising(showed: readonly Showed[]): readonly Scenario[] {
  const worth = ({ fresh, events }: Showed): number => fresh / Math.max(1, events);
  return showed
    .filter(({ fresh }) => fresh > 0)
    .toSorted((a, b) => worth(b) - worth(a) || a.run - b.run)
    .slice(0, ownParents)
    .map(({ scenario }) => scenario);
}

/** What guided search runs at this place of the chunk. */
function builtOn(
  { chunk, parents = [] }: ChunkTask,
  at: { readonly index: number; readonly sample: Scenario },
  showed: readonly Showed[],
): Scenario {
  const { index, sample } = at;
  if (index % freshEvery === 0) return sample;
  const known = parents.length > 0 ? parents : promising(showed);
  const parent = known[index % Math.max(1, known.length)];
  if (parent === undefined) return sample;
  return mutated(parent, childSeed(childSeed(sample.seed, chunk), index));
}

/** The tactics at work on one chunk, each begun with its first run. */
function tacticsOf(seed: number): (strategy: SearchStrategy) => Tactic {
  const begun = new Map<StrategyName, Tactic>();
  return (strategy) => {
    const name = strategy === 'guided' ? 'timed' : strategy;
    const tactic = begun.get(name) ?? strategies[name].begin(seed);
    begun.set(name, tactic);
    return tactic;
  };
}

/** A run; whatever breaks in the harness is told with the run's name. */
function played(tactic: Tactic, game: Game, name: string): Played {
  try {
    return tactic.play(game);
  } catch (cause) {
    const what = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    throw new Error(`${name} broke the harness: ${what}`, { cause });
  }
}

/** A place for chunks to be worked at, one after another: what they share is kept. */
export class Bench {
  private readonly options: BenchOptions;
  private readonly probe: Probe;
  private readonly execute: Execute;

  constructor(options: BenchOptions) {
    this.options = options;
    this.execute = options.execute ?? execute;
    this.probe = new Probe(options.lab, newCoverage());
  }

  /** Does a task; `stop` is asked before each run. */
  work(task: ChunkTask, stop: Stop): ChunkResult {
    const { chunk, strategy } = task;
    const coverage = newCoverage();
    const { tally, whole, discoveries } = this.search(task, coverage, stop);
    const canaries: CanaryRan[] = [];
    for (const { place, runs } of task.canaries) {
      const ran = this.feed(task, { place, runs }, stop);
      if (ran !== null) canaries.push(ran);
    }
    return {
      chunk,
      strategy,
      tally,
      canaries,
      discoveries,
      coverage: coverageJson(coverage),
      whole: whole && canaries.every(isWhole(task)),
    };
  }

  private search(task: ChunkTask, coverage: Coverage, stop: Stop): Searched {
    const { arbitrary, failFast } = this.options;
    const { chunk } = task;
    const tally = newTally();
    const seed = chunkSeed(this.options.seed, chunk);
    const tacticOf = tacticsOf(seed);
    const scenarios = task.runs === 0 ? [] : fc.sample(arbitrary, { seed, numRuns: task.runs });
    const { execute: perform, probe } = this;
    const showed: Showed[] = [];
    for (const [index, sample] of scenarios.entries()) {
      if (stop()) break;
      const run = chunk * chunkRuns + index + 1;
      const strategy = strategyOf(task.strategy, chunk, index);
      const guided = strategy === 'guided';
      probe.begin(coverage, run);
      const drawn = guided ? builtOn(task, { index, sample }, showed) : sample;
      const game = { scenario: drawn, lab: probe.lab, perform };
      const { scenario, outcome } = played(tacticOf(strategy), game, `run ${String(run)}`);
      count(tally, scenario, { outcome, origin: { seed, path: String(index), run, strategy } });
      if (guided) {
        showed.push({ run, events: outcome.stats.events, scenario, fresh: probe.fresh });
      }
      if (index === 0 && chunk % sampledEvery === 0) this.sample(scenario, coverage);
      if (failFast && tally.failed > 0) break;
    }
    const whole = tally.runs === task.runs || (failFast && tally.failed > 0);
    const discoveries = showed
      .toSorted((a, b) => b.fresh - a.fresh || a.run - b.run)
      .slice(0, discoveriesMax)
      .map(({ run, events, scenario }) => ({ run, events, scenario }));
    return { tally: tallyJson(tally), whole, discoveries };
  }

  /** The actions of the specification that a run took; only real runs have a trace. */
  private sample(scenario: Scenario, coverage: Coverage): void {
    if (this.options.execute !== undefined) return;
    const records: TraceRecord[] = [];
    record(scenario, this.options.lab, (one) => void records.push(one));
    for (const [action, taken] of actionsOf(records, serverNames(scenario))) {
      coverage.actions.set(action, (coverage.actions.get(action) ?? 0) + taken);
    }
    coverage.sampled += 1;
  }

  private feed(
    { chunk }: ChunkTask,
    { place, runs: numRuns }: { readonly place: number; readonly runs: number },
    stop: Stop,
  ): CanaryRan | null {
    const canary = this.options.canaries[place];
    if (canary === undefined) return null;
    const seed = childSeed(childSeed(this.options.seed, ~place), chunk);
    const arbitrary = canary.arbitrary ?? this.options.arbitrary;
    let runs = 0;
    for (const scenario of fc.sample(arbitrary, { seed, numRuns })) {
      if (stop()) break;
      runs += 1;
      const { failure } = this.execute(scenario, canary.lab);
      if (failure !== null) return { place, runs, caughtAt: runs, invariant: failure.invariant };
    }
    return { place, runs, caughtAt: null, invariant: null };
  }
}

function isWhole(task: ChunkTask): (ran: CanaryRan) => boolean {
  return ({ place, runs, caughtAt }) =>
    caughtAt !== null || task.canaries.some((one) => one.place === place && one.runs === runs);
}
