/** `whitewater mutants`: the planted bugs, and how soon each one is caught. */
import { mutants } from '../../scenarios/mutants/mutants.ts';
import type { Mutant } from '../../scenarios/mutants/mutant.ts';
import { wrapped } from '../report/layout.ts';
import { counted, grouped } from '../report/words.ts';
import { tell } from '../report/story.ts';
import { campaignInBackground } from './background.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import { recorded } from './failure.ts';
import type { CampaignJob } from './job.ts';
import { labFor, mutantNamed } from './lab.ts';
import { tableCommand } from './mutant-table.ts';
import type { Style } from './paint.ts';
import { painted, styleOf } from './paint.ts';
import { progressOf } from './progress.ts';
import type { Given, Request } from './request.ts';
import { drawnSeed } from './seed.ts';
import { standingText } from './standing.ts';

const shrinkMs = 5_000;
const shrinkTries = 6_000;

interface Row {
  readonly mutant: Mutant;
  readonly runs: number;
  /** Null: it survived. */
  readonly caught: {
    readonly judge: string;
    readonly atRun: number;
    readonly faults: number;
    readonly operations: number;
    /** Lines of the shrunk failure's story. */
    readonly steps: number;
  } | null;
}

function jobFor(mutant: Mutant, given: Given, seed: number): CampaignJob {
  return {
    kind: 'campaign',
    mutant: mutant.name,
    invariants: undefined,
    options: {},
    seed,
    runs: given.runs ?? Number.MAX_SAFE_INTEGER,
    searchMs: given.budget ?? Infinity,
    shrinkMs,
    shrinkTries,
    failFast: true,
    maxBugs: 1,
    canaries: [],
  };
}

async function hunt(request: Request, mutant: Mutant, seed: number): Promise<Row | 'interrupted'> {
  const { given, io } = request;
  const progress = progressOf(request);
  const began = io.now();
  const job = jobFor(mutant, given, seed);
  const attended = await campaignInBackground(job, io, (standing) => {
    progress.show(() => `${mutant.name}: ${standingText(standing, io.now() - began)}`);
  });
  progress.clear();
  if (attended.interrupted) return 'interrupted';
  const { bugs, tally } = attended.result;
  const [bug] = bugs;
  if (bug === undefined) return { mutant, runs: tally.runs, caught: null };
  const { scenario } = bug.shrunk;
  const caught = {
    judge: bug.failure.invariant,
    atRun: bug.first.run,
    faults: scenario.faults.length,
    operations: scenario.workload.operations.length,
    steps: tell(recorded(scenario, labFor(job)).records).steps,
  };
  return { mutant, runs: tally.runs, caught };
}

function list(chosen: readonly Mutant[], style: Style): string {
  const width = Math.max(...chosen.map(({ name }) => name.length)) + 2;
  const lines = chosen.flatMap(({ name, summary, hard }) =>
    wrapped(
      { first: `  ${name.padEnd(width)}`, text: `${summary}${hard ? ' (hard)' : ''}` },
      style,
    ),
  );
  const foot =
    'hunt one: whitewater campaign --mutant NAME     all: whitewater mutants --runs 2000';
  return `${counted(chosen.length, 'planted bug')}\n${lines.join('\n')}\n\n${foot}\n`;
}

function rowText({ mutant, runs, caught }: Row, width: number): string {
  const name = mutant.name.padEnd(width);
  if (caught === null) return `? ${name}survived ${counted(runs, 'run')}`;
  const { judge, atRun, faults, operations, steps } = caught;
  const shrunk = [
    counted(faults, 'fault'),
    counted(operations, 'operation'),
    counted(steps, 'step'),
  ];
  const size = shrunk.join(', ');
  return `✓ ${name}${judge.padEnd(22)}${`run ${grouped(atRun)}`.padStart(10)}   ${size}`;
}

function json(rows: readonly Row[], chosen: readonly Mutant[], seed: number | null): string {
  const byName = new Map(rows.map((row) => [row.mutant.name, row]));
  const entries = chosen.map(({ name, summary, source, hard, expected }) => {
    const row = byName.get(name);
    return {
      name,
      summary,
      source,
      hard,
      expected,
      runs: row?.runs ?? 0,
      caught: row?.caught ?? null,
    };
  });
  const document = { schema: 'whitewater.mutants/1', seed, mutants: entries };
  return `${JSON.stringify(document, null, 2)}\n`;
}

async function huntAll(request: Request, chosen: readonly Mutant[]): Promise<ExitCode> {
  const { given, io } = request;
  const style = styleOf(given, io);
  const seed = given.seed ?? drawnSeed();
  const width = Math.max(...chosen.map(({ name }) => name.length)) + 2;
  const rows: Row[] = [];
  let interrupted = false;
  if (given.json !== true)
    io.out(`hunting ${counted(chosen.length, 'planted bug')}, seed ${seed}\n`);
  for (const mutant of chosen) {
    const row = await hunt(request, mutant, seed);
    if (row === 'interrupted') {
      interrupted = true;
      break;
    }
    rows.push(row);
    const colour = row.caught === null ? 'yellow' : 'green';
    if (given.json !== true) io.out(`${painted(rowText(row, width), { style, colour })}\n`);
  }
  const caught = rows.filter((row) => row.caught !== null).length;
  if (given.json === true) io.out(json(rows, chosen, seed));
  else io.out(`\n${caught} passed, ${rows.length - caught} failed\n`);
  if (interrupted) return exits.interrupted;
  return caught === rows.length ? exits.ok : exits.vacuous;
}

/** Lists; hunts when told how long. */
export async function mutantsCommand(request: Request): Promise<ExitCode> {
  const { given, io, args } = request;
  const [word] = args;
  const chosen = word === undefined ? mutants : [mutantNamed(word)];
  if (given.table !== undefined) return tableCommand(request, chosen, given.table);
  if (given.runs !== undefined || given.budget !== undefined) return huntAll(request, chosen);
  io.out(given.json === true ? json([], chosen, null) : list(chosen, styleOf(given, io)));
  return exits.ok;
}
