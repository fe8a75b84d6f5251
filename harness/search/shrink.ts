/**
 * From a failing scenario to a small one that fails in the same class. Anytime: it can be stopped
 * after any try and then holds the smallest scenario so far. Deterministic for given options.
 */
import type { Arbitrary } from 'fast-check';
import type { Scenario } from '../world/scenario.ts';
import type { Failure, Lab, Outcome } from './execute.ts';
import { execute as executeScenario } from './execute.ts';
import { bulk, childSeed, fingerprint } from './size.ts';

export type Execute = (scenario: Scenario, lab: Lab) => Outcome;

export interface ShrinkProgress {
  readonly tries: number;
  readonly smallest: Scenario;
}

export interface ShrinkOptions {
  /** Runs that may be spent, the first included. */
  readonly tries: number;
  /** Fresh network seeds tried per smaller candidate once the given seed yields no more; 16. */
  readonly resample?: number;
  /** The invariant that must go on failing; the one that fails first unless given. */
  readonly keep?: string;
  /** Called for every scenario that became the smallest. */
  readonly onProgress?: (progress: ShrinkProgress) => void;
  /** Asked before each try. */
  readonly stop?: () => boolean;
  readonly execute?: Execute;
}

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
  /** fast-check's path from the scenario given to the fixed-seed minimum: `3:0:12`, or ``. */
  readonly path: string;
  /** False: the budget ended before nothing was left to try. */
  readonly finished: boolean;
  /** The first of each other invariant that broke. */
  readonly slips: readonly Slip[];
}

const freshSeeds = 16;

class Shrinker {
  readonly lab: Lab;
  readonly options: ShrinkOptions;
  readonly keep: string;
  readonly slips = new Map<string, Slip>();
  smallest: Scenario;
  outcome: Outcome;
  tries = 1;
  exhausted = false;
  private readonly harmless = new Set<number>();

  constructor(scenario: Scenario, lab: Lab, options: ShrinkOptions) {
    this.lab = lab;
    this.options = options;
    this.smallest = scenario;
    this.outcome = this.run(scenario);
    this.keep = options.keep ?? this.outcome.failure?.invariant ?? '';
  }

  fails(): boolean {
    return this.outcome.failure !== null && this.outcome.failure.invariant === this.keep;
  }

  private run(scenario: Scenario): Outcome {
    return (this.options.execute ?? executeScenario)(scenario, this.lab);
  }

  /** Runs the candidate unless that was done before; true when it fails in the class kept. */
  accepts(candidate: Scenario): boolean {
    const print = fingerprint(JSON.stringify(candidate));
    if (this.harmless.has(print)) return false;
    if (this.tries >= this.options.tries || this.options.stop?.() === true) {
      this.exhausted = true;
      return false;
    }
    this.tries += 1;
    const outcome = this.run(candidate);
    const { failure } = outcome;
    if (failure?.invariant === this.keep) {
      this.smallest = candidate;
      this.outcome = outcome;
      this.options.onProgress?.({ tries: this.tries, smallest: candidate });
      return true;
    }
    this.harmless.add(print);
    if (failure !== null && !this.slips.has(failure.invariant)) {
      this.slips.set(failure.invariant, { scenario: candidate, failure });
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

  /** Tries smaller candidates under other network seeds; true when one was accepted. */
  resample(arbitrary: Arbitrary<Scenario>, seeds: number): boolean {
    const size = bulk(this.smallest);
    const { seed } = this.smallest;
    for (const { value } of arbitrary.shrink(this.smallest, undefined)) {
      if (bulk(value) >= size) continue;
      for (let k = 0; k < seeds; k++) {
        if (this.accepts({ ...value, seed: childSeed(seed, k) >>> 0 })) return true;
        if (this.exhausted) return false;
      }
    }
    return false;
  }
}

/**
 * Shrinks `scenario`, which fails under `lab`. First at its own network seed through `arbitrary`,
 * then with fresh seeds for everything that would make it smaller, until neither helps or `tries`
 * runs are spent. A scenario that does not fail (in the class to keep) comes back as it is.
 */
export function shrink(
  scenario: Scenario,
  lab: Lab,
  arbitrary: Arbitrary<Scenario>,
  options: ShrinkOptions,
): Shrunk {
  const shrinker = new Shrinker(scenario, lab, options);
  if (!shrinker.fails()) return result(shrinker, []);
  const path = shrinker.descend(arbitrary);
  const seeds = options.resample ?? freshSeeds;
  while (!shrinker.exhausted && shrinker.resample(arbitrary, seeds)) shrinker.descend(arbitrary);
  return result(shrinker, path);
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

/**
 * Indices of the faults without which the scenario no longer fails in the class `keep`: one run for
 * each fault.
 */
export function neededFaults(
  scenario: Scenario,
  lab: Lab,
  options: { readonly keep: string; readonly execute?: Execute },
): readonly number[] {
  const run = options.execute ?? executeScenario;
  const needed: number[] = [];
  for (let i = 0; i < scenario.faults.length; i++) {
    const without = { ...scenario, faults: scenario.faults.toSpliced(i, 1) };
    if (run(without, lab).failure?.invariant !== options.keep) needed.push(i);
  }
  return needed;
}
