/** `whitewater run`: one scenario, all judges. */
import { expandScenario } from '../../scenarios/generate/expand.ts';
import type { Profile } from '../../scenarios/generate/options.ts';
import { profiles } from '../../scenarios/generate/options.ts';
import { named } from '../../scenarios/named/named.ts';
import { failureText } from '../report/failure.ts';
import { wrapped } from '../report/layout.ts';
import { clean, counted, duration } from '../report/words.ts';
import type { Outcome } from '../search/execute.ts';
import { idOf } from '../search/tally.ts';
import { printable } from '../trace/printable.ts';
import type { Scenario } from '../world/scenario.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import { exhibit, recorded, storyLines } from './failure.ts';
import { writeTrace } from './failure-folder.ts';
import { scenarioAt } from './input.ts';
import { labFor } from './lab.ts';
import { painted, paintedStory, styleOf } from './paint.ts';
import type { Given, Request } from './request.ts';
import { outOf, serversOf } from './request.ts';
import { drawnSeed } from './seed.ts';

/** The profile of this name; commander has checked it. */
function profileOf(given: Given): Profile {
  return profiles.find((profile) => profile === given.profile) ?? 'swarm';
}

/** What the generator is told to keep to. */
export function scenarioOptions(given: Given): Parameters<typeof expandScenario>[1] {
  const servers = serversOf(given);
  return {
    profile: profileOf(given),
    ...(servers === undefined ? {} : { servers }),
    ...(given.model === undefined ? {} : { model: given.model }),
  };
}

async function chosen(
  request: Request,
): Promise<{ scenario: Scenario; mutant: string | undefined }> {
  const { given, args } = request;
  const [word] = args;
  if (word === undefined) {
    const seed = given.seed ?? drawnSeed();
    return { scenario: expandScenario(seed, scenarioOptions(given)), mutant: given.mutant };
  }
  const { scenario, subject } = await scenarioAt(word);
  const reseeded = given.seed === undefined ? scenario : { ...scenario, seed: given.seed };
  return { scenario: reseeded, mutant: given.mutant ?? subject ?? undefined };
}

/** The exit code of one outcome. */
export function exitOf(outcome: Outcome): ExitCode {
  if (outcome.verdict === 'fail') return exits.violation;
  return outcome.verdict === 'unknown' ? exits.unknown : exits.ok;
}

function passText(scenario: Scenario, outcome: Outcome): string {
  const { stats } = outcome;
  const { faults, workload, seed } = scenario;
  const operations = counted(workload.operations.length, 'operation');
  const size = `${counted(faults.length, 'fault')}, ${operations}`;
  const ran = `${counted(stats.events, 'event')} in ${duration(stats.simMicros / 1_000)} simulated`;
  return `every promise held: ${clean(scenario.name, 60)}, seed ${seed}, ${size}, ${ran}`;
}

interface Told {
  readonly request: Request;
  readonly scenario: Scenario;
  readonly outcome: Outcome;
}

function tellVerdict({ request, scenario, outcome }: Told): void {
  const { io, given } = request;
  const style = styleOf(given, io);
  if (outcome.verdict === 'unknown') {
    for (const reason of outcome.unknown) {
      const text = `? ${printable(reason, 200)}: not counted as passed`;
      io.out(`${painted(text, { style, colour: 'yellow' })}\n`);
    }
    return;
  }
  io.out(`${painted(`✓ ${passText(scenario, outcome)}`, { style, colour: 'green' })}\n`);
}

function resultJson({ scenario, outcome }: Told, extra: object): string {
  const { verdict, failure, unknown, stats } = outcome;
  const { name, seed } = scenario;
  const own = { schema: 'whitewater.run/1', verdict, name, seed, failure, unknown, stats };
  return `${JSON.stringify({ ...own, ...extra }, null, 2)}
`;
}

function listNamed(request: Request): ExitCode {
  const { given, io } = request;
  const style = styleOf(given, io);
  if (given.json === true) {
    const scenarios = named.map(({ name, summary }) => ({ name, summary }));
    io.out(`${JSON.stringify({ schema: 'whitewater.scenarios/1', scenarios }, null, 2)}\n`);
    return exits.ok;
  }
  const width = Math.max(...named.map(({ name }) => name.length)) + 2;
  const lines = named.flatMap(({ name, summary }) =>
    wrapped({ first: `  ${name.padEnd(width)}`, text: summary }, style),
  );
  io.out(`${lines.join('\n')}\n\nrun one: whitewater run ${named[0]?.name ?? 'NAME'}\n`);
  return exits.ok;
}

/** Runs, judges, reports. */
export async function runCommand(request: Request): Promise<ExitCode> {
  const { given, io } = request;
  if (given.list === true) return listNamed(request);
  const { scenario, mutant } = await chosen(request);
  const lab = labFor({ mutant, invariants: given.invariant });
  const run = recorded(scenario, lab);
  const { outcome } = run;
  if (given.trace !== undefined) writeTrace(given.trace, run.records);
  const told = { request, scenario, outcome };
  if (outcome.failure === null) {
    if (given.json === true) io.out(resultJson(told, { trace: given.trace ?? null, story: null }));
    else tellVerdict(told);
    return exitOf(outcome);
  }
  const report = exhibit({
    id: idOf(outcome.failure),
    out: outOf(given),
    lab,
    scenario,
    recorded: run,
    invariants: given.invariant ?? null,
    origin: null,
    explained: null,
    shrunk: null,
  });
  const style = styleOf(given, io);
  if (given.json === true) {
    io.out(resultJson(told, { folder: report.folder, story: storyLines(report.story) }));
  } else {
    io.out(`${paintedStory(failureText(report, style), style)}\n`);
    const hint = `  smaller         npx whitewater shrink ${report.folder}`;
    io.out(`${hint}\n`);
  }
  return exits.violation;
}
