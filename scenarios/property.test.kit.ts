/**
 * For tests: `everyPromiseHolds` runs a property over scenarios and, when a promise breaks, writes
 * the failure's folder and throws the one error that tells its story.
 */
import type { Arbitrary } from 'fast-check';
import { expect } from 'vitest';
import { exhibit, recorded } from '../harness/cli/failure.ts';
import { labFor } from '../harness/cli/lab.ts';
import { failureText, shellWord } from '../harness/report/failure.ts';
import type { Bug } from '../harness/search/campaign.ts';
import type { PropertySettings } from '../harness/search/property.ts';
import { promiseError, searched, settingsFrom } from '../harness/search/property.ts';
import type { Tally } from '../harness/search/tally.ts';
import { UserError } from '../harness/trace/user-error.ts';
import type { Scenario } from '../harness/world/scenario.ts';
import type { Profile, ScenarioOptions } from './generate/options.ts';
import { profiles } from './generate/options.ts';
import { scenarioArbitrary } from './generate/scenario.ts';

/** Longest part of a test's name in a command, so that the command fits a line. */
const nameMax = 70;

export interface PromiseProperty {
  readonly options?: ScenarioOptions;
  /** Instead of the generator's scenarios under `options`. */
  readonly arbitrary?: Arbitrary<Scenario>;
  readonly runs: number;
  readonly seed: number;
  /** A planted bug instead of the correct Raft. */
  readonly mutant?: string;
  /** Where the folder of a failure goes; `test-results/raft`. */
  readonly out?: string;
  /** Where WHITEWATER_* are looked up; the process's own environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** The profile that WHITEWATER_PROFILE names, or undefined. */
function profileIn(env: Readonly<Record<string, string | undefined>>): Profile | undefined {
  const name = env['WHITEWATER_PROFILE'] ?? '';
  const found = profiles.find((profile) => profile === name);
  if (found !== undefined || name === '') return found;
  throw new UserError(`WHITEWATER_PROFILE names no profile: "${name}"`, {
    file: 'environment',
    remedy: `Choose one of ${profiles.join(', ')}`,
  });
}

/** The name under which the runner finds this test: `-t` takes a pattern, any part will do. */
function patternOf(testName: string): string {
  const [last = ''] = testName.split(' > ').slice(-1);
  const words = last.replaceAll(/[^\w\s:,-]/gu, '.');
  return words.length <= nameMax ? words : words.slice(0, words.lastIndexOf(' ', nameMax));
}

/** The command that runs this test again, as the runner knows it by name and file. */
function againLines(bug: Bug, profile: Profile | undefined): readonly string[] {
  const { currentTestName = '', testPath = '' } = expect.getState();
  const file = testPath.slice(testPath.lastIndexOf('/scenarios/') + 1);
  const name = patternOf(currentTestName);
  const { seed, path } = bug.origin;
  const chosen = profile === undefined ? '' : ` WHITEWATER_PROFILE=${profile}`;
  return [
    `  in vitest       WHITEWATER_SEED=${String(seed)} WHITEWATER_PATH=${path}${chosen} \\`,
    `                  npx vitest run ${shellWord(file)}${name === '' ? '' : ' \\'}`,
    ...(name === '' ? [] : [`                    -t ${shellWord(name)}`]),
  ];
}

/** Writes the folder of the failure and says everything about it. */
function told(property: PromiseProperty, bug: Bug, profile: Profile | undefined): string {
  const lab = labFor({ mutant: property.mutant });
  const { shrunk, scenario, needed, origin } = bug;
  const report = exhibit({
    id: bug.id,
    out: property.out ?? 'test-results/raft',
    lab,
    scenario: shrunk.scenario,
    recorded: recorded(shrunk.scenario, lab),
    invariants: null,
    origin: { seed: origin.seed, path: origin.path },
    needed,
    shrunk: {
      faults: scenario.faults.length,
      operations: scenario.workload.operations.length,
      tries: shrunk.tries,
      ms: null,
    },
  });
  return [failureText(report), ...againLines(bug, profile)].join('\n');
}

function announce(settings: PropertySettings, profile: Profile): void {
  const { seed, runs, path } = settings;
  const from = path === null ? '' : `, path ${path}`;
  console.log(`seed ${String(seed)}, ${String(runs)} runs, profile ${profile}${from}`);
}

/**
 * Runs the property and returns what the runs added up to. Throws one error, named after the
 * invariant, when a promise breaks; one named `Undecided` when some judge could not say.
 * WHITEWATER_SEED, _RUNS, _PATH and _PROFILE override what the test asks for.
 */
export function everyPromiseHolds(property: PromiseProperty): Tally {
  const env = property.env ?? process.env;
  const settings = settingsFrom(env, property);
  const chosen = profileIn(env);
  const profile = chosen ?? property.options?.profile ?? 'swarm';
  announce(settings, profile);
  const { tally, bug } = searched({
    lab: labFor({ mutant: property.mutant }),
    arbitrary: property.arbitrary ?? scenarioArbitrary({ ...property.options, profile }),
    settings,
  });
  const above = everyPromiseHolds;
  if (bug !== null) {
    const { invariant } = bug.failure;
    throw promiseError({ invariant, text: told(property, bug, chosen), above });
  }
  if (tally.unknown > 0) {
    const text = `${String(tally.unknown)} runs undecided, first ${tally.unknownReason ?? ''}`;
    throw promiseError({ invariant: 'Undecided', text, above });
  }
  return tally;
}
