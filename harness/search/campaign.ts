/**
 * A campaign: many generated scenarios under all judges, until the runs are done or somebody says
 * stop. Nothing here knows the time; the same seed and number of runs give the same result.
 */
import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import type { Scenario } from '../world/scenario.ts';
import type { Lab } from './execute.ts';
import { execute as executeScenario } from './execute.ts';
import type { Canary, CanaryState } from './canary.ts';
import type { Gate } from './gates.ts';
import { closedGates } from './gates.ts';
import type { Execute, Measure, Shrunk } from './shrink.ts';
import { neededFaults, shrink } from './shrink.ts';
import { childSeed } from './size.ts';
import type { Found, Tally } from './tally.ts';
import { count, newTally } from './tally.ts';

export interface CampaignProgress {
  readonly tally: Tally;
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
  readonly canaries?: readonly Canary[];
  /** Events (of `sometimesNames`) without which the campaign counts for nothing. */
  readonly mustSee?: readonly string[];
  /** Asked before each run; true ends the search. */
  readonly stop?: () => boolean;
  /** Asked before each try of the shrinker; true ends all shrinking. */
  readonly stopShrinking?: () => boolean;
  /** Called after every few dozen runs and for each smaller counterexample. */
  readonly onProgress?: (progress: CampaignProgress) => void;
  /** Stop searching at the first failure. */
  readonly failFast?: boolean;
  /** Stop searching after so many different failures; 10. */
  readonly maxBugs?: number;
  /** Runs spent on shrinking each bug; 2,000. 0: none. */
  readonly shrinkTries?: number;
  readonly execute?: Execute;
  /** See `ShrinkOptions.measure`. */
  readonly measure?: Measure;
}

export interface Bug extends Found {
  readonly shrunk: Shrunk;
  /** Indices in `shrunk.scenario.faults` without which it does not fail. */
  readonly needed: readonly number[];
}

export type CampaignVerdict = 'ok' | 'violation' | 'unknown' | 'vacuous';

export interface Campaign {
  readonly verdict: CampaignVerdict;
  readonly seed: number;
  readonly tally: Tally;
  readonly canaries: readonly CanaryState[];
  readonly bugs: readonly Bug[];
  /** Why a campaign without violations proves too little. */
  readonly gates: readonly Gate[];
  /** `stop` ended the search before the runs were done. */
  readonly stopped: boolean;
}

const chunkRuns = 32;
const usualMaxBugs = 10;
const usualTries = 2_000;

/** The seed that fast-check gets for a chunk of runs; the first chunk has the campaign's own. */
export function chunkSeed(seed: number, chunk: number): number {
  return chunk === 0 ? seed | 0 : childSeed(seed, chunk);
}

interface Chunk {
  readonly lab: Lab;
  readonly arbitrary: Arbitrary<Scenario>;
  readonly seed: number;
  readonly runs: number;
}

class Hunt {
  readonly options: CampaignOptions;
  readonly tally: Tally = newTally();
  readonly canaries: readonly CanaryState[];
  ended = false;
  private readonly execute: Execute;

  constructor(options: CampaignOptions) {
    this.options = options;
    this.execute = options.execute ?? executeScenario;
    this.canaries = (options.canaries ?? []).map(({ name }) => ({
      name,
      runs: 0,
      killedAtRun: null,
      invariant: null,
    }));
  }

  private stopped(): boolean {
    if (!this.ended && this.options.stop?.() === true) this.ended = true;
    return this.ended;
  }

  private full(): boolean {
    const { failFast, maxBugs } = this.options;
    return this.tally.found.size >= (failFast === true ? 1 : (maxBugs ?? usualMaxBugs));
  }

  tell(phase: CampaignProgress['phase'], shrinking: CampaignProgress['shrinking']): void {
    const { tally, canaries } = this;
    this.options.onProgress?.({ tally, canaries, phase, shrinking });
  }

  /** The campaign's own runs, with a chunk for each living canary after each chunk. */
  search(): void {
    const { lab, arbitrary, runs } = this.options;
    let chunk = 0;
    while (this.tally.runs < runs && !this.full() && !this.stopped()) {
      const left = runs - this.tally.runs;
      const seed = chunkSeed(this.options.seed, chunk);
      this.runs({ lab, arbitrary, seed, runs: Math.min(chunkRuns, left) });
      this.feedCanaries(chunk);
      this.tell('search', null);
      chunk += 1;
    }
    while (this.feedCanaries(chunk) && !this.stopped()) {
      this.tell('canaries', null);
      chunk += 1;
    }
  }

  private runs(chunk: Chunk): void {
    const { lab, arbitrary, seed } = chunk;
    const scenarios = fc.sample(arbitrary, { seed, numRuns: chunk.runs });
    for (const [index, scenario] of scenarios.entries()) {
      if (this.full() || this.stopped()) return;
      const outcome = this.execute(scenario, lab);
      const origin = { seed, path: String(index), run: this.tally.runs + 1 };
      count(this.tally, scenario, { outcome, origin });
    }
  }

  /** True while a canary lives that may still be fed. */
  private feedCanaries(chunk: number): boolean {
    let living = false;
    for (const [index, canary] of (this.options.canaries ?? []).entries()) {
      const state = this.canaries[index];
      if (state === undefined || state.killedAtRun !== null || state.runs >= canary.runs) continue;
      this.feed(canary, state, childSeed(childSeed(this.options.seed, ~index), chunk));
      if (state.killedAtRun === null && state.runs < canary.runs) living = true;
    }
    return living;
  }

  private feed(canary: Canary, state: CanaryState, seed: number): void {
    const numRuns = Math.min(chunkRuns, canary.runs - state.runs);
    const arbitrary = canary.arbitrary ?? this.options.arbitrary;
    for (const scenario of fc.sample(arbitrary, { seed, numRuns })) {
      if (this.stopped()) return;
      state.runs += 1;
      const { failure } = this.execute(scenario, canary.lab);
      if (failure === null) continue;
      state.killedAtRun = state.runs;
      state.invariant = failure.invariant;
      return;
    }
  }

  shrinkAll(): readonly Bug[] {
    return [...this.tally.found.values()].map((found) => this.shrinkOne(found));
  }

  private shrinkOne(found: Found): Bug {
    const { lab, arbitrary, shrinkTries, stopShrinking, measure } = this.options;
    const { execute } = this;
    const keep = found.failure.invariant;
    const shrunk = shrink(found.scenario, lab, arbitrary, {
      tries: Math.max(1, shrinkTries ?? usualTries),
      keep,
      execute,
      ...(stopShrinking === undefined ? {} : { stop: stopShrinking }),
      ...(measure === undefined ? {} : { measure }),
      onProgress: ({ tries, smallest }) => {
        this.tell('shrink', { id: found.id, tries, smallest });
      },
    });
    return { ...found, shrunk, needed: neededFaults(shrunk.scenario, lab, { keep, execute }) };
  }
}

/** Runs a whole campaign; see `CampaignOptions` for what it may spend. */
export function campaign(options: CampaignOptions): Campaign {
  const hunt = new Hunt(options);
  hunt.search();
  const { tally, canaries, ended: stopped } = hunt;
  const gates = closedGates(tally, canaries, options.mustSee ?? []);
  const bugs = hunt.shrinkAll();
  return {
    verdict: verdictOf(tally, gates),
    seed: options.seed,
    tally,
    canaries,
    bugs,
    gates,
    stopped,
  };
}

function verdictOf(tally: Tally, gates: readonly Gate[]): CampaignVerdict {
  if (tally.found.size > 0) return 'violation';
  if (gates.length > 0) return 'vacuous';
  return tally.unknown > 0 ? 'unknown' : 'ok';
}
