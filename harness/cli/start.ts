/**
 * No arguments: half a minute for somebody who has never seen this. A correct Raft survives five
 * seconds of rough water; then one small mistake is planted, found, shrunk, told and replayed.
 */
import { join } from 'node:path';
import type { ScenarioOptions } from '../../scenarios/generate/options.ts';
import { failureText, shellWord } from '../report/failure.ts';
import { counted, duration, grouped } from '../report/words.ts';
import { spelled, wrapped } from '../report/layout.ts';
import type { Campaign } from '../search/campaign.ts';
import type { Attended } from './background.ts';
import { campaignInBackground } from './background.ts';
import { exhibitBug } from './exhibit-bug.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import { exhibit, recorded } from './failure.ts';
import { traceAt } from './input.ts';
import { idOf } from '../search/tally.ts';
import type { CampaignJob, Standing } from './job.ts';
import { labFor, mutantNamed } from './lab.ts';
import { painted, paintedStory, styleOf } from './paint.ts';
import { progressOf } from './progress.ts';
import { replayed } from './replay.ts';
import type { Request } from './request.ts';
import { outOf } from './request.ts';
import { drawnSeed } from './seed.ts';
import { standingText } from './standing.ts';

const planted = 'votes-counted-as-integer';
/** Its first symptom, seen at the election itself: other judges see what it leads to, too. */
const symptom = ['ElectedByQuorum'];
/**
 * With fewer than five servers the planted bug does little. What a first story need not tell is left
 * out: learners and snapshots, crashes and slow disks, many clients.
 */
const plainWater: ScenarioOptions = {
  servers: 5,
  clients: 1,
  size: 16,
  features: 'none',
  faults: ['duplicate', 'drop', 'clockJump', 'partition', 'redeliver'],
};
const calmMs = 5_000;
const huntMs = 10_000;
const shrinkMs = 6_000;
const shrinkTries = 5_000;

function jobFor(request: Request, mutant: string | undefined): CampaignJob {
  return {
    kind: 'campaign',
    mutant,
    invariants: mutant === undefined ? undefined : symptom,
    options: mutant === undefined ? { servers: 5 } : plainWater,
    seed: request.given.seed ?? drawnSeed(),
    runs: Number.MAX_SAFE_INTEGER,
    searchMs: mutant === undefined ? calmMs : huntMs,
    shrinkMs,
    shrinkTries,
    failFast: true,
    maxBugs: 1,
    canaries: [],
  };
}

async function search(request: Request, job: CampaignJob): Promise<Attended<Campaign>> {
  const { io } = request;
  const progress = progressOf(request);
  const began = io.now();
  const tell = (standing: Standing): void =>
    progress.show(() => `   ${standingText(standing, io.now() - began)}`);
  const attended = await campaignInBackground(job, io, tell);
  progress.clear();
  return attended;
}

function say(request: Request, text: string): void {
  const style = styleOf(request.given, request.io);
  request.io.out(`${spelled(text, style)}\n`);
}

function calmText({ result, wallMs }: Attended<Campaign>): string {
  const { tally } = result;
  let faults = 0;
  for (const count of Object.values(tally.faults)) faults += count;
  const speed = grouped((tally.messages * 1_000) / Math.max(1, wallMs));
  return (
    `${counted(tally.runs, 'run')}, ${duration(tally.simMicros / 1_000)} of cluster time, ` +
    `${counted(faults, 'fault')}, ${speed} messages a second: every promise held`
  );
}

/** Shows the one failure of a campaign in full; returns its folder. */
async function show(
  request: Request,
  job: CampaignJob,
  attended: Attended<Campaign>,
): Promise<string> {
  const { io, given } = request;
  const style = styleOf(given, io);
  const [bug] = attended.result.bugs;
  if (bug === undefined) return '';
  const report = exhibitBug(bug, { job, out: outOf(given), ms: attended.wallMs });
  io.out(`\n${paintedStory(failureText(report, style), style)}\n\n`);
  return report.folder ?? '';
}

/** The search found nothing in time: the hand-written scenario that shows the bug steps in. */
function showWitness(request: Request): string {
  const { io, given } = request;
  const style = styleOf(given, io);
  const lab = labFor({ mutant: planted, invariants: symptom });
  const { witness: scenario } = mutantNamed(planted);
  const run = recorded(scenario, lab);
  if (run.outcome.failure === null) throw new Error('the witness of the planted bug does not fail');
  const report = exhibit({
    id: idOf(run.outcome.failure),
    out: outOf(given),
    lab,
    scenario,
    recorded: run,
    invariants: symptom,
    origin: null,
    explained: null,
    shrunk: null,
  });
  io.out(`\n${paintedStory(failureText(report, style), style)}\n\n`);
  return report.folder ?? '';
}

async function replayShown(request: Request, folder: string): Promise<boolean> {
  const style = styleOf(request.given, request.io);
  const trace = await traceAt(folder);
  const result = replayed(trace, labFor({ mutant: trace.header.subject, invariants: symptom }));
  const same = result.kind === 'identical';
  const text = same
    ? `   ✓ replayed: ${grouped(result.records)} records, byte for byte the same`
    : '   ✖ NONDETERMINISM: the replay differs from the recording';
  request.io.out(`${painted(text, { style, colour: same ? 'green' : 'red' })}\n`);
  return same;
}

function goOn(request: Request): void {
  const latest = join(outOf(request.given), 'latest');
  const commands: readonly (readonly [string, string])[] = [
    ['npx whitewater campaign --budget 10m', 'ten minutes against the correct Raft'],
    ['npx whitewater mutants', 'the other planted bugs'],
    [`npx whitewater explain ${shellWord(latest)} --full`, 'this story, every step'],
    [`npx whitewater view ${shellWord(latest)}`, 'the same as a picture'],
    ['npx whitewater --help', 'everything else; scenarios/LEARN.md teaches it'],
  ];
  say(request, '');
  say(request, 'go on');
  const width = Math.max(...commands.map(([line]) => line.length)) + 3;
  for (const [line, text] of commands) say(request, `   $ ${line.padEnd(width)}${text}`);
}

/** The show. Exit 0 when all went as announced. */
export async function startCommand(request: Request): Promise<ExitCode> {
  const { io, given } = request;
  const style = styleOf(given, io);
  const bold = (text: string): string => painted(text, { style, colour: 'bold' });
  io.out(`${bold('Whitewater: rough water for Raft behind a mocked Azure Service Bus')}\n\n`);
  say(
    request,
    '1  a correct Raft: lost, late and doubled messages, partitions, crashes, torn disks',
  );
  const first = await search(request, jobFor(request, undefined));
  const held = first.result.bugs.length === 0;
  if (!held) {
    await show(request, jobFor(request, undefined), first);
    return exits.violation;
  }
  io.out(`${painted(`   ✓ ${calmText(first)}`, { style, colour: 'green' })}\n\n`);
  if (first.interrupted) return exits.interrupted;
  const { summary } = mutantNamed(planted);
  for (const line of wrapped({ first: '2  one planted mistake: ', text: summary }, style)) {
    io.out(`${line}\n`);
  }
  const job = jobFor(request, planted);
  const second = await search(request, job);
  if (second.interrupted) return exits.interrupted;
  const [bug] = second.result.bugs;
  const how =
    bug === undefined
      ? `   ? not found in ${duration(second.wallMs)}; here is a scenario written for it`
      : `   ✖ found in run ${grouped(bug.first.run)}, ` +
        `shrunk in ${grouped(bug.shrunk.tries)} tries, ${duration(second.wallMs)}`;
  say(request, how);
  const folder = bug === undefined ? showWitness(request) : await show(request, job, second);
  say(request, '3  the same again, from the recording');
  const same = await replayShown(request, folder);
  goOn(request);
  return same ? exits.ok : exits.internal;
}
