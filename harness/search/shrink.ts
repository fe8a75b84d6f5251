/**
 * From a failing scenario to a small one that fails in the same class. Anytime: it can be stopped
 * after any try and then holds the smallest scenario so far. Deterministic for given options.
 */
import type { Arbitrary } from 'fast-check';
import type { Scenario } from '../world/scenario.ts';
import { brief, isSudden } from './brief.ts';
import type { Failure, Lab, Outcome } from './execute.ts';
import { execute as executeScenario } from './execute.ts';
import { actionCount, bulk, childSeed, fingerprint, reseeded } from './size.ts';
import { defaults } from './strategies/decisions.ts';
import { recorded } from './strategies/recorded.ts';
import type { Perform } from './strategies/tactic.ts';
import { earlierFrom, moments, thinned, variation } from './vary.ts';

/** Runs a scenario; a scheduler, if one is given, decides in its schedule's stead. */
export type Execute = Perform;

export interface ShrinkProgress {
  readonly tries: number;
  readonly smallest: Scenario;
}

export interface ShrinkOptions {
  /** Runs that may be spent, the first included. */
  readonly tries: number;
  /** Fresh network seeds tried per smaller candidate once the given seed yields no more; 32. */
  readonly resample?: number;
  /** The invariant that must go on failing; the one that fails first unless given. */
  readonly keep?: string;
  /** Called for every scenario that became the smallest. */
  readonly onProgress?: (progress: ShrinkProgress) => void;
  /** Asked before each try. */
  readonly stop?: () => boolean;
  readonly execute?: Execute;
  /**
   * How long a scenario that fails is to read, in steps of its story. When given, a last stage
   * looks for scenarios that are shorter to tell, with no more faults and operations.
   */
  readonly measure?: Measure;
  /** What of a failing scenario its violation may come from: tried before anything else. */
  readonly slice?: Slice;
  /** The same failure begun later, with something on the disks: tried where the story is long. */
  readonly later?: Later;
}

export type Later = (scenario: Scenario, lab: Lab) => readonly Scenario[];

export type Slice = (scenario: Scenario, lab: Lab) => Scenario;

export type Measure = (scenario: Scenario, lab: Lab) => number;

/** Another failure met on the way: a new finding, not this bug. */
export interface Slip {
  readonly scenario: Scenario;
  readonly failure: Failure;
}

export interface Shrunk {
  readonly scenario: Scenario;
  /** Of `scenario`; passes when the scenario given did not fail at all. */
  readonly outcome: Outcome;
  readonly tries: number;
  /** fast-check's path from the scenario given to the fixed-seed minimum: `3:0:12`; `` where none leads. */
  readonly path: string;
  /** False: the budget ended before nothing was left to try. */
  readonly finished: boolean;
  /** The first of each other invariant that broke. */
  readonly slips: readonly Slip[];
}

const freshSeeds = 32;
/** From here on it is worth trying to take away single ones, under one fresh seed after another. */
const fewActions = 8;
/** Of the tries, those that may go into shrinking before the last stage. */
const shareBefore = 0.35;
/** The same while many actions are left. */
const shareOfMany = 0.8;
/** Of the tries, those after which a schedule that is left is told by its decisions. */
const shareOfPolish = 0.75;
/** Network seeds under which it is tried whether a failure needs its schedule: a part of the tries. */
const timedSeedsLeast = 8;
const shareOfTimed = 0.03;
/** Gaps shorter than this are not worth a try. */
const leastMs = 10;
/** The last stage ends when so many variations for each step gained nothing: long ones try longer. */
const patience = 60;
const patienceLeast = 200;
/** Stories of so many steps are not worth a later beginning. */
const shortStory = 10;
/** So many of them are tried at most, and no more than this part of the tries that are left. */
const laterMost = 600;
const shareOfLater = 0.4;
/** What disks cost their reader, in steps. */
const disksCost = 3;
/** Every so many variations one sets out from a plainer scenario: fewer servers, usual knobs. */
const plainEvery = 3;

class Shrinker {
  readonly lab: Lab;
  readonly options: ShrinkOptions;
  readonly keep: string;
  readonly slips = new Map<string, Slip>();
  smallest: Scenario;
  outcome: Outcome;
  tries = 1;
  exhausted = false;
  /** Runs that may be spent by now. */
  allowed: number;
  private readonly tried = new Set<number>();
  /** What the last stage makes smaller: steps of the story, twice the actions, and the disks. */
  private cost: number | null = null;
  /** A later beginning may need actions that make happen what came about by chance. */
  private begins = false;

  constructor(scenario: Scenario, lab: Lab, options: ShrinkOptions) {
    this.lab = lab;
    this.options = options;
    this.smallest = scenario;
    const { tries, measure } = options;
    this.allowed = measure === undefined ? tries : Math.ceil(tries * shareBefore);
    this.outcome = this.run(scenario);
    this.keep = options.keep ?? this.outcome.failure?.invariant ?? '';
  }

  fails(): boolean {
    return this.outcome.failure !== null && this.outcome.failure.invariant === this.keep;
  }

  private run(scenario: Scenario): Outcome {
    return (this.options.execute ?? executeScenario)(scenario, this.lab);
  }

  /** Before the last stage: more where there is still much to take away. */
  private allowance(): number {
    const { tries } = this.options;
    if (this.cost !== null || this.allowed === tries) return this.allowed;
    return actionCount(this.smallest) > fewActions ? Math.ceil(tries * shareOfMany) : this.allowed;
  }

  /** Runs the candidate unless that was done before; true when it fails in the class kept. */
  accepts(candidate: Scenario): boolean {
    const print = fingerprint(JSON.stringify(candidate));
    if (this.tried.has(print)) return false;
    if (this.tries >= this.allowance() || this.options.stop?.() === true) {
      this.exhausted = true;
      return false;
    }
    this.tries += 1;
    this.tried.add(print);
    const outcome = this.run(brief(candidate, { scenario: this.smallest, outcome: this.outcome }));
    const { failure } = outcome;
    if (failure?.invariant === this.keep) {
      if (!this.gains(candidate, outcome)) return false;
      this.smallest = candidate;
      this.outcome = outcome;
      this.options.onProgress?.({ tries: this.tries, smallest: candidate });
      return true;
    }
    const hasty = failure?.class === 'liveness' && isSudden(this.outcome);
    if (failure !== null && !hasty && !this.slips.has(failure.invariant)) {
      this.slips.set(failure.invariant, { scenario: candidate, failure });
    }
    return false;
  }

  private costOf(scenario: Scenario, { stats }: Outcome): number {
    const steps = this.options.measure?.(scenario, this.lab) ?? stats.events;
    return steps + 2 * actionCount(scenario) + (scenario.initial.length > 0 ? disksCost : 0);
  }

  /** In the last stage a failing candidate must cost no more; walking level leads on. */
  private gains(candidate: Scenario, outcome: Outcome): boolean {
    const { cost } = this;
    if (cost === null) return true;
    if (!this.begins && actionCount(candidate) > actionCount(this.smallest)) return false;
    const found = this.costOf(candidate, outcome);
    if (found > cost) return false;
    this.cost = found;
    return true;
  }

  /**
   * Large pieces first: time in a schedule's stead, and nothing but what the violation comes from.
   * True when the scenario became smaller.
   */
  begin(): boolean {
    const given = this.smallest;
    const { schedule, ...timed } = given;
    const timedSeeds = Math.max(timedSeedsLeast, shareOfTimed * this.options.tries);
    for (let k = 0; schedule !== undefined && k < timedSeeds && !this.exhausted; k++) {
      const seed = k === 0 ? timed.seed : childSeed(timed.seed, k) >>> 0;
      if (this.accepts({ ...timed, seed })) break;
    }
    this.slice();
    return this.smallest !== given;
  }

  /** To what the violation comes from, or as much of the way as goes. */
  slice(): void {
    const { smallest } = this;
    if (this.options.slice === undefined || actionCount(smallest) <= fewActions) return;
    const slice = this.options.slice(smallest, this.lab);
    if (actionCount(slice) >= actionCount(smallest) || this.accepts(slice)) return;
    if (this.accepts({ ...smallest, workload: slice.workload })) return;
    this.accepts({ ...smallest, faults: slice.faults });
  }

  /** A schedule that is left, told by its decisions, and those nearer to the kindest ones. */
  settle(): void {
    if (this.smallest.schedule === undefined) return;
    this.allowed = this.options.tries;
    this.exhausted = false;
    const written = recorded(this.smallest, this.lab, this.options.execute);
    if (written === this.smallest || this.accepts(written)) {
      defaults(this.smallest, (candidate) => this.accepts(candidate));
    }
  }

  /** Of all tries, those that may be spent before a schedule that is left is told. */
  private shareNow(): number {
    return this.smallest.schedule === undefined ? 1 : shareOfPolish;
  }

  /** Less to read: whole ends of the scenario earlier, then variations, while they gain. */
  polish(arbitrary: Arbitrary<Scenario>): void {
    const { measure, tries } = this.options;
    if (measure === undefined) return;
    this.allowed = Math.ceil(tries * this.shareNow());
    this.exhausted = false;
    this.cost = this.costOf(this.smallest, this.outcome);
    while (this.hurry() && !this.exhausted);
    while (this.later() && !this.exhausted);
    this.allowed = Math.ceil(tries * this.shareNow());
    this.exhausted = false;
    let bases = this.plainer(arbitrary);
    let idle = 0;
    for (let ordinal = 0; idle < this.patience() && !this.exhausted; ordinal++) {
      const base = ordinal % plainEvery === 0 ? bases[(ordinal / plainEvery) % bases.length] : null;
      const before = this.cost;
      idle += 1;
      if (!this.accepts(variation(base ?? this.smallest, ordinal))) continue;
      if (this.cost < before) idle = 0;
      bases = this.plainer(arbitrary);
    }
  }

  /** What the arbitrary would make plainer without taking an action away; the smallest itself. */
  private plainer(arbitrary: Arbitrary<Scenario>): readonly Scenario[] {
    const { smallest } = this;
    const bases = [smallest];
    for (const { value } of arbitrary.shrink(smallest, undefined)) {
      if (actionCount(value) < actionCount(smallest)) break;
      bases.push(value);
    }
    return bases;
  }

  /** Begins later, where that is shorter to tell; true when it did. */
  private later(): boolean {
    const { later } = this.options;
    const { smallest, cost } = this;
    if (later === undefined || cost === null || cost <= shortStory) return false;
    this.begins = true;
    const gained = this.beginsAt(later(smallest, this.lab));
    this.begins = false;
    return gained && this.cost !== cost;
  }

  /** Draws among them, each time under another network seed. */
  private beginsAt(beginnings: readonly Scenario[]): boolean {
    const { seed } = this.smallest;
    const most = Math.min(laterMost, shareOfLater * (this.allowed - this.tries));
    for (let k = 0; k < most; k++) {
      const drawn = childSeed(seed, k) >>> 0;
      const beginning = beginnings[drawn % Math.max(1, beginnings.length)];
      if (beginning === undefined || this.exhausted) return false;
      if (this.accepts(reseeded(beginning, drawn))) return true;
    }
    return false;
  }

  private patience(): number {
    return Math.max(patienceLeast, patience * (this.cost ?? 0));
  }

  /** Closes one gap between two moments, or a part of it. */
  private hurry(): boolean {
    const { smallest } = this;
    let last = 0;
    for (const moment of moments(smallest)) {
      for (let byMs = moment - last; byMs >= leastMs; byMs = Math.floor(byMs / 2)) {
        if (this.accepts(earlierFrom(smallest, moment, byMs))) return true;
      }
      last = moment;
    }
    return false;
  }

  /** Greedy descent at the present network seed; returns the path taken. */
  descend(arbitrary: Arbitrary<Scenario>): readonly number[] {
    const path: number[] = [];
    let context: unknown = undefined;
    for (;;) {
      let index = 0;
      let accepted = false;
      for (const value of arbitrary.shrink(this.smallest, context)) {
        if (this.accepts(value.value)) {
          path.push(index);
          ({ context } = value);
          accepted = true;
          break;
        }
        if (this.exhausted) return path;
        index += 1;
      }
      if (!accepted) return path;
    }
  }

  /** Takes some of the many actions away at once, in this cluster and in smaller ones. */
  private thin(arbitrary: Arbitrary<Scenario>, seeds: number): boolean {
    const { smallest } = this;
    const bases = this.plainer(arbitrary);
    for (let k = 0; k < 2 * seeds * actionCount(smallest); k++) {
      const candidate = thinned(bases[k % bases.length] ?? smallest, k);
      if (bulk(candidate) < bulk(smallest) && this.accepts(candidate)) return true;
      if (this.exhausted) return false;
    }
    return false;
  }

  /** Tries smaller candidates under other network seeds; true when one was accepted. */
  resample(arbitrary: Arbitrary<Scenario>, seeds: number): boolean {
    const { smallest } = this;
    const size = bulk(smallest);
    if (actionCount(smallest) > fewActions && this.thin(arbitrary, seeds)) return true;
    if (this.exhausted) return false;
    for (let k = 0; k < seeds; k++) {
      const seed = childSeed(smallest.seed, k) >>> 0;
      for (const { value } of arbitrary.shrink(smallest, undefined)) {
        if (bulk(value) >= size) continue;
        if (this.accepts(reseeded(value, seed))) return true;
        if (this.exhausted) return false;
      }
    }
    return false;
  }
}

/**
 * Shrinks `scenario`, which fails under `lab`. First at its own network seed through `arbitrary`,
 * then with fresh seeds for everything that would make it smaller, until neither helps; then, given
 * a `measure`, for what reads shorter; until `tries` runs are spent. A scenario that does not fail
 * (in the class to keep) comes back as it is.
 */
export function shrink(
  scenario: Scenario,
  lab: Lab,
  arbitrary: Arbitrary<Scenario>,
  options: ShrinkOptions,
): Shrunk {
  const shrinker = new Shrinker(scenario, lab, options);
  if (!shrinker.fails()) return result(shrinker, []);
  const cut = shrinker.begin();
  const path = shrinker.descend(arbitrary);
  const seeds = options.resample ?? freshSeeds;
  while (!shrinker.exhausted && shrinker.resample(arbitrary, seeds)) {
    shrinker.slice();
    shrinker.descend(arbitrary);
  }
  const finished = !shrinker.exhausted;
  shrinker.polish(arbitrary);
  shrinker.settle();
  return { ...result(shrinker, cut ? [] : path), finished };
}

function result(shrinker: Shrinker, path: readonly number[]): Shrunk {
  return {
    scenario: shrinker.smallest,
    outcome: shrinker.outcome,
    tries: shrinker.tries,
    path: path.join(':'),
    finished: !shrinker.exhausted,
    slips: [...shrinker.slips.values()],
  };
}
