/** The page of the bug table: rows, what was measured, and what others published. */
import { grouped } from '../report/words.ts';
import type { Hunted, Plan } from './bugs-hunt.ts';
import { runsOf } from './bugs-hunt.ts';
import { publishedTable } from './bugs-published.ts';
import { summaryTable } from './bugs-summary.ts';
import { laterMedian, medianInterval } from './order-statistics.ts';

/** Judges that know nothing but what clients asked and were answered. */
const blackBox: ReadonlySet<string> = new Set(['Linearizability']);

/** What stands for the strategy in a row of hunts that clients alone judged. */
export const clientsCell = 'clients';

/** `12`, or `> 200` for what was not found in so many runs. */
function told(value: number, runs: number | null): string {
  if (Number.isFinite(value)) return grouped(value);
  return runs === null ? 'more' : `> ${grouped(runs)}`;
}

/** A machine that stops at an assertion of its own is no judge's find. */
function eyesOf(judge: string): string {
  if (judge === 'Assertion') return 'its own';
  return blackBox.has(judge) ? 'black box' : 'white box';
}

function judgesOf({ hits }: Hunted): string {
  const times = new Map<string, number>();
  for (const hit of hits) {
    if (hit !== null) times.set(hit.judge, (times.get(hit.judge) ?? 0) + 1);
  }
  const most = [...times].toSorted(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
  const names = most.map(([judge, count]) => {
    return `${judge} ×${String(count)} (${eyesOf(judge)})`;
  });
  return names.join(', ') || 'none';
}

function intervalOf(values: readonly number[], runs: number | null): string {
  const interval = medianInterval(values);
  if (interval === null) return '';
  return `${told(interval.from, runs)} … ${told(interval.to, runs)}`;
}

export interface Row {
  readonly mutant: string;
  readonly strategy: string;
  /** Steps of the story of the scenario written for it by hand. */
  readonly witnessSteps: number;
}

/** Found of how many, and runs and events to the violation with their intervals. */
function figuresOf({ hits }: Hunted, most: number): readonly string[] {
  const runs = hits.map((hit) => hit?.runs ?? Infinity);
  const events = hits.map((hit) => hit?.events ?? Infinity);
  return [
    `${String(hits.filter((hit) => hit !== null).length)}/${String(hits.length)}`,
    told(laterMedian(runs), most),
    intervalOf(runs, most),
    told(laterMedian(events), null),
    intervalOf(events, null),
  ];
}

/** Where the median of runs stands among the cells of a row. */
const medianCell = 4;

/** A row as Markdown. */
export function bugRow({ mutant, strategy, witnessSteps }: Row, found: Hunted, plan: Plan): string {
  const { shrunk } = found;
  const cells = [
    mutant,
    strategy,
    ...figuresOf(found, runsOf(plan, strategy)),
    judgesOf(found),
    shrunk === null ? '' : String(shrunk.steps),
    String(witnessSteps),
    shrunk === null ? '' : String(shrunk.actions),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** A row of what clients alone saw, beside the row of the same hunt under all judges. */
export function clientsRow(
  mutant: string,
  found: Hunted,
  { plan, beside }: { readonly plan: Plan; readonly beside: string | undefined },
): string {
  const all = beside?.split('|')[medianCell]?.trim() ?? '';
  const figures = figuresOf(found, plan.clientRuns);
  return `| ${[mutant, clientsCell, ...figures, judgesOf(found), all].join(' | ')} |`;
}

/** A row of the table of false alarms. */
export function benignRow(
  name: string,
  { runs, alarms }: { readonly runs: number; readonly alarms: number },
): string {
  return `| ${name} | portfolio | ${grouped(runs)} | ${grouped(alarms)} |`;
}

/** The beginning, which tells the plan. */
export function bugsHead(plan: Plan): string {
  const { seed, seeds, runs, strategyRuns, clientRuns, harmlessRuns, shrinkTries } = plan;
  const all = `${String(seed)} to ${String(seed + seeds - 1)}`;
  return `# How soon planted bugs are found

Made by \`npm run bugs\`: seeds ${all}, at most ${grouped(runs)} runs each by the portfolio,
${grouped(strategyRuns)} by one strategy alone, all judges, scenarios drawn with the usual settings.
A hunt that found nothing counts as longer than all others. The intervals hold the median with at
least 95 % (order statistics). Events are those of all runs up to the violation. The first find of
each row is made small in ${grouped(shrinkTries)} runs: steps of its story, beside those of the
scenario written for the bug by hand; actions are the faults, operations and wishes left. A judge of
a black box knows nothing but what clients asked and were answered; one of a white box sees servers,
disks and the bus. Where clients judge alone, hunts end after ${grouped(clientRuns)} runs. Machines
without a bug run ${grouped(harmlessRuns)} times with each seed.

| mutant | strategy | found | median runs | 95 % | median events | 95 % | judges | steps | by hand | actions |
| :-- | :-- | --: | --: | --: | --: | --: | :-- | --: | --: | --: |
`;
}

const clientsHead = `
## What clients alone can see

The same hunts by the portfolio, judged by the clients' histories and nothing else: how much sooner a
bug shows to who looks inside. Many never reach a client in so few runs.

| mutant | judged by | found | median runs | 95 % | median events | 95 % | judges | all judges' median runs |
| :-- | :-- | --: | --: | --: | --: | --: | :-- | --: |
`;

const benignHead = `
## False alarms

Machines that differ from Raft and are right all the same: zero is what they must show.

| machine | strategy | runs | false alarms |
| :-- | :-- | --: | --: |
`;

/** The rows of the page by table, each in its order. */
export interface Rows {
  readonly bugs: readonly string[];
  readonly clients: readonly string[];
  readonly benign: readonly string[];
}

/** Runs and events of the portfolio's row of this mutant, as its cells tell them. */
function measuredOf({ bugs }: Rows, mutant: string): string {
  const row = bugs.find((one) => one.startsWith(`| ${mutant} | portfolio |`));
  if (row === undefined) return '';
  const [runs = '', , events = ''] = row.split('|').slice(medianCell);
  return `${runs.trim()} runs, ${events.trim()} events`;
}

/** The whole page. */
export function bugsPage(head: string, rows: Rows): string {
  const lines = (texts: readonly string[]): string => texts.map((text) => `${text}\n`).join('');
  return [
    head,
    lines(rows.bugs),
    summaryTable(rows.bugs),
    ...(rows.clients.length === 0 ? [] : [clientsHead, lines(rows.clients)]),
    benignHead,
    lines(rows.benign),
    publishedTable((mutant) => measuredOf(rows, mutant)),
  ].join('');
}
