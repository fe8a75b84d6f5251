/** A long piece of work as plain data, so that it can be handed to another thread. */
import type { ScenarioOptions } from '../../scenarios/generate/options.ts';
import type { Explained } from '../search/explain-phase.ts';
import type { Shard } from '../search/ledger.ts';
import type { StrategyChoice } from '../search/portfolio.ts';
import type { Shrunk } from '../search/shrink.ts';
import type { Scenario } from '../world/scenario.ts';

export interface CampaignJob {
  readonly kind: 'campaign';
  readonly mutant: string | undefined;
  readonly invariants: readonly string[] | undefined;
  readonly options: ScenarioOptions;
  /** 32 bits, signed or unsigned. */
  readonly seed: number;
  readonly runs: number;
  /** Milliseconds for the search; Infinity: only `runs` end it. */
  readonly searchMs: number;
  /** Milliseconds for shrinking everything found. */
  readonly shrinkMs: number;
  readonly shrinkTries: number;
  readonly failFast: boolean;
  /** When the harness breaks, what was found is kept and told. */
  readonly keepWhenBroken?: boolean;
  readonly maxBugs: number;
  /** Names of mutants that must be caught. */
  readonly canaries: readonly string[];
  /** Timed unless given. */
  readonly strategy?: StrategyChoice;
  readonly shard?: Shard;
  /** Percent of the table's cells that must be reached. */
  readonly coverage?: number;
  /** Events that must be seen. */
  readonly mustSee?: readonly string[];
  /** Threads; one unless given. */
  readonly workers?: number;
}

export interface ShrinkJob {
  readonly kind: 'shrink';
  readonly mutant: string | undefined;
  readonly invariants: readonly string[] | undefined;
  readonly scenario: Scenario;
  readonly shrinkMs: number;
}

export type Job = CampaignJob | ShrinkJob;

export interface ShrinkResult extends Explained {
  readonly shrunk: Shrunk;
}

/** How far the work is, in numbers. */
export interface Standing {
  readonly phase: 'search' | 'canaries' | 'shrink';
  readonly runs: number;
  readonly events: number;
  readonly messages: number;
  readonly simMicros: number;
  readonly faults: number;
  readonly bugs: readonly { readonly id: string; readonly count: number }[];
  readonly canaries: { readonly killed: number; readonly of: number };
  /** While shrinking: tries so far, and what is left. */
  readonly shrinking: {
    readonly id: string;
    readonly tries: number;
    readonly faults: number;
    readonly operations: number;
  } | null;
}

export interface Hooks {
  /** Asked often: has the user had enough? */
  halted(): boolean;
  tell(standing: Standing): void;
  /** Monotonic milliseconds. */
  now(): number;
}
