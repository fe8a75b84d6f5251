/**
 * `whitewater mutants --table`: how many runs until each planted bug is caught, as a table. The same
 * seeds and runs give the same table. It is written after every row, and a later call with the same
 * seeds and runs goes on where it ended.
 */
import { writeFileSync } from 'node:fs';
import type { Mutant } from '../../scenarios/mutants/mutant.ts';
import { mutants } from '../../scenarios/mutants/mutants.ts';
import { laterMedian } from '../bench/order-statistics.ts';
import { tell } from '../report/story.ts';
import { counted, grouped } from '../report/words.ts';
import type { Bug } from '../search/campaign.ts';
import { campaignInBackground } from './background.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import { recorded } from './failure.ts';
import type { CampaignJob } from './job.ts';
import { labFor } from './lab.ts';
import { progressOf } from './progress.ts';
import type { Request } from './request.ts';
import { knownRows } from './row-file.ts';

const usual = { seed: 1, runs: 2_000, seeds: 10 } as const;
/** Enough for nearly all; a number of tries, not a time, so that the table can be made again. */
const shrinkTries = 800;

interface Plan {
  readonly seed: number;
  readonly runs: number;
  readonly seeds: number;
}

function jobFor(mutant: Mutant, plan: Plan, at: number, tries: number): CampaignJob {
  return {
    kind: 'campaign',
    mutant: mutant.name,
    invariants: undefined,
    options: {},
    seed: plan.seed + at,
    runs: plan.runs,
    searchMs: Infinity,
    shrinkMs: Infinity,
    shrinkTries: tries,
    failFast: true,
    maxBugs: 1,
    canaries: [],
  };
}

interface Hit {
  readonly judge: string;
  readonly run: number;
}

interface Row {
  /** One for each seed; null: not found in so many runs. */
  readonly hits: readonly (Hit | null)[];
  readonly shrunk: { readonly steps: number; readonly actions: number } | null;
}

function sizeOf({ shrunk: { scenario } }: Bug, job: CampaignJob): Row['shrunk'] {
  const { faults, workload } = scenario;
  const actions = faults.length + workload.operations.length + workload.operator.length;
  return { steps: tell(recorded(scenario, labFor(job)).records).steps, actions };
}

/** Hunts the mutant with one seed after the other; the first find is shrunk. */
async function hunted(request: Request, mutant: Mutant, plan: Plan): Promise<Row | 'interrupted'> {
  const { io } = request;
  const progress = progressOf(request);
  const hits: (Hit | null)[] = [];
  let shrunk: Row['shrunk'] = null;
  for (let at = 0; at < plan.seeds; at += 1) {
    const job = jobFor(mutant, plan, at, shrunk === null ? shrinkTries : 0);
    const attended = await campaignInBackground(job, io, ({ runs }) => {
      progress.show(() => `${mutant.name}: seed ${String(job.seed)}, ${counted(runs, 'run')}`);
    });
    progress.clear();
    if (attended.interrupted) return 'interrupted';
    const [bug] = attended.result.bugs;
    hits.push(bug === undefined ? null : { judge: bug.failure.invariant, run: bug.first.run });
    if (bug !== undefined) shrunk ??= sizeOf(bug, job);
  }
  return { hits, shrunk };
}

/* ---- the table ---- */

function judgesOf({ hits }: Row): string {
  const times = new Map<string, number>();
  for (const hit of hits) {
    if (hit !== null) times.set(hit.judge, (times.get(hit.judge) ?? 0) + 1);
  }
  const most = [...times].toSorted(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
  return most.map(([judge, count]) => `${judge} ×${String(count)}`).join(', ') || 'none';
}

function rangeOf({ hits }: Row, { runs }: Plan): string {
  const found = hits.flatMap((hit) => (hit === null ? [] : [hit.run]));
  if (found.length === 0) return `> ${grouped(runs)}`;
  const most = found.length < hits.length ? `> ${grouped(runs)}` : grouped(Math.max(...found));
  return `${grouped(Math.min(...found))} … ${most}`;
}

/** The row as Markdown. */
export function rowText(mutant: Pick<Mutant, 'name' | 'source'>, row: Row, plan: Plan): string {
  const median = laterMedian(row.hits.map((hit) => hit?.run ?? Infinity));
  const found = row.hits.filter((hit) => hit !== null).length;
  const cells = [
    mutant.name,
    (mutant.source.match(/M\d\d/gu) ?? []).join(' '),
    judgesOf(row),
    `${String(found)}/${String(row.hits.length)}`,
    median === Infinity ? `> ${grouped(plan.runs)}` : grouped(median),
    rangeOf(row, plan),
    row.shrunk === null ? '' : String(row.shrunk.steps),
    row.shrunk === null ? '' : String(row.shrunk.actions),
  ];
  return `| ${cells.join(' | ')} |`;
}

function headOf({ seed, runs, seeds }: Plan): string {
  const last = String(seed + seeds - 1);
  return `# Planted bugs: runs until each is caught

Written by \`whitewater mutants --table\`: seeds ${String(seed)} to ${last}, at most
${grouped(runs)} runs each, all judges, scenarios drawn with the usual settings. The median counts a
hunt without a find as longer than all others. The first find of each is shrunk, with
${grouped(shrinkTries)} tries: steps of its story, and faults, operations and wishes left.

| mutant | catalogue | judges | found | median runs | range | shrunk: steps | actions |
| :-- | :-- | :-- | --: | --: | --: | --: | --: |
`;
}

/** Makes the rows of these mutants, or goes on with a table that was begun. */
export async function tableCommand(
  request: Request,
  chosen: readonly Mutant[],
  file: string,
): Promise<ExitCode> {
  const { given, io } = request;
  const { seed = usual.seed, runs = usual.runs, seeds = usual.seeds } = given;
  const plan = { seed, runs, seeds };
  const head = headOf(plan);
  const rows = knownRows(file, head, 1);
  const until = io.now() + (given.budget ?? Infinity);
  for (const mutant of chosen) {
    if (rows.has(mutant.name)) continue;
    if (io.now() >= until) break;
    const row = await hunted(request, mutant, plan);
    if (row === 'interrupted') return exits.interrupted;
    rows.set(mutant.name, rowText(mutant, row, plan));
    const lines = mutants.flatMap(({ name }) => rows.get(name) ?? []);
    writeFileSync(file, `${head}${lines.join('\n')}\n`);
    io.out(`${rows.get(mutant.name) ?? ''}\n`);
  }
  const left = mutants.filter(({ name }) => !rows.has(name)).length;
  io.out(`${file}: ${counted(mutants.length - left, 'row')}, ${String(left)} to go\n`);
  return left === 0 ? exits.ok : exits.vacuous;
}
