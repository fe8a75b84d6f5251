/** What others published about finding such bugs, as a table to stand beside what is measured here. */

interface Published {
  readonly work: string;
  readonly bug: string;
  readonly cost: string;
  /** The planted bug like it, or what else to look at. */
  readonly beside: { readonly mutant: string } | { readonly text: string };
}

const sample = 'random schedules of Coyote’s Raft example, re-modelled, 21 repetitions';
const coyote = 'Coyote’s tutorial';
const sandTable = 'SandTable (EuroSys 2024), breadth-first over a specification';

const published: readonly Published[] = [
  {
    work: sample,
    bug: 'two leaders; the example’s own duplicated vote request is the one fault',
    cost: 'median 205 schedules, at most 978',
    beside: { mutant: 'votes-counted-as-integer' },
  },
  {
    work: sample,
    bug: 'two leaders; messages lost and doubled in general',
    cost: 'median 18 schedules, at most 83',
    beside: { mutant: 'votes-counted-as-integer' },
  },
  {
    work: sample,
    bug: 'commit without a quorum, no faults',
    cost: 'median 3 schedules, at most 20',
    beside: { mutant: 'one-global-success-counter' },
  },
  {
    work: coyote,
    bug: 'the same example with its bug inside, 200 steps each',
    cost: 'none in 1,000 schedules, 61 s',
    beside: { mutant: 'votes-counted-as-integer' },
  },
  {
    work: 'Coyote’s Raft benchmark (ASE 2021, artifact)',
    bug: 'an older Raft in one process',
    cost: '2.33 % of 10,000 schedules: about one in 43',
    beside: { text: 'the median of all' },
  },
  {
    work: 'Coyote’s failure detector',
    bug: 'an ordering bug',
    cost: 'some 1,000 schedules by PCT, more than 100,000 at random',
    beside: { text: 'pct and random' },
  },
  {
    work: sandTable,
    bug: 'two leaders (Xraft#1)',
    cost: '3,534 states, depth 8',
    beside: { mutant: 'stale-vote-replies-counted' },
  },
  {
    work: sandTable,
    bug: 'a leader votes for others (DaosRaft#1)',
    cost: '476 states, depth 8',
    beside: { mutant: 'leader-grants-pre-vote' },
  },
  {
    work: sandTable,
    bug: 'commit index goes back (PySyncObj#2)',
    cost: '93,713 states, depth 13',
    beside: { mutant: 'commit-assigned' },
  },
  {
    work: sandTable,
    bug: 'commit of an older term (PySyncObj#5)',
    cost: '2,364,779 states, depth 14',
    beside: { mutant: 'commit-old-term' },
  },
  {
    work: sandTable,
    bug: 'the scan for what to commit stops early (RaftOS#4)',
    cost: '16,938,773 states, depth 14',
    beside: { mutant: 'commit-scan-stops-at-old-term' },
  },
  {
    work: sandTable,
    bug: 'next not above match (PySyncObj#3, WRaft#7)',
    cost: '189,725 states, depth 18; 7,401,586, depth 23',
    beside: { mutant: 'next-below-match' },
  },
  {
    work: sandTable,
    bug: 'a wrong append after compaction (WRaft#1)',
    cost: '5,954,049 states, depth 22',
    beside: { mutant: 'snapshot-keeps-conflicting-log' },
  },
  {
    work: sandTable,
    bug: 'a read that is not linearizable (Xraft-KV#1)',
    cost: '124,409 states, depth 10',
    beside: { mutant: 'read-without-asking' },
  },
  {
    work: 'DEMi (NSDI 2016)',
    bug: 'ten bugs of akka-raft and Spark, minimised',
    cost: '1 to 4.6 times the minimum by hand',
    beside: { text: 'steps beside by hand' },
  },
  {
    work: 'PCT (ASPLOS 2010)',
    bug: 'of depth d, among n threads and k steps',
    cost: 'each run hits it with at least 1/(n·k^(d−1))',
    beside: { text: 'pct' },
  },
  {
    work: 'PCTCP (OOPSLA 2018)',
    bug: 'of depth d, among n events in w causal chains',
    cost: 'each run hits it with at least 1/(w²·n^(d−1))',
    beside: { text: 'pctcp' },
  },
  {
    work: 'POS (CAV 2018), as measured by Fray (2025)',
    bug: 'a collection of concurrency bugs',
    cost: '2.6 times as fast as PCT over all',
    beside: { text: 'pos and pct' },
  },
];

const head = `
## What others published

Other machines, other models, other units: an order of magnitude to stand beside, not a contest.
Measured here is the portfolio's median.

| work | bug | cost | beside it here | measured here |
| :-- | :-- | :-- | :-- | :-- |
`;

/** Names of the planted bugs that the table points to. */
export const besidePublished: readonly string[] = published.flatMap(({ beside }) =>
  'mutant' in beside ? [beside.mutant] : [],
);

/** The table; `measured` tells what was measured of a planted bug, or nothing. */
export function publishedTable(measured: (mutant: string) => string): string {
  const lines = published.map(({ work, bug, cost, beside }) => {
    const here = 'mutant' in beside ? [beside.mutant, measured(beside.mutant)] : [beside.text, ''];
    return `| ${[work, bug, cost, ...here].join(' | ')} |\n`;
  });
  return `${head}${lines.join('')}`;
}
