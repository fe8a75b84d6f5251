/** `whitewater campaign`: many runs, many faults, and an honest account at the end. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mutants } from '../../scenarios/mutants/mutants.ts';
import { sometimesNames } from '../check/sometimes.ts';
import type { FailureReport } from '../report/failure.ts';
import { failureText } from '../report/failure.ts';
import { githubAnnotations, stepSummary } from '../report/github.ts';
import { junitXml } from '../report/junit.ts';
import { clean, counted, duration, grouped } from '../report/words.ts';
import { wrapped } from '../report/layout.ts';
import type { Bug, Campaign } from '../search/campaign.ts';
import type { ResultDocument } from '../search/result.ts';
import { resultDocument } from '../search/result.ts';
import { UserError } from '../trace/user-error.ts';
import type { Attended } from './background.ts';
import { campaignInBackground } from './background.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import { CampaignScreen } from './campaign-screen.ts';
import { exhibit, recorded, storyLines } from './failure.ts';
import { ensureFolder } from './failure-folder.ts';
import type { CampaignJob } from './job.ts';
import { labFor } from './lab.ts';
import type { Style } from './paint.ts';
import { painted, paintedStory, styleOf } from './paint.ts';
import { progressOn } from './progress.ts';
import type { Given, Request } from './request.ts';
import { outOf } from './request.ts';
import { scenarioOptions } from './run.ts';
import { drawnSeed } from './seed.ts';
import { remedyFor } from './suggest.ts';
import { processors } from './values.ts';
import { appendSummary, reportersOf } from './reporters.ts';

const budgetDefaultMs = 60_000;
const shrinkMs = 30_000;
const shrinkTries = 6_000;
const maxBugsDefault = 10;
const gatesShown = 6;
/** Shorter searches are repetitions of single runs: nobody asks them to prove the judges awake. */
const runsWithCanaries = 200;

/** Planted bugs that every campaign of the correct Raft has to catch beside its own work. */
const canaryNames = ['votes-counted-as-integer', 'vote-without-checking-votedFor'];

function jobFor(given: Given): CampaignJob {
  const timed = given.budget ?? (given.runs === undefined ? budgetDefaultMs : Infinity);
  const runs = given.runs ?? Number.MAX_SAFE_INTEGER;
  const known = new Set(mutants.map(({ name }) => name));
  const watched = given.mutant === undefined && given.invariant === undefined;
  return {
    kind: 'campaign',
    mutant: given.mutant,
    invariants: given.invariant,
    options: scenarioOptions(given) ?? {},
    seed: (given.seed ?? drawnSeed()) | 0,
    runs,
    searchMs: timed,
    shrinkMs,
    shrinkTries,
    failFast: given.failFast === true,
    maxBugs: given.maxBugs ?? maxBugsDefault,
    canaries:
      watched && runs >= runsWithCanaries ? canaryNames.filter((name) => known.has(name)) : [],
    strategy: given.strategy ?? 'portfolio',
    workers: given.workers ?? processors(),
    mustSee: mustSee(given),
    ...(given.shard === undefined ? {} : { shard: given.shard }),
    ...(given.requireCoverage === undefined ? {} : { coverage: given.requireCoverage }),
  };
}

/** The events asked for. Throws a `UserError` for one that does not exist. */
function mustSee({ sometimes = [] }: Given): readonly string[] {
  const unknown = sometimes.find((name) => !sometimesNames.includes(name));
  if (unknown === undefined) return sometimes;
  const remedy = remedyFor(unknown, sometimesNames);
  throw new UserError(`there is no event "${unknown}" to be seen`, { remedy });
}

interface Finding {
  readonly bug: Bug;
  readonly report: FailureReport;
}

function findings(request: Request, job: CampaignJob, attended: Attended<Campaign>): Finding[] {
  const lab = labFor(job);
  return attended.result.bugs.map((bug) => {
    const { shrunk, scenario: before } = bug;
    const report = exhibit({
      id: bug.id,
      out: outOf(request.given),
      lab,
      scenario: shrunk.scenario,
      recorded: recorded(shrunk.scenario, lab),
      invariants: job.invariants ?? null,
      origin: { seed: bug.origin.seed, path: bug.origin.path },
      needed: bug.needed,
      shrunk: {
        faults: before.faults.length,
        operations: before.workload.operations.length,
        tries: shrunk.tries,
        ms: null,
      },
    });
    return { bug, report };
  });
}

function documentOf(
  job: CampaignJob,
  attended: Attended<Campaign>,
  found: readonly Finding[],
): ResultDocument {
  const reports = new Map(found.map(({ bug, report }) => [bug.id, report]));
  return resultDocument(attended.result, {
    wallMs: attended.wallMs,
    mustSee: job.mustSee ?? [],
    describe(bug) {
      const report = reports.get(bug.id);
      const folder = report?.folder ?? null;
      return {
        story: report === undefined ? [] : storyLines(report.story),
        trace: folder === null ? null : join(folder, 'trace.ndjson'),
        replay: folder === null ? [] : ['npx', 'whitewater', 'replay', folder],
      };
    },
  });
}

function exitOf(document: ResultDocument, interrupted: boolean): ExitCode {
  if (interrupted) return exits.interrupted;
  switch (document.verdict) {
    case 'ok':
      return exits.ok;
    case 'violation':
      return exits.violation;
    case 'unknown':
      return exits.unknown;
    case 'vacuous':
      return exits.vacuous;
    case 'error':
      return exits.internal;
  }
}

function ranText({ stats }: ResultDocument): string {
  const parts = [duration(stats.wallMs), `${duration(stats.simMs)} simulated`];
  parts.push(`${grouped(stats.messages)} messages`);
  return `${counted(stats.runs, 'run')} (${parts.join(', ')})`;
}

function headline(document: ResultDocument, interrupted: boolean): string {
  const ran = ranText(document);
  const { bugs } = document;
  if (bugs.length > 0) return `✖ ${counted(bugs.length, 'bug')} in ${ran}`;
  if (interrupted) return `? interrupted; no failure in ${ran}: not a pass`;
  switch (document.verdict) {
    case 'vacuous':
      return `? no failure in ${ran}, but that proves too little`;
    case 'unknown':
      return `? no failure in ${ran}, but some judge could not say: not counted as passed`;
    default:
      return `✓ every promise held in ${ran}`;
  }
}

function coverageText(document: ResultDocument): string {
  const { cells, states } = document.coverage;
  const seen = document.sometimes.filter(({ hits }) => hits > 0).length;
  const killed = document.canaries.filter(({ killedAtRun }) => killedAtRun !== null).length;
  const parts = [
    `coverage ${cells.hit}/${cells.of} role × input`,
    `${grouped(states.count)} states (last new at run ${grouped(states.lastNewRun)})`,
    `seen ${seen}/${document.sometimes.length} kinds of events`,
  ];
  if (document.canaries.length > 0)
    parts.push(`canaries caught ${killed}/${document.canaries.length}`);
  return `${parts.join(' · ')} · seed ${document.seed}`;
}

/** Why a campaign without bugs is no pass; with bugs nobody asks. */
function gateLines(document: ResultDocument, style: Style): string[] {
  if (document.bugs.length > 0) return [];
  const shown = document.gates.slice(0, gatesShown);
  const lines = shown.flatMap(({ why }) =>
    wrapped({ first: '  missing  ', text: clean(why) }, style),
  );
  const hidden = document.gates.length - shown.length;
  return hidden > 0 ? [...lines, `  and ${hidden} more, see campaign.json`] : lines;
}

/** The end of a campaign, the same on a terminal and in CI. */
export function summaryText(
  document: ResultDocument,
  how: { readonly style: Style; readonly interrupted: boolean; readonly out: string },
): string {
  const { style, interrupted, out } = how;
  const first = headline(document, interrupted);
  const colour = first.startsWith('✓') ? 'green' : first.startsWith('✖') ? 'red' : 'yellow';
  const lines = [painted(first, { style, colour })];
  for (const bug of document.bugs) {
    const size = `${counted(bug.faults, 'fault')}, ${counted(bug.operations, 'operation')}`;
    const text = `×${grouped(bug.count)}   smallest ${size}`;
    lines.push(...wrapped({ first: `  ${clean(bug.id).padEnd(28)} `, text }, style));
    lines.push(...wrapped({ first: '    ', text: clean(bug.replay.join(' ')) }, style));
  }
  lines.push(...gateLines(document, style));
  lines.push(...wrapped({ first: '  ', text: coverageText(document) }, style));
  lines.push(...wrapped({ first: '  ', text: `result   ${join(out, 'campaign.json')}` }, style));
  const { runs, failed } = document.stats;
  lines.push('', `${runs - failed} passed, ${failed} failed`);
  return `${lines.join('\n')}\n`;
}

function writeDocument(out: string, document: ResultDocument): string {
  const text = `${JSON.stringify(document, null, 2)}\n`;
  const file = join(out, 'campaign.json');
  ensureFolder(out);
  try {
    writeFileSync(file, text);
  } catch (cause) {
    const remedy = 'Choose another place with --out';
    throw new UserError('the result cannot be written', { file, remedy, cause });
  }
  return text;
}

/** Searches, shrinks, writes everything down, and tells. */
export async function campaignCommand(request: Request): Promise<ExitCode> {
  const { given, io } = request;
  const reporters = reportersOf(given);
  const job = jobFor(given);
  labFor(job); // refuses unknown names before any work is done
  const style = styleOf(given, io);
  const progress = progressOn(io, { style, quiet: given.quiet === true });
  const screen = new CampaignScreen(job);
  if (given.quiet !== true) io.err(`${screen.heading()}\n`);
  const began = io.now();
  const told = new Set<string>();
  const attended = await campaignInBackground(job, io, (_, reached) => {
    if (reached === null) return;
    const elapsedMs = io.now() - began;
    for (const { id, first } of reached.tally.found.values()) {
      if (!told.has(id)) progress.note(`✖ ${id} found (run ${grouped(first.run)})`);
      told.add(id);
    }
    progress.show(
      () => screen.line(reached, elapsedMs),
      () => screen.lines(reached, elapsedMs),
    );
  });
  progress.clear();
  const found = findings(request, job, attended);
  const document = documentOf(job, attended, found);
  const out = outOf(given);
  const text = writeDocument(out, document);
  if (reporters.has('junit')) writeFileSync(join(out, 'junit.xml'), junitXml(document));
  if (reporters.has('github')) appendSummary(io.env, stepSummary(document));
  if (given.json === true) {
    io.out(text);
  } else {
    const [first] = found;
    if (first !== undefined) io.out(`${paintedStory(failureText(first.report, style), style)}\n\n`);
    if (reporters.has('github')) io.out(githubAnnotations(document));
    io.out(summaryText(document, { style, interrupted: attended.interrupted, out }));
  }
  return exitOf(document, attended.interrupted);
}
