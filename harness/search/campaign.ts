/**
 * A campaign: many generated scenarios under all judges, chunk by chunk, until the runs are done or
 * somebody says stop. Nothing here knows the time; the same seed and number of runs give the same
 * result, also where others do the chunks (`Ledger`, `concluded`).
 */
import type { Arbitrary } from 'fast-check';
import type { Scenario } from '../world/scenario.ts';
import type { Lab } from './execute.ts';
import { execute as executeScenario } from './execute.ts';
import type { Canary, CanaryState } from './canary.ts';
import { Bench } from './chunk.ts';
import type { Coverage } from './coverage.ts';
import type { Explained } from './explain-phase.ts';
import { explained, neededFaults } from './explain-phase.ts';
import type { Gate } from './gates.ts';
import { closedGates } from './gates.ts';
import type { Shard } from './ledger.ts';
import { Ledger, wholeCampaign } from './ledger.ts';
import type { StrategyChoice } from './portfolio.ts';
import type { Execute, Later, Measure, Shrunk, Slice } from './shrink.ts';
import { shrink } from './shrink.ts';
import type { Found, Tally } from './tally.ts';
import { inOrder } from './tally-json.ts';

export interface CampaignProgress {
  readonly tally: Tally;
  readonly coverage: Coverage;
  readonly canaries: readonly CanaryState[];
  readonly phase: 'search' | 'canaries' | 'shrink';
  /** While shrinking: which bug, tries so far, actions left. */
  readonly shrinking: {
    readonly id: string;
    readonly tries: number;
    readonly smallest: Scenario;
  } | null;
}

export interface CampaignOptions {
  readonly lab: Lab;
  readonly arbitrary: Arbitrary<Scenario>;
  /** 32 bits, signed; with `runs: 1` it is the very seed fast-check gets. */
  readonly seed: number;
  readonly runs: number;
  /** `timed` unless given. */
  readonly strategy?: StrategyChoice;
  /** The whole campaign unless given. */
  readonly shard?: Shard;
  readonly canaries?: readonly Canary[];
  /** Events (of `sometimesNames`) without which the campaign counts for nothing. */
  readonly mustSee?: readonly string[];
  /** Percent of the table's cells without which it counts for nothing; 0: any. */
  readonly coverage?: number;
  /** Asked before each run; true ends the search. */
  readonly stop?: () => boolean;
  /** Asked before each try of the shrinker; true ends all shrinking. */
  readonly stopShrinking?: () => boolean;
  /** Asked when a bug is shrunk; true leaves out what it needs: nobody waits any more. */
  readonly hurried?: () => boolean;
  /** Called after every few dozen runs and for each smaller counterexample. */
  readonly onProgress?: (progress: CampaignProgress) => void;
  /** Stop searching at the first failure. */
  readonly failFast?: boolean;
  /** When the harness breaks, keep what was found, with the verdict `error`; else it throws. */
  readonly keepWhenBroken?: boolean;
  /** Keep so many different failures, those found first; 10. */
  readonly maxBugs?: number;
  /** Runs spent on shrinking, in equal parts for each bug; 2,000. 0: none. */
  readonly shrinkTries?: number;
  readonly execute?: Execute;
  /** See `ShrinkOptions`. */
  readonly measure?: Measure;
  readonly slice?: Slice;
  readonly later?: Later;
  /** The failure's story without names and numbers: bugs that tell the same one are one bug. */
  readonly plot?: Plot;
}

export type Plot = (scenario: Scenario, lab: Lab) => string;

/** What a search found, made small and explained: indices are those of `shrunk.scenario`. */
export interface Bug extends Found, Explained {
  readonly shrunk: Shrunk;
}

/** `error`: the harness itself broke; what was found before is kept. */
export type CampaignVerdict = 'ok' | 'violation' | 'unknown' | 'vacuous' | 'error';

export interface Campaign {
  readonly verdict: CampaignVerdict;
  readonly seed: number;
  readonly strategy: StrategyChoice;
  readonly shard: Shard;
  readonly tally: Tally;
  readonly coverage: Coverage;
  /** The numbers of the chunks that were done. */
  readonly chunks: readonly number[];
  readonly canaries: readonly CanaryState[];
  readonly bugs: readonly Bug[];
  /** Why a campaign without violations proves too little. */
  readonly gates: readonly Gate[];
  /** `stop` ended the search before the runs were done. */
  readonly stopped: boolean;
}

export const usualMaxBugs = 10;
const usualTries = 2_000;

/** Runs a whole campaign; see `CampaignOptions` for what it may spend. */
export function campaign(options: CampaignOptions): Campaign {
  const { seed, failFast = false, canaries = [] } = options;
  const ledger = new Ledger(planOf(options));
  const bench = new Bench({ ...options, seed, failFast, canaries });
  let stopped = false;
  const stop = (): boolean => {
    if (!stopped && options.stop?.() === true) stopped = true;
    return stopped;
  };
  let broke: string | null = null;
  for (let task = ledger.handOut(); task !== null; task = ledger.handOut()) {
    if (stop()) break;
    try {
      ledger.add(bench.work(task, stop));
    } catch (error) {
      broke = textOf(error);
      break;
    }
    tell(options, ledger, task.runs > 0 ? 'search' : 'canaries');
  }
  ledger.close();
  return finished(options, ledger, { stopped, broke });
}

/** The words of an error of the harness. */
export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The sums of a campaign, whoever added them up. */
export type Books = Pick<Campaign, 'tally' | 'coverage' | 'canaries' | 'chunks'>;

/** How a search ended. */
export interface SearchEnd {
  /** Before all runs were done, because somebody said stop. */
  readonly stopped: boolean;
  /** What broke in the harness, if anything did. */
  readonly broke?: string | null;
}

/** Shrinks what the search found, one bug after another, and draws up the account. */
export function finished(options: CampaignOptions, books: Books, end: SearchEnd): Campaign {
  const left = shrinkable(books.tally, options.maxBugs);
  const part = { ...options, shrinkTries: triesEach(options.shrinkTries, left.length) };
  const bugs = left.map((found) =>
    shrinkFound(found, part, (shrinking) => tell(options, books, 'shrink', shrinking)),
  );
  return concluded(options, books, { ...end, bugs });
}

/** The ledger's part of the options. */
export function planOf(options: CampaignOptions): ConstructorParameters<typeof Ledger>[0] {
  const { runs, strategy = 'timed', shard = wholeCampaign, failFast = false } = options;
  const { seed, canaries = [] } = options;
  return { seed, runs, strategy, shard, failFast, canaries };
}

/** Says how far the campaign is. */
export function tell(
  options: CampaignOptions,
  { tally, coverage, canaries }: Books,
  phase: CampaignProgress['phase'],
  shrinking: CampaignProgress['shrinking'] = null,
): void {
  options.onProgress?.({ tally, coverage, canaries, phase, shrinking });
}

/** The failures worth shrinking: those found first, one of each kind. */
export function shrinkable(tally: Tally, maxBugs: number = usualMaxBugs): readonly Found[] {
  return inOrder(tally.found.values()).slice(0, maxBugs);
}

/** A number, not a time, so that a bug shrinks alike wherever and beside whatever it is shrunk. */
export function triesEach(tries: number | undefined, bugs: number): number {
  return Math.ceil((tries ?? usualTries) / Math.max(1, bugs));
}

type ShrinkPart = Pick<
  CampaignOptions,
  | 'lab'
  | 'arbitrary'
  | 'shrinkTries'
  | 'stopShrinking'
  | 'hurried'
  | 'measure'
  | 'slice'
  | 'later'
  | 'execute'
>;

/** Makes a failure small. */
export function shrinkFound(
  found: Found,
  options: ShrinkPart,
  onProgress: (shrinking: NonNullable<CampaignProgress['shrinking']>) => void,
): Bug {
  const { lab, arbitrary, shrinkTries, stopShrinking, hurried } = options;
  const { measure, slice, later } = options;
  const execute = options.execute ?? executeScenario;
  const keep = found.failure.invariant;
  const shrunk = shrink(found.scenario, lab, arbitrary, {
    tries: Math.max(1, shrinkTries ?? usualTries),
    keep,
    execute,
    ...(stopShrinking === undefined ? {} : { stop: stopShrinking }),
    ...(measure === undefined ? {} : { measure }),
    ...(slice === undefined ? {} : { slice }),
    ...(later === undefined ? {} : { later }),
    onProgress: ({ tries, smallest }) => onProgress({ id: found.id, tries, smallest }),
  });
  if (hurried?.() === true) return { ...found, shrunk, needed: null, margins: null };
  const needs = { keep, execute };
  if (shrinkTries === 0) {
    return { ...found, shrunk, needed: neededFaults(shrunk.scenario, lab, needs), margins: null };
  }
  return { ...found, shrunk, ...explained(shrunk, lab, needs) };
}

/** Bugs of one promise whose smallest forms tell the same story are one: the one found first. */
export function united(bugs: readonly Bug[], plotOf: (bug: Bug) => string): readonly Bug[] {
  const byPlot = new Map<string, Bug>();
  for (const bug of bugs) {
    const plot = `${bug.failure.invariant}\n${plotOf(bug)}`;
    const known = byPlot.get(plot);
    byPlot.set(plot, known === undefined ? bug : { ...known, count: known.count + bug.count });
  }
  return [...byPlot.values()];
}

/** The account at the end. A shard is too small a part to be blamed for what it has not seen. */
export function concluded(
  options: CampaignOptions,
  books: Books,
  end: SearchEnd & { readonly bugs: readonly Bug[] },
): Campaign {
  const { strategy = 'timed', shard = wholeCampaign, mustSee = [], plot, lab } = options;
  const { tally, coverage, canaries, chunks } = books;
  const { broke = null } = end;
  if (broke !== null && options.keepWhenBroken !== true) throw new Error(broke);
  const required = { coverage, percent: options.coverage ?? 0 };
  const gates: readonly Gate[] =
    broke !== null
      ? [{ kind: 'harness', name: 'harness', why: broke }]
      : shard.of > 1 && tally.runs > 0
        ? []
        : closedGates(tally, canaries, mustSee, required);
  return {
    verdict: broke === null ? verdictOf(tally, gates) : 'error',
    seed: options.seed,
    strategy,
    shard,
    tally,
    coverage,
    chunks,
    canaries,
    gates,
    bugs:
      plot === undefined ? end.bugs : united(end.bugs, ({ shrunk }) => plot(shrunk.scenario, lab)),
    stopped: end.stopped,
  };
}

/** What a campaign with these sums and gates comes to. */
function verdictOf(tally: Tally, gates: readonly Gate[]): CampaignVerdict {
  if (tally.failed > 0) return 'violation';
  if (gates.length > 0) return 'vacuous';
  return tally.unknown > 0 ? 'unknown' : 'ok';
}
