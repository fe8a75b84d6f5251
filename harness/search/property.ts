/**
 * A property over generated scenarios, for a test runner: every scenario must pass. The first that
 * does not is shrunk and becomes one error that says what a person wants to know, and nothing of
 * how the search works inside.
 */
import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { UserError } from '../trace/user-error.ts';
import type { Scenario } from '../world/scenario.ts';
import type { Bug } from './campaign.ts';
import type { Lab, Outcome } from './execute.ts';
import { execute as executeScenario } from './execute.ts';
import { explained } from './explain-phase.ts';
import type { Execute, Measure, Slice } from './shrink.ts';
import { shrink } from './shrink.ts';
import type { Tally } from './tally.ts';
import { count, idOf, newTally } from './tally.ts';

export interface PropertySettings {
  /** 32 bits, signed, as fast-check wants it. */
  readonly seed: number;
  readonly runs: number;
  /** Where to go on: `41` begins at run 41 (from 0), `41:3` at its fourth shrunk form; or null. */
  readonly path: string | null;
}

export interface Property {
  readonly lab: Lab;
  readonly arbitrary: Arbitrary<Scenario>;
  readonly settings: PropertySettings;
  /** Runs spent on shrinking; 2,000. */
  readonly shrinkTries?: number;
  readonly execute?: Execute;
  /** See `ShrinkOptions`. */
  readonly measure?: Measure;
  readonly slice?: Slice;
}

/** What the runs added up to, and the bug that ended them early, or null. */
export interface Searched {
  readonly tally: Tally;
  readonly bug: Bug | null;
}

const usualTries = 2_000;

/** Runs the property. Deterministic; throws only what the harness itself throws. */
export function searched(property: Property): Searched {
  const { lab, arbitrary, settings } = property;
  const execute = property.execute ?? executeScenario;
  const { seed, runs, path } = settings;
  const tally = newTally();
  let last: Outcome | null = null;
  const details = fc.check(
    fc.property(arbitrary, (scenario) => {
      last = null;
      const outcome = execute(scenario, lab);
      last = outcome;
      const run = tally.runs + 1;
      count(tally, scenario, {
        outcome,
        origin: { seed, path: String(run - 1), run, strategy: 'timed' },
      });
      return outcome.failure === null;
    }),
    { seed, numRuns: runs, endOnFailure: true, ...(path === null ? {} : { path }) },
  );
  const [scenario] = details.counterexample ?? [];
  if (!details.failed || scenario === undefined) return { tally, bug: null };
  const at = details.counterexamplePath ?? '0';
  return { tally, bug: bugOf(property, { scenario, outcome: last, path: at, tally }, details) };
}

interface Fallen {
  readonly scenario: Scenario;
  readonly outcome: Outcome | null;
  readonly path: string;
  readonly tally: Tally;
}

function bugOf(
  property: Property,
  fallen: Fallen,
  { errorInstance }: { readonly errorInstance?: unknown },
): Bug {
  const { lab, arbitrary, settings, measure, slice } = property;
  const { shrinkTries: tries = usualTries } = property;
  const { scenario, outcome, path, tally } = fallen;
  const failure = outcome?.failure ?? null;
  if (failure === null) {
    const where = `seed ${String(settings.seed)}, path ${path}`;
    throw new Error(`the harness itself broke in ${scenario.name} (${where})`, {
      cause: errorInstance,
    });
  }
  const execute = property.execute ?? executeScenario;
  const keep = failure.invariant;
  const shrunk = shrink(scenario, lab, arbitrary, {
    tries,
    keep,
    execute,
    ...(measure === undefined ? {} : { measure }),
    ...(slice === undefined ? {} : { slice }),
  });
  const origin = { seed: settings.seed, path, run: tally.runs, strategy: 'timed' as const };
  const found = { id: idOf(failure), count: 1, first: origin, origin, scenario, failure };
  return { ...found, shrunk, ...explained(shrunk, lab, { keep, execute }) };
}

/**
 * The one error of a broken promise. Its name is the invariant's, so that a runner prints
 * `ElectionSafety: two leaders …`; its stack is the single line that called `above`.
 */
export function promiseError(broken: {
  readonly invariant: string;
  /** The text for people; a title `Invariant: …` at its start is not said twice. */
  readonly text: string;
  readonly above: (...args: never[]) => unknown;
}): Error {
  const { invariant, text, above } = broken;
  const title = `${invariant}: `;
  const error = new Error(text.startsWith(title) ? text.slice(title.length) : text);
  error.name = invariant;
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 1;
  Error.captureStackTrace(error, above);
  Error.stackTraceLimit = stackTraceLimit;
  return error;
}

type Environment = Readonly<Record<string, string | undefined>>;

function integer(env: Environment, name: string, least: number): number | undefined {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  const what = `${name} must be an integer${least === 1 ? ' from 1 on' : ''}, found "${text}"`;
  throw new UserError(what, {
    file: 'environment',
    remedy: `Set ${name} to a number, or unset it`,
  });
}

/**
 * Seed, runs and path: what WHITEWATER_SEED, WHITEWATER_RUNS and WHITEWATER_PATH say, else the
 * test's own. Throws a `UserError` for what is no number or path.
 */
export function settingsFrom(
  env: Environment,
  usual: { readonly seed: number; readonly runs: number },
): PropertySettings {
  const path = env['WHITEWATER_PATH'] ?? '';
  if (!/^(?:\d+(?::\d+)*)?$/u.test(path)) {
    const remedy = 'Copy it from the failure: numbers joined by colons, like 41 or 41:3:0';
    throw new UserError(`WHITEWATER_PATH is no path: "${path}"`, { file: 'environment', remedy });
  }
  return {
    seed: (integer(env, 'WHITEWATER_SEED', Number.MIN_SAFE_INTEGER) ?? usual.seed) | 0,
    runs: integer(env, 'WHITEWATER_RUNS', 1) ?? usual.runs,
    path: path === '' ? null : path,
  };
}
