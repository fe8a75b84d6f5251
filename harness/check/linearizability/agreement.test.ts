import { describe, expect, test } from 'vitest';
import type { History } from '../history.ts';
import { historyOf } from '../history.ts';
import { columnsFor, disagreement, operationsOf, smallHistory } from './agreement.test.kit.ts';
import { bruteForce, naiveSearch, partsOf, prefixOf } from './brute-force.ts';
import { Allowance } from './budget.ts';
import { judgeHistory } from './check.ts';
import { coreOf } from './core.ts';
import { firstFailure } from './first-failure.ts';
import { judge } from './judge.ts';
import type { Columns } from './model.ts';
import { action, operationOf } from './model.ts';
import { select } from './partition.ts';
import { plainlyLinearizable } from './plain-zones.ts';
import { prepared } from './prepare.ts';
import { producersOf } from './producers.ts';
import { randomHistory } from './random-history.ts';
import { absent } from './states.ts';
import { search } from './wgl.ts';
import { zones } from './zones.ts';

const budget = { configurations: 1_000_000 };

/** Was a value written twice, or the one of the beginning again? */
function repeats({ first, actions }: Columns): boolean {
  const written = [...first].filter((_, index) => actions[index] === action.write);
  return new Set(written).size < written.length || written.includes(absent);
}
/** Histories in which everything was left out have no key to judge. */
const seedsWithOperations = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => index + 1).filter(
    (seed) => smallHistory(seed).operations.length > 0,
  );
const unprepared = (history: History): string =>
  search(columnsFor(history), new Allowance(budget)).kind;
const naive = (operations: History['operations']): string =>
  naiveSearch(operations) ? 'linearizable' : 'illegal';

describe('on 20,000 small random histories', () => {
  const seeds = seedsWithOperations(20_000);
  const truths = seeds.map((seed) => bruteForce(smallHistory(seed).operations));

  test('a fair part is linearizable and a fair part is not', () => {
    const legal = truths.filter(Boolean).length;
    expect(legal).toBeGreaterThan(6000);
    expect(legal).toBeLessThan(16_500);
  });

  test('the search, with and without preparation, agrees with trying every order', () => {
    for (const [index, seed] of seeds.entries()) {
      const history = smallHistory(seed);
      const expected = truths[index] === true ? 'linearizable' : 'illegal';
      expect([seed, unprepared(history)]).toEqual([seed, expected]);
      expect([seed, search(prepared(columnsFor(history)), new Allowance(budget)).kind]).toEqual([
        seed,
        expected,
      ]);
    }
  });

  test('zones agree wherever they decide, which is often', () => {
    let decided = 0;
    for (const [index, seed] of seeds.entries()) {
      const verdict = zones(columnsFor(smallHistory(seed)));
      if (verdict.kind === 'undecided') continue;
      decided += 1;
      expect([seed, verdict.kind]).toEqual([seed, truths[index] ? 'linearizable' : 'illegal']);
    }
    expect(decided).toBeGreaterThan(4000);
  });

  test('the short way of zones says yes to nothing else, and to most of what it can', () => {
    let yes = 0;
    let plain = 0;
    for (const [index, seed] of seeds.entries()) {
      const columns = columnsFor(smallHistory(seed));
      if (plainlyLinearizable(columns)) {
        yes += 1;
        expect([seed, truths[index]]).toEqual([seed, true]);
      } else if (truths[index] === true && producersOf(columns).kind === 'unique') {
        const others = columns.actions.some((kind) => kind > action.write);
        expect([seed, others || repeats(columns)]).toEqual([seed, true]);
        plain += 1;
      }
    }
    expect(Math.min(yes, plain)).toBeGreaterThan(1000);
  });

  test('the first failure is the shortest illegal prefix, and core and proof are illegal', () => {
    for (const [index, seed] of seeds.entries()) {
      if (truths[index] === true || seed % 3 !== 0) continue;
      const history = smallHistory(seed);
      const { operations } = history;
      const columns = columnsFor(history);
      const verdict = judge(columns, budget);
      if (verdict.kind !== 'illegal') throw new Error(`seed ${seed}`);
      const failure = firstFailure(columns, verdict, budget);
      const found = failure.columns;
      const last = operationOf(found, found.byReturn[found.completed - 1] ?? 0);
      const end = last.return ?? -1;
      expect([seed, bruteForce(prefixOf(operations, end))]).toEqual([seed, false]);
      expect([seed, bruteForce(prefixOf(operations, end - 1))]).toEqual([seed, true]);
      expect([seed, bruteForce(operationsOf(coreOf(found)))]).toEqual([seed, false]);
    }
  });
});

test.each([[41_644, 'a value nobody saw, removed again and again, is no block of operations']])(
  'seed %i: %s',
  (seed) => {
    expect(disagreement(seed)).toEqual({ legal: false, who: [] });
  },
);

describe('on histories of 20 to 200 operations', () => {
  test.each([
    ['unique values', 0, ['read', 'write'], 300],
    ['unique values and compare-and-set', 0, ['read', 'read', 'write', 'cas', 'cas'], 300],
    ['few values', 3, ['read', 'write', 'cas'], 300],
    ['lists', 0, ['read', 'append'], 200],
    ['everything', 3, ['read', 'read', 'write', 'cas', 'append', 'delete'], 200],
  ] as const)('the engines agree: %s', (_, values, mix, count) => {
    const seen = { linearizable: 0, illegal: 0, undecided: 0 };
    for (let seed = 1; seed <= count; seed += 1) {
      const history = historyOf(
        randomHistory({
          seed,
          operations: 20 + ((seed * 37) % 180),
          clients: 2 + (seed % 3),
          keys: 1,
          values,
          mix,
          lies: seed % 2 === 0 ? 0 : 0.02,
          unknowns: seed % 3 === 0 ? 0.01 : 0,
          ties: seed % 5 === 0 ? 0.5 : 0,
        }),
      );
      const { operations } = history;
      const truth = naive(operations);
      if (operations.length < 120) expect([seed, unprepared(history)]).toEqual([seed, truth]);
      seen[judge(columnsFor(history), budget).kind] += 1;
      expect([seed, judge(columnsFor(history), budget).kind]).toEqual([seed, truth]);
    }
    expect(seen.undecided).toBe(0);
    expect(Math.min(seen.linearizable, seen.illegal)).toBeGreaterThan(20);
  });

  test.each([
    ['unique values', 0, ['read', 'write']],
    ['unique values and compare-and-set', 0, ['read', 'read', 'write', 'cas', 'cas']],
    ['few values', 4, ['read', 'read', 'write', 'cas']],
    ['lists', 0, ['read', 'append']],
  ] as const)('the first failure is exact: %s', (_, values, mix) => {
    const shared = { clients: 4, keys: 1, values, mix, unknowns: 0.01, ties: 0 };
    let failures = 0;
    for (let seed = 1; seed <= 300; seed += 1) {
      const operations = 40 + (seed % 120);
      const lies = seed % 2 === 0 ? 0.01 : 0.1;
      const columns = columnsFor(historyOf(randomHistory({ ...shared, seed, operations, lies })));
      const verdict = judge(columns, budget);
      if (verdict.kind !== 'illegal') continue;
      failures += 1;
      const { columns: found } = firstFailure(columns, verdict, budget);
      const last = found.rows[found.byReturn[found.completed - 1] ?? 0] ?? 0;
      const end = columns.returns[columns.rows.indexOf(last)] ?? 0;
      const upTo = (position: number): string =>
        search(
          select(columns, () => true, position),
          new Allowance(budget),
        ).kind;
      expect([seed, upTo(end), upTo(end - 1)]).toEqual([seed, 'illegal', 'linearizable']);
    }
    expect(failures).toBeGreaterThan(100);
  });

  test('keys are judged one by one', () => {
    const shared = { operations: 60, clients: 4, values: 4, lies: 0.02, unknowns: 0, ties: 0 };
    for (let seed = 1; seed <= 100; seed += 1) {
      const records = randomHistory({ ...shared, seed, keys: 5, mix: ['read', 'write', 'cas'] });
      const history = historyOf(records);
      const parts = partsOf(history.operations).map(naive);
      const expected = parts.includes('illegal') ? 'fail' : 'pass';
      expect([seed, judgeHistory(history, budget).kind]).toEqual([seed, expected]);
    }
  });
});
