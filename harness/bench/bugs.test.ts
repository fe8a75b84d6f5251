import fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mutantNamed } from '../cli/lab.ts';
import { knownRows, rowKey } from '../cli/row-file.ts';
import { falseAlarms, hunted } from './bugs-hunt.ts';
import type { Hunted } from './bugs-hunt.ts';
import { benignRow, bugRow, bugsHead, bugsPage, clientsRow } from './bugs-page.ts';
import { besidePublished } from './bugs-published.ts';
import { summaryTable } from './bugs-summary.ts';
import { laterMedian, medianInterval } from './order-statistics.ts';
import { benign } from '../../scenarios/mutants/benign.ts';
import { mutants } from '../../scenarios/mutants/mutants.ts';
import { strategyChoices } from '../search/portfolio.ts';

const plan = {
  seed: 1,
  seeds: 10,
  runs: 400,
  strategyRuns: 200,
  clientRuns: 100,
  harmlessRuns: 50,
  shrinkTries: 300,
};
const row = { mutant: 'stale-read', strategy: 'pct', witnessSteps: 9 };

function hit(judge: string, runs: number): NonNullable<Hunted['hits'][number]> {
  return { judge, runs, events: runs * 1_000 };
}

describe('medians with hunts that found nothing', () => {
  test.each([
    [[3, 1, 2], 2],
    [[1, 2, 3, 4], 3],
    [[1, Infinity, Infinity], Infinity],
    [[], Infinity],
  ])('the later median of %j is %d', (values, median) => {
    expect(laterMedian(values)).toBe(median);
  });

  // Ranks from tables of the sign test, two-sided at 5 %: n, and the rank from below.
  test.each([
    [6, 1],
    [8, 1],
    [9, 2],
    [10, 2],
    [12, 3],
    [20, 6],
    [25, 8],
  ])('of %d values the interval leaves out those below rank %d', (count, rank) => {
    const values = Array.from({ length: count }, (_, at) => count - at);
    expect(medianInterval(values)).toEqual({ from: rank, to: count + 1 - rank });
  });

  test('five values hold no interval of 95 %', () => {
    expect(medianInterval([1, 2, 3, 4, 5])).toBeNull();
  });

  test('the interval holds the true median nearly always', () => {
    const seed = 11;
    const drawn = fc.sample(
      fc.array(fc.integer({ min: 0, max: 999_999 }), { minLength: 15, maxLength: 15 }),
      { seed, numRuns: 600 },
    );
    const holding = drawn.filter((values) => {
      const { from, to } = medianInterval(values) ?? { from: 0, to: 0 };
      return from <= 500_000 && to >= 500_000;
    });
    expect(holding.length / drawn.length).toBeGreaterThan(0.9);
  });
});

describe('the bug table', () => {
  test('a row tells found, medians, interval, judges and steps', () => {
    const hits = [5, 9, 30, 7, 1, 44, 60, 3].map((runs) => hit('ElectionSafety', runs));
    const found = {
      hits: [...hits, hit('Linearizability', 2), null],
      shrunk: { steps: 8, actions: 3 },
    };
    expect(bugRow(row, found, plan)).toBe(
      '| stale-read | pct | 9/10 | 9 | 2 … 60 | 9,000 | 2,000 … 60,000 ' +
        '| ElectionSafety ×8 (white box), Linearizability ×1 (black box) | 8 | 9 | 3 |',
    );
  });

  test('a row without a find says so', () => {
    const none = { hits: Array.from({ length: 10 }, () => null), shrunk: null };
    expect(bugRow(row, none, plan)).toBe(
      '| stale-read | pct | 0/10 | > 200 | > 200 … > 200 | more | more … more | none |  | 9 |  |',
    );
  });

  test('a hunt by the portfolio may be longer than one by a strategy alone', () => {
    const none = { hits: [null], shrunk: null };
    expect(bugRow({ ...row, strategy: 'portfolio' }, none, plan)).toContain('| > 400 |');
    expect(bugRow(row, none, plan)).toContain('| > 200 |');
  });

  test('a row of what clients saw stands beside what all judges saw', () => {
    const hits = [...Array.from({ length: 7 }, () => hit('Linearizability', 40)), null, null, null];
    const beside = bugRow(
      { ...row, strategy: 'portfolio' },
      { hits: [hit('X', 4)], shrunk: null },
      plan,
    );
    const shown = { plan, beside };
    expect(clientsRow('stale-read', { hits, shrunk: null }, shown)).toBe(
      '| stale-read | clients | 7/10 | 40 | 40 … > 100 | 40,000 | 40,000 … more ' +
        '| Linearizability ×7 (black box) | 4 |',
    );
  });

  test('a machine that stops at its own assertion is no find of a judge', () => {
    const found = { hits: [hit('Assertion', 3)], shrunk: null };
    expect(bugRow(row, found, plan)).toContain('| Assertion ×1 (its own) |');
  });

  test('strategies stand side by side, with who is soonest', () => {
    const found = (runs: readonly number[], strategy: string, mutant = 'no-dedup'): string => {
      const hits = runs.map((one) => (one === 0 ? null : hit('LogMatching', one)));
      return bugRow({ mutant, strategy, witnessSteps: 9 }, { hits, shrunk: null }, plan);
    };
    const rows = [
      found([4, 5, 1_050], 'portfolio'),
      found([5, 4, 11], 'pct'),
      found([0, 0, 3], 'timed'),
      found([40, 30, 60], 'timed', 'stale-read'),
    ];
    expect(summaryTable(rows).split('\n').slice(-4, -1)).toEqual([
      '| portfolio | 3/3 | 1 of 1 | 1 of 1 | 1 of 1 |',
      '| pct | 3/3 | 1 of 1 | 1 of 1 | 1 of 1 |',
      '| timed | 4/6 | 0 of 2 | 1 of 2 | 1 of 2 |',
    ]);
  });

  test('a page that was begun is gone on with; one of another plan is not', () => {
    const folder = mkdtempSync(join(tmpdir(), 'whitewater-bugs-'));
    try {
      const file = join(folder, 'BUGS.md');
      const bug = bugRow(row, { hits: [hit('LogMatching', 4)], shrunk: null }, plan);
      const harmless = benignRow('match-assigned', { runs: 2_000, alarms: 0 });
      const head = bugsHead(plan);
      const clients = clientsRow('stale-read', { hits: [], shrunk: null }, { plan, beside: bug });
      const rows = { bugs: [bug], clients: [clients], benign: [harmless] };
      writeFileSync(file, bugsPage(head, rows));
      expect([...knownRows(file, head, 2)]).toEqual([
        [rowKey('stale-read', 'pct'), bug],
        [rowKey('stale-read', 'clients'), clients],
        [rowKey('match-assigned', 'portfolio'), harmless],
      ]);
      expect(knownRows(file, bugsHead({ ...plan, runs: 100 }), 2).size).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('the committed page has every bug under every strategy and as clients see it', () => {
    const page = readFileSync('scenarios/mutants/BUGS.md', 'utf8');
    const rows = [...page.matchAll(/^\| ([\w-]+) \| (\w+) \| \d/gmu)].map(([, ...key]) =>
      key.join(' '),
    );
    const wanted = mutants.flatMap(({ name }) =>
      [...strategyChoices, 'clients'].map((strategy) => `${name} ${strategy}`),
    );
    expect(wanted.filter((key) => !rows.includes(key))).toEqual([]);
    const quiet = benign.map(({ name }) => `${name} portfolio`);
    expect(quiet.filter((key) => !rows.includes(key))).toEqual([]);
  });

  test('a bug that always shows is found by each seed, the first find is made small', () => {
    const mutant = mutantNamed('vote-sent-before-durable');
    const small = { ...plan, seeds: 2, strategyRuns: 20, shrinkTries: 20 };
    const { hits, shrunk } = hunted({ mutant, strategy: 'timed', judges: 'all' }, small);
    expect(hits).toHaveLength(2);
    for (const one of hits) {
      expect(one?.runs).toBeLessThanOrEqual(20);
      expect(one?.events).toBeGreaterThan(0);
    }
    expect(shrunk?.steps).toBeGreaterThan(1);
  });

  test('clients alone see what reaches them, and nothing else', () => {
    const small = { ...plan, seeds: 2, clientRuns: 12 };
    const judgesOf = (name: string): readonly (string | undefined)[] => {
      const quest = { mutant: mutantNamed(name), strategy: 'timed', judges: 'clients' } as const;
      return hunted(quest, small).hits.map((one) => one?.judge);
    };
    expect(judgesOf('stale-read')).toContain('Linearizability');
    expect(judgesOf('vote-sent-before-durable')).toEqual([undefined, undefined]);
  });

  test('what others published stands beside a planted bug that there is', () => {
    for (const name of besidePublished) expect(mutantNamed(name).name).toBe(name);
    const rows = {
      bugs: [
        bugRow(
          { ...row, mutant: besidePublished[0] ?? '', strategy: 'portfolio' },
          { hits: [hit('X', 4)], shrunk: null },
          plan,
        ),
      ],
      clients: [],
      benign: [],
    };
    expect(bugsPage('', rows)).toContain(`| ${besidePublished[0]} | 4 runs, 4,000 events |`);
  });

  test('a harmless machine raises no alarm', () => {
    const [harmless] = benign;
    if (harmless === undefined) throw new Error('nothing is harmless');
    const small = { ...plan, seeds: 2, harmlessRuns: 8 };
    expect(falseAlarms(harmless, small)).toEqual({ runs: 16, alarms: 0 });
  });
});
