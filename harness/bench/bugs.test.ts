import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mutantNamed } from '../../scenarios/mutants/mutants.ts';
import { knownRows, rowKey } from '../cli/row-file.ts';
import { falseAlarms, hunted } from './bugs-hunt.ts';
import type { Hunted } from './bugs-hunt.ts';
import { benignRow, bugRow, bugsHead, bugsPage } from './bugs-page.ts';
import { laterMedian, medianInterval } from './order-statistics.ts';
import { benign } from '../../scenarios/mutants/benign.ts';

const plan = { seed: 1, seeds: 10, runs: 200, harmlessRuns: 50, shrinkTries: 300 };
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
      '| stale-read | pct | 9/10 | 9 | 2 … 60 | 9,000 ' +
        '| ElectionSafety ×8 (white box), Linearizability ×1 (black box) | 8 | 9 | 3 |',
    );
  });

  test('a row without a find says so', () => {
    const none = { hits: Array.from({ length: 10 }, () => null), shrunk: null };
    expect(bugRow(row, none, plan)).toBe(
      '| stale-read | pct | 0/10 | > 200 | > 200 … > 200 | more | none |  | 9 |  |',
    );
  });

  test('a page that was begun is gone on with; one of another plan is not', () => {
    const folder = mkdtempSync(join(tmpdir(), 'whitewater-bugs-'));
    try {
      const file = join(folder, 'BUGS.md');
      const bug = bugRow(row, { hits: [hit('LogMatching', 4)], shrunk: null }, plan);
      const harmless = benignRow('match-assigned', { runs: 2_000, alarms: 0 });
      const head = bugsHead(plan);
      writeFileSync(file, bugsPage(head, { bugs: [bug], benign: [harmless] }));
      expect([...knownRows(file, head, 2)]).toEqual([
        [rowKey('stale-read', 'pct'), bug],
        [rowKey('match-assigned', 'portfolio'), harmless],
      ]);
      expect(knownRows(file, bugsHead({ ...plan, runs: 100 }), 2).size).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('a bug that always shows is found by each seed, the first find is made small', () => {
    const mutant = mutantNamed('vote-sent-before-durable');
    if (mutant === undefined) throw new Error('no such mutant');
    const small = { seed: 1, seeds: 2, runs: 20, harmlessRuns: 0, shrinkTries: 20 };
    const { hits, shrunk } = hunted(mutant, 'timed', small);
    expect(hits).toHaveLength(2);
    for (const one of hits) {
      expect(one?.runs).toBeLessThanOrEqual(20);
      expect(one?.events).toBeGreaterThan(0);
    }
    expect(shrunk?.steps).toBeGreaterThan(1);
  });

  test('a harmless machine raises no alarm', () => {
    const [harmless] = benign;
    if (harmless === undefined) throw new Error('nothing is harmless');
    const small = { seed: 1, seeds: 2, runs: 1, harmlessRuns: 8, shrinkTries: 0 };
    expect(falseAlarms(harmless, small)).toEqual({ runs: 16, alarms: 0 });
  });
});
