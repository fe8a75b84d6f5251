/**
 * What many runs added up to: plain data of constant size, merged in any grouping. Failures are
 * told apart by invariant and the shape of their sentence; the smallest of each kind is kept.
 */
import type { Sometimes } from '../check/sometimes.ts';
import { mergeSometimes, newSometimes } from '../check/sometimes.ts';
import type { Scenario } from '../world/scenario.ts';
import type { Failure, Outcome } from './execute.ts';
import { probeName } from './coverage-probe.ts';
import { occasionsIn } from './occasions.ts';
import type { SearchStrategy } from './portfolio.ts';
import type { RunsHash } from './runs-hash.ts';
import { addRun, mergeRunsHash, newRunsHash } from './runs-hash.ts';
import { bulk, fingerprint } from './size.ts';

/** Where fast-check finds a scenario again: `fc.check(…, { seed, path })`. */
export interface Origin {
  readonly seed: number;
  readonly path: string;
  /** 1-based number of the run in the campaign. */
  readonly run: number;
  /** How it was searched; the scenario found holds the schedule itself. */
  readonly strategy: SearchStrategy;
}

export interface Found {
  /** `ElectionSafety-7c1e90` */
  readonly id: string;
  count: number;
  first: Origin;
  origin: Origin;
  scenario: Scenario;
  failure: Failure;
}

export interface Tally {
  runs: number;
  /** Of all runs: equal where each did the same and was judged alike. */
  readonly runsHash: RunsHash;
  /** Runs that broke a promise. */
  failed: number;
  events: number;
  messages: number;
  simMicros: number;
  /** Runs whose judges could not say, and one of the reasons. */
  unknown: number;
  unknownReason: string | null;
  readonly faults: Record<string, number>;
  readonly examined: Record<string, number>;
  /** Faults by kind in the scenarios' lists, whether they struck or not. */
  readonly planned: Record<string, number>;
  /** Runs made for a check that has nothing to examine in others, by its name. */
  readonly occasions: Record<string, number>;
  /** Runs by the strategy that searched. */
  readonly strategies: Record<string, number>;
  readonly sometimes: Sometimes;
  readonly found: Map<string, Found>;
}

export function newTally(): Tally {
  return {
    runs: 0,
    runsHash: newRunsHash(),
    failed: 0,
    events: 0,
    messages: 0,
    simMicros: 0,
    unknown: 0,
    unknownReason: null,
    faults: {},
    examined: {},
    planned: {},
    occasions: {},
    strategies: {},
    sometimes: newSometimes(),
    found: new Map(),
  };
}

function addAll(into: Record<string, number>, from: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(from)) into[name] = (into[name] ?? 0) + count;
}

const wordsCompared = 8;

/** The sentence's first words without names and numbers: alike for failures of one kind. */
export function shapeOf(failure: Failure): string {
  const words = failure.sentence.replaceAll(/\b[Sc]?\d+\b/g, '#').split(/\s+/);
  return `${failure.invariant}: ${words.slice(0, wordsCompared).join(' ')}`;
}

export function idOf(failure: Failure): string {
  const digits = fingerprint(shapeOf(failure)).toString(16).padStart(14, '0').slice(-6);
  return `${failure.invariant}-${digits}`;
}

/** Adds one run. */
export function count(
  tally: Tally,
  scenario: Scenario,
  ran: { readonly outcome: Outcome; readonly origin: Origin },
): void {
  const { outcome, origin } = ran;
  tally.runs += 1;
  addRun(tally.runsHash, origin, outcome);
  tally.events += outcome.stats.events;
  tally.messages += outcome.stats.messages;
  tally.simMicros += outcome.stats.simMicros;
  addAll(tally.faults, outcome.stats.faults);
  for (const [name, examined] of Object.entries(outcome.examined)) {
    // The probe watched for coverage and judged nothing.
    if (name !== probeName) tally.examined[name] = (tally.examined[name] ?? 0) + examined;
  }
  for (const { kind } of scenario.faults) tally.planned[kind] = (tally.planned[kind] ?? 0) + 1;
  for (const name of occasionsIn(scenario)) {
    tally.occasions[name] = (tally.occasions[name] ?? 0) + 1;
  }
  const { strategy } = origin;
  tally.strategies[strategy] = (tally.strategies[strategy] ?? 0) + 1;
  mergeSometimes(tally.sometimes, outcome.sometimes);
  if (outcome.verdict === 'unknown') {
    tally.unknown += 1;
    tally.unknownReason = lesser(tally.unknownReason, outcome.unknown[0] ?? null);
  }
  const { failure } = outcome;
  if (failure === null) return;
  tally.failed += 1;
  const id = idOf(failure);
  const known = tally.found.get(id);
  const found = { id, count: 1, first: origin, origin, scenario, failure };
  if (known === undefined) tally.found.set(id, found);
  else again(known, found);
}

/** The first of two reasons in the order of letters, so that it does not matter who came first. */
function lesser(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other;
  return other < one ? other : one;
}

/** Of two equally small scenarios the one of the earlier run is kept, whichever is added first. */
function again(known: Found, other: Found): void {
  known.count += other.count;
  if (other.first.run < known.first.run) known.first = other.first;
  const more = bulk(other.scenario) - bulk(known.scenario);
  if (more > 0 || (more === 0 && other.origin.run >= known.origin.run)) return;
  known.scenario = other.scenario;
  known.failure = other.failure;
  known.origin = other.origin;
}

/** Adds `other`; the order does not matter. */
export function merge(tally: Tally, other: Tally): void {
  tally.runs += other.runs;
  mergeRunsHash(tally.runsHash, other.runsHash);
  tally.failed += other.failed;
  tally.events += other.events;
  tally.messages += other.messages;
  tally.simMicros += other.simMicros;
  tally.unknown += other.unknown;
  tally.unknownReason = lesser(tally.unknownReason, other.unknownReason);
  addAll(tally.faults, other.faults);
  addAll(tally.examined, other.examined);
  addAll(tally.planned, other.planned);
  addAll(tally.occasions, other.occasions);
  addAll(tally.strategies, other.strategies);
  mergeSometimes(tally.sometimes, other.sometimes);
  for (const found of other.found.values()) {
    const known = tally.found.get(found.id);
    if (known === undefined) tally.found.set(found.id, { ...found });
    else again(known, found);
  }
}
