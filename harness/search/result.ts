/** The document that tools read: what a campaign found, with its schema's version. */
import { countsByName } from '../check/sometimes.ts';
import type { Bug, Campaign, CampaignVerdict } from './campaign.ts';
import type { CoverageSummary } from './coverage-summary.ts';
import type { Margins } from './explain-phase.ts';
import { coverageSummary } from './coverage-summary.ts';
import { always } from './gates.ts';
import type { Shard } from './ledger.ts';
import type { SearchStrategy, StrategyChoice } from './portfolio.ts';
import type { StrategyShare } from './shares.ts';
import { runsHashText } from './runs-hash.ts';
import { lastRunOf, sharesOf } from './shares.ts';
import { ordered } from './tally-json.ts';

export const resultSchema = 'whitewater.result/1';

export interface ResultStats {
  readonly runs: number;
  /** Runs that broke a promise. */
  readonly failed: number;
  readonly events: number;
  readonly messages: number;
  readonly simMs: number;
  readonly wallMs: number;
  readonly runsPerSec: number;
  readonly faults: Readonly<Record<string, number>>;
}

export interface ResultBug {
  readonly id: string;
  readonly invariant: string;
  /** One sentence with names and values. */
  readonly title: string;
  /** Runs that failed in this way. */
  readonly count: number;
  /** The run that found it first, from 1, and how that run was searched. */
  readonly firstRun: number;
  readonly strategy: SearchStrategy;
  /** fast-check finds the unshrunk scenario again with these. */
  readonly seed: number;
  readonly path: string;
  /** Of the shrunk scenario: what happened in it, and what it consists of. */
  readonly steps: number;
  readonly faults: number;
  readonly operations: number;
  /** Faults without which it passes, as `partition#1`: kind and index in its list; null: unknown. */
  readonly needed: readonly string[] | null;
  /** How far it may be changed until it passes; null when it was not shrunk. */
  readonly margins: Margins | null;
  readonly story: readonly string[];
  /** Where the trace was written, or null. */
  readonly trace: string | null;
  /** The command that runs it again. */
  readonly replay: readonly string[];
}

export interface ResultDocument {
  readonly schema: typeof resultSchema;
  readonly verdict: CampaignVerdict;
  readonly seed: number;
  readonly strategy: StrategyChoice;
  /** `2/4` for the second of four shards; null: the whole campaign. */
  readonly shard: string | null;
  /** The search ended before its runs were done: time was up, or somebody said stop. */
  readonly stopped: boolean;
  /** Of all runs, 16 digits: equal where each did the same and was judged alike. */
  readonly runsHash: string;
  readonly stats: ResultStats;
  readonly coverage: CoverageSummary;
  /** What each strategy had a share in. */
  readonly strategies: readonly StrategyShare[];
  readonly sometimes: readonly {
    readonly name: string;
    readonly hits: number;
    readonly ok: boolean;
  }[];
  readonly canaries: readonly {
    readonly name: string;
    readonly runs: number;
    readonly killedAtRun: number | null;
    readonly invariant: string | null;
  }[];
  /** What keeps a campaign without bugs from being a pass. */
  readonly gates: readonly { readonly kind: string; readonly name: string; readonly why: string }[];
  readonly bugs: readonly ResultBug[];
}

/** What only the front door knows about a bug. */
export type BugExtras = Pick<ResultBug, 'story' | 'trace' | 'replay'>;

export interface ResultExtras {
  readonly wallMs: number;
  /** Events that the campaign was told it must see. */
  readonly mustSee: readonly string[];
  /** Of several campaigns put together; else it is worked out. */
  readonly shares?: readonly StrategyShare[];
  readonly describe: (bug: Bug) => BugExtras;
}

export function resultDocument(campaign: Campaign, extras: ResultExtras): ResultDocument {
  const { tally } = campaign;
  const required = new Set([...always, ...extras.mustSee]);
  const seconds = extras.wallMs / 1_000;
  return {
    schema: resultSchema,
    verdict: campaign.verdict,
    seed: campaign.seed,
    strategy: campaign.strategy,
    shard: campaign.shard.of === 1 ? null : shardName(campaign.shard),
    stopped: campaign.stopped,
    runsHash: runsHashText(tally.runsHash),
    stats: {
      runs: tally.runs,
      failed: tally.failed,
      events: tally.events,
      messages: tally.messages,
      simMs: Math.round(tally.simMicros / 1_000),
      wallMs: Math.round(extras.wallMs),
      runsPerSec: seconds > 0 ? Math.round(tally.runs / seconds) : 0,
      faults: ordered(tally.faults),
    },
    coverage: coverageSummary(campaign.coverage, lastRunOf(campaign.chunks)),
    strategies: extras.shares ?? sharesOf(campaign),
    sometimes: Object.entries(countsByName(tally.sometimes)).map(([name, hits]) => ({
      name,
      hits,
      ok: hits > 0 || !required.has(name),
    })),
    canaries: campaign.canaries.map(({ name, runs, killedAtRun, invariant }) => ({
      name,
      runs,
      killedAtRun,
      invariant,
    })),
    gates: campaign.gates,
    bugs: campaign.bugs.map((bug) => ({ ...summary(bug), ...extras.describe(bug) })),
  };
}

/** People count shards from 1. */
export function shardName({ index, of }: Shard): string {
  return `${String(index + 1)}/${String(of)}`;
}

function summary(bug: Bug): Omit<ResultBug, keyof BugExtras> {
  const { shrunk, needed, margins } = bug;
  const { faults, workload } = shrunk.scenario;
  const failure = shrunk.outcome.failure ?? bug.failure;
  return {
    id: bug.id,
    invariant: failure.invariant,
    title: failure.sentence,
    count: bug.count,
    firstRun: bug.first.run,
    strategy: bug.first.strategy,
    seed: bug.origin.seed,
    path: bug.origin.path,
    steps: shrunk.outcome.stats.events,
    faults: faults.length,
    operations: workload.operations.length,
    needed: needed?.map((index) => `${faults[index]?.kind ?? 'fault'}#${String(index)}`) ?? null,
    margins,
  };
}
