/** `whitewater shrink`: from a failing scenario to a small one. */
import { failureText } from '../report/failure.ts';
import { idOf } from '../search/tally.ts';
import { UserError } from '../trace/user-error.ts';
import { existsSync } from 'node:fs';
import { shrinkInBackground } from './background.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import { exhibit, recorded, storyLines } from './failure.ts';
import type { ShrinkJob } from './job.ts';
import { recordedInvariants, scenarioAt } from './input.ts';
import { labFor } from './lab.ts';
import { paintedStory, styleOf } from './paint.ts';
import { progressOf } from './progress.ts';
import type { Request } from './request.ts';
import { outOf } from './request.ts';
import { standingText } from './standing.ts';

const budgetDefaultMs = 30_000;

async function jobFor(request: Request): Promise<ShrinkJob> {
  const { given, args } = request;
  const word = args[0] ?? '';
  const { scenario, subject } = await scenarioAt(word);
  return {
    kind: 'shrink',
    mutant: given.mutant ?? subject ?? undefined,
    invariants: existsSync(word) ? recordedInvariants(word) : undefined,
    scenario,
    shrinkMs: given.budget ?? budgetDefaultMs,
  };
}

/** Shrinks within a budget; exit 1 with a smaller failure, 64 when nothing fails. */
export async function shrinkCommand(request: Request): Promise<ExitCode> {
  const { given, io, args } = request;
  const job = await jobFor(request);
  const lab = labFor(job);
  const style = styleOf(given, io);
  const progress = progressOf(request);
  const attended = await shrinkInBackground(job, io, (standing) => {
    progress.show(() => standingText(standing, 0));
  });
  progress.clear();
  const { shrunk, needed, margins } = attended.result;
  const { failure } = shrunk.outcome;
  if (failure === null) {
    throw new UserError('the scenario does not fail: there is nothing to shrink', {
      file: args[0] ?? '',
      remedy: 'Name the planted bug with --mutant, if it needs one',
    });
  }
  const { faults, workload } = job.scenario;
  const report = exhibit({
    id: idOf(failure),
    out: outOf(given),
    lab,
    scenario: shrunk.scenario,
    recorded: recorded(shrunk.scenario, lab),
    invariants: job.invariants ?? null,
    origin: null,
    explained: attended.result,
    shrunk: {
      faults: faults.length,
      operations: workload.operations.length,
      tries: shrunk.tries,
      ms: attended.wallMs,
    },
  });
  if (given.json === true) {
    const { folder, story } = report;
    const { tries, finished } = shrunk;
    const { faults: left, workload: rest } = shrunk.scenario;
    const document = {
      schema: 'whitewater.shrink/1',
      verdict: 'violation',
      failure,
      tries,
      finished,
      before: { faults: faults.length, operations: workload.operations.length },
      after: { faults: left.length, operations: rest.operations.length },
      needed,
      margins,
      folder,
      story: storyLines(story),
    };
    io.out(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    io.out(`${paintedStory(failureText(report, style), style)}\n`);
    if (!shrunk.finished)
      io.out('  (the budget ended first: a longer --budget may shrink further)\n');
  }
  return attended.interrupted ? exits.interrupted : exits.violation;
}
