/**
 * A property over scenarios for vitest: every promise holds, whatever the water is like. When one
 * breaks, the failure's folder is written and the one error thrown that tells its story.
 */
import { join } from 'node:path';
import type { Profile, ScenarioOptions } from '../../scenarios/generate/options.ts';
import { scenarioArbitrary } from '../../scenarios/generate/scenario.ts';
import type { Check } from '../check/check.ts';
import { exhibit, recorded, reported } from '../cli/failure.ts';
import { ensureFolder, writeTrace } from '../cli/failure-folder.ts';
import { labFor } from '../cli/lab.ts';
import { appendSummary } from '../cli/reporters.ts';
import { drawnSeed } from '../cli/seed.ts';
import type { StateMachine } from '../raft/node.ts';
import type { Subject } from '../raft/step.ts';
import { failureText } from '../report/failure.ts';
import { fenced, markdownOf } from '../report/markdown.ts';
import type { Bug } from '../search/campaign.ts';
import type { Lab } from '../search/execute.ts';
import { execute } from '../search/execute.ts';
import type { Property, PropertySettings } from '../search/property.ts';
import { promiseError, searched, settingsFrom } from '../search/property.ts';
import type { Tally } from '../search/tally.ts';
import { UserError } from '../trace/user-error.ts';
import type { Environment, Keep } from './environment.ts';
import { keepIn, profileIn } from './environment.ts';
import { againLines, noteFailure } from './running-test.ts';

const runsUsual = 200;
const outUsual = 'test-results/raft';

export interface PromiseProperty {
  /** The machine under test; the correct Raft unless given. */
  readonly subject?: Subject;
  /** A planted bug by name (`whitewater mutants` lists them) instead of a subject. */
  readonly mutant?: string;
  /** The state machine behind the log; unless given, the built-in store of named values. */
  readonly application?: StateMachine;
  /** What is drawn: servers, clients, kinds of faults, the model of the operations, size. */
  readonly options?: ScenarioOptions;
  /** Instead of the generator's scenarios under `options`. */
  readonly arbitrary?: Property['arbitrary'];
  /** Only these of the built-in promises; linearizability is always among them. */
  readonly invariants?: readonly string[];
  /** Promises of one's own beside the built-in ones. */
  readonly checks?: readonly Check[];
  /** 200 unless given; WHITEWATER_RUNS wins. */
  readonly runs?: number;
  /** Drawn and printed unless given; WHITEWATER_SEED wins. */
  readonly seed?: number;
  /** Where the folder of a failure goes; `test-results/raft`. */
  readonly out?: string;
  /** Where WHITEWATER_* are looked up; the process's own environment. */
  readonly env?: Environment;
}

interface Asked {
  readonly property: PromiseProperty;
  readonly lab: Lab;
  readonly settings: PropertySettings;
  /** Named by the environment. */
  readonly chosen: Profile | undefined;
  readonly profile: Profile;
  readonly keep: Keep;
  readonly out: string;
}

/** Is everything built in, so that the command line can play the trace again? */
function isOurs({ subject, application, checks }: PromiseProperty): boolean {
  return subject === undefined && application === undefined && checks === undefined;
}

function labOf(property: PromiseProperty): Lab {
  const { mutant, invariants, application, checks = [] } = property;
  if (property.subject !== undefined && mutant !== undefined) {
    throw new UserError('a property tests a subject or a mutant, not both', {
      remedy: 'Leave one of them out',
    });
  }
  const right = labFor({ mutant, invariants });
  const subject = property.subject ?? right.subject;
  const lab = { ...right, subject, checks: [...right.checks, ...checks] };
  if (application === undefined) return lab;
  // Under another name, because the built-in machine alone cannot play its traces again.
  return {
    ...lab,
    subject: { ...subject, name: `${subject.name} with its own state` },
    application,
  };
}

function askedBy(property: PromiseProperty): Asked {
  const env = property.env ?? process.env;
  const { seed = drawnSeed(), runs = runsUsual, out = outUsual } = property;
  const chosen = profileIn(env);
  return {
    property,
    lab: labOf(property),
    settings: settingsFrom(env, { seed, runs }),
    chosen,
    profile: chosen ?? property.options?.profile ?? 'swarm',
    keep: keepIn(env),
    out,
  };
}

function announce({ settings, profile }: Asked): void {
  const { seed, runs, path } = settings;
  const from = path === null ? '' : `, path ${path}`;
  // oxlint-disable-next-line no-console -- the runner shows it beside the test
  console.log(`seed ${String(seed)}, ${String(runs)} runs, profile ${profile}${from}`);
}

/** Runs a scenario; with WHITEWATER_TRACE=on the traces of all runs before a failure are kept. */
function executor({ keep, out, settings }: Asked): typeof execute {
  if (keep !== 'on') return execute;
  const folder = join(out, `runs-${String(settings.seed)}`);
  let run = 0;
  let hasFailed = false;
  return (scenario, lab) => {
    if (hasFailed) return execute(scenario, lab);
    ensureFolder(folder);
    const { outcome, records } = recorded(scenario, lab);
    run += 1;
    writeTrace(join(folder, `${String(run)}.ndjson`), records);
    hasFailed = outcome.failure !== null;
    return outcome;
  };
}

/** Writes the folder of the failure, unless told not to, and says everything about it. */
function told(asked: Asked, bug: Bug): string {
  const { property, lab, chosen, keep, out } = asked;
  const { shrunk, scenario, origin } = bug;
  const show = keep === 'off' ? reported : exhibit;
  const report = show({
    id: bug.id,
    out,
    lab,
    scenario: shrunk.scenario,
    recorded: recorded(shrunk.scenario, lab),
    invariants: property.invariants ?? null,
    origin: { seed: origin.seed, path: origin.path },
    explained: bug,
    shrunk: {
      faults: scenario.faults.length,
      operations: scenario.workload.operations.length,
      tries: shrunk.tries,
      ms: null,
    },
    replayable: isOurs(property),
  });
  const { folder } = report;
  const { seed, path } = origin;
  noteFailure({ invariant: bug.failure.invariant, seed, path, folder });
  const again = againLines({
    WHITEWATER_SEED: String(seed),
    WHITEWATER_PATH: path,
    ...(chosen === undefined ? {} : { WHITEWATER_PROFILE: chosen }),
  });
  const { env = process.env } = property;
  appendSummary(env, `${markdownOf(report.story)}\n${fenced(again)}\n`);
  return [failureText(report), ...again].join('\n');
}

/**
 * Runs the property and returns what the runs added up to. Throws one error, named after the
 * invariant, when a promise breaks; one named `Undecided` when some judge could not say.
 * WHITEWATER_SEED, _RUNS, _PATH, _PROFILE and _TRACE override what the test asks for.
 */
export function everyPromiseHolds(property: PromiseProperty = {}): Tally {
  const asked = askedBy(property);
  announce(asked);
  const { lab, settings, profile } = asked;
  const { tally, bug } = searched({
    lab,
    arbitrary: property.arbitrary ?? scenarioArbitrary({ ...property.options, profile }),
    settings,
    execute: executor(asked),
  });
  const above = everyPromiseHolds;
  if (bug !== null) {
    const { invariant } = bug.failure;
    throw promiseError({ invariant, text: told(asked, bug), above });
  }
  if (tally.unknown > 0) {
    const text = `${String(tally.unknown)} runs undecided, first ${tally.unknownReason ?? ''}`;
    throw promiseError({ invariant: 'Undecided', text, above });
  }
  return tally;
}
