/** The page of the bug table: rows, what was measured, and what others published. */
import { grouped } from '../report/words.ts';
import type { Hunted, Plan } from './bugs-hunt.ts';
import { laterMedian, medianInterval } from './order-statistics.ts';

/** Judges that know nothing but what clients asked and were answered. */
const blackBox: ReadonlySet<string> = new Set(['Linearizability']);

/** `12`, or `> 200` for what was not found in so many runs. */
function told(value: number, runs: number | null): string {
  if (Number.isFinite(value)) return grouped(value);
  return runs === null ? 'more' : `> ${grouped(runs)}`;
}

function judgesOf({ hits }: Hunted): string {
  const times = new Map<string, number>();
  for (const hit of hits) {
    if (hit !== null) times.set(hit.judge, (times.get(hit.judge) ?? 0) + 1);
  }
  const most = [...times].toSorted(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
  const names = most.map(([judge, count]) => {
    const eyes = blackBox.has(judge) ? 'black box' : 'white box';
    return `${judge} ×${String(count)} (${eyes})`;
  });
  return names.join(', ') || 'none';
}

function intervalOf(values: readonly number[], runs: number): string {
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

/** A row as Markdown. */
export function bugRow({ mutant, strategy, witnessSteps }: Row, found: Hunted, plan: Plan): string {
  const { hits, shrunk } = found;
  const runs = hits.map((hit) => hit?.runs ?? Infinity);
  const events = hits.map((hit) => hit?.events ?? Infinity);
  const cells = [
    mutant,
    strategy,
    `${String(hits.filter((hit) => hit !== null).length)}/${String(hits.length)}`,
    told(laterMedian(runs), plan.runs),
    intervalOf(runs, plan.runs),
    told(laterMedian(events), null),
    judgesOf(found),
    shrunk === null ? '' : String(shrunk.steps),
    String(witnessSteps),
    shrunk === null ? '' : String(shrunk.actions),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** A row of the table of false alarms. */
export function benignRow(
  name: string,
  { runs, alarms }: { readonly runs: number; readonly alarms: number },
): string {
  return `| ${name} | portfolio | ${grouped(runs)} | ${grouped(alarms)} |`;
}

/** The beginning, which tells the plan. */
export function bugsHead({ seed, seeds, runs, harmlessRuns, shrinkTries }: Plan): string {
  const all = `${String(seed)} to ${String(seed + seeds - 1)}`;
  return `# How soon planted bugs are found

Made by \`npm run bugs\`: seeds ${all}, at most ${grouped(runs)} runs each, all judges, scenarios
drawn with the usual settings. A hunt that found nothing counts as longer than all others. The
interval holds the median of runs with at least 95 % (order statistics). Events are those of all runs
up to the violation. The first find of each row is made small in ${grouped(shrinkTries)} runs: steps
of its story, beside those of the scenario written for the bug by hand; actions are the faults,
operations and wishes left. Judges of a black box know nothing but what clients asked and were
answered. Machines without a bug run ${grouped(harmlessRuns)} times with each seed.

| mutant | strategy | found | median runs | 95 % | median events | judges | steps | by hand | actions |
| :-- | :-- | --: | --: | --: | --: | :-- | --: | --: | --: |
`;
}

const benignHead = `
## False alarms

Machines that differ from Raft and are right all the same: zero is what they must show.

| machine | strategy | runs | false alarms |
| :-- | :-- | --: | --: |
`;

interface Published {
  readonly work: string;
  readonly bug: string;
  readonly cost: string;
  /** The mutant or column to look at. */
  readonly here: string;
}

const coyote = 'random schedules of Coyote’s Raft example, re-modelled, 21 repetitions';
const sandTable = 'SandTable (EuroSys 2024), breadth-first over a specification';

const published: readonly Published[] = [
  {
    work: coyote,
    bug: 'two leaders; the example’s own duplicated vote request is the one fault',
    cost: 'median 205 schedules, at most 978',
    here: 'votes-counted-as-integer',
  },
  {
    work: coyote,
    bug: 'two leaders; messages lost and doubled in general',
    cost: 'median 18 schedules, at most 83',
    here: 'votes-counted-as-integer',
  },
  {
    work: coyote,
    bug: 'commit without a quorum, no faults',
    cost: 'median 3 schedules, at most 20',
    here: 'one-global-success-counter',
  },
  {
    work: sandTable,
    bug: 'two leaders (Xraft#1)',
    cost: '3,534 states, depth 8',
    here: 'vote-without-checking-votedFor',
  },
  {
    work: sandTable,
    bug: 'commit of an older term (PySyncObj#5)',
    cost: '2,364,779 states, depth 14',
    here: 'commit-old-term',
  },
  {
    work: sandTable,
    bug: 'next not above match (PySyncObj#3)',
    cost: '189,725 states, depth 18',
    here: 'next-below-match',
  },
  {
    work: sandTable,
    bug: 'a read that is not linearizable (Xraft-KV#1)',
    cost: '124,409 states, depth 10',
    here: 'stale-read',
  },
  {
    work: 'DEMi (NSDI 2016)',
    bug: 'ten bugs of akka-raft and Spark, minimised',
    cost: '1 to 4.6 times the minimum by hand',
    here: 'steps beside by hand',
  },
  {
    work: 'PCT (ASPLOS 2010)',
    bug: 'of depth d, among n threads and k steps',
    cost: 'each run hits it with at least 1/(n·k^(d−1))',
    here: 'pct',
  },
  {
    work: 'PCTCP (OOPSLA 2018)',
    bug: 'of depth d, among n events in w causal chains',
    cost: 'each run hits it with at least 1/(w²·n^(d−1))',
    here: 'pctcp',
  },
  {
    work: 'POS (CAV 2018), as measured by Fray (2025)',
    bug: 'a collection of concurrency bugs',
    cost: '2.6 times as fast as PCT over all',
    here: 'pos',
  },
];

const publishedHead = `
## What others published

Other machines, other models, other units: an order of magnitude to stand beside, not a contest.

| work | bug | cost | beside it here |
| :-- | :-- | :-- | :-- |
`;

/** The whole page: rows of both tables in the order given. */
export function bugsPage(
  head: string,
  rows: { readonly bugs: readonly string[]; readonly benign: readonly string[] },
): string {
  const lines = (texts: readonly string[]): string => texts.map((text) => `${text}\n`).join('');
  const others = published.map(
    ({ work, bug, cost, here }) => `| ${[work, bug, cost, here].join(' | ')} |`,
  );
  return [
    head,
    lines(rows.bugs),
    benignHead,
    lines(rows.benign),
    publishedHead,
    lines(others),
  ].join('');
}
