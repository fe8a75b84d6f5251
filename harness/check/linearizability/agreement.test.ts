import { describe, expect, test } from 'vitest';
import type { HistoryRecord } from '../../trace/record.ts';
import type { Operation } from '../history.ts';
import { historyOf } from '../history.ts';
import { bruteForce, naiveSearch } from './brute-force.ts';
import { Allowance } from './budget.ts';
import { judgeHistory } from './check.ts';
import { coreOf } from './core.ts';
import { columnsFor, firstFailure, judge } from './judge.ts';
import { columnsOf } from './model.ts';
import { byKey, prefixOf } from './partition.ts';
import type { RandomHistoryOptions } from './random-history.ts';
import { drawsOf, randomHistory } from './random-history.ts';
import { makeStates } from './states.ts';
import { search } from './wgl.ts';
import { zones } from './zones.ts';

type F = HistoryRecord['f'];
const budget = { configurations: 1_000_000 };
const mixes: readonly (readonly F[])[] = [
  ['read', 'write'],
  ['read', 'read', 'write', 'cas', 'cas'],
  ['read', 'write', 'cas', 'delete'],
  ['read', 'append'],
  ['read', 'write', 'append', 'append', 'cas', 'delete'],
];

/** Small and mixed: every other knob is drawn from the seed too. */
function smallHistory(seed: number): readonly Operation[] {
  const draw = drawsOf(seed * 7919);
  const pick = (limit: number): number => Math.floor(draw() * limit);
  const options: RandomHistoryOptions = {
    seed,
    operations: 3 + pick(6),
    clients: 1 + pick(4),
    keys: 1,
    values: pick(4),
    mix: mixes[pick(mixes.length)] ?? [],
    lies: draw() < 0.3 ? 0 : draw() * 0.5,
    unknowns: draw() < 0.5 ? 0 : draw() * 0.3,
    ties: draw() < 0.5 ? 0 : draw(),
  };
  return historyOf(randomHistory(options)).operations;
}

const unprepared = (operations: readonly Operation[]): string =>
  search(columnsOf(operations, makeStates()), new Allowance(budget)).kind;
const naive = (operations: readonly Operation[]): string =>
  naiveSearch(operations) ? 'linearizable' : 'illegal';

describe('on 20,000 small random histories', () => {
  const seeds = Array.from({ length: 20_000 }, (_, index) => index + 1);
  const truths = seeds.map((seed) => bruteForce(smallHistory(seed)));

  test('a fair part is linearizable and a fair part is not', () => {
    const legal = truths.filter(Boolean).length;
    expect(legal).toBeGreaterThan(6000);
    expect(legal).toBeLessThan(16_500);
  });

  test('the search, with and without preparation, agrees with trying every order', () => {
    for (const [index, seed] of seeds.entries()) {
      const operations = smallHistory(seed);
      const expected = truths[index] === true ? 'linearizable' : 'illegal';
      expect([seed, unprepared(operations)]).toEqual([seed, expected]);
      expect([seed, search(columnsFor(operations), new Allowance(budget)).kind]).toEqual([
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

  test('the first failure is the shortest illegal prefix, and core and proof are illegal', () => {
    for (const [index, seed] of seeds.entries()) {
      if (truths[index] === true || seed % 3 !== 0) continue;
      const operations = smallHistory(seed);
      const columns = columnsFor(operations);
      const verdict = judge(columns, budget);
      if (verdict.kind !== 'illegal') throw new Error(`seed ${seed}`);
      const failure = firstFailure(columns, verdict, budget);
      const last =
        failure.columns.operations[failure.columns.byReturn[failure.columns.completed - 1] ?? 0];
      const end = last?.return ?? -1;
      expect([seed, bruteForce(prefixOf(operations, end))]).toEqual([seed, false]);
      expect([seed, bruteForce(prefixOf(operations, end - 1))]).toEqual([seed, true]);
      expect([seed, bruteForce(coreOf(failure.columns))]).toEqual([seed, false]);
    }
  });
});

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
      const { operations } = historyOf(
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
      const truth = naive(operations);
      if (operations.length < 120) expect([seed, unprepared(operations)]).toEqual([seed, truth]);
      seen[judge(columnsFor(operations), budget).kind] += 1;
      expect([seed, judge(columnsFor(operations), budget).kind]).toEqual([seed, truth]);
    }
    expect(seen.undecided).toBe(0);
    expect(Math.min(seen.linearizable, seen.illegal)).toBeGreaterThan(20);
  });

  test('keys are judged one by one', () => {
    const shared = { operations: 60, clients: 4, values: 4, lies: 0.02, unknowns: 0, ties: 0 };
    for (let seed = 1; seed <= 100; seed += 1) {
      const records = randomHistory({ ...shared, seed, keys: 5, mix: ['read', 'write', 'cas'] });
      const history = historyOf(records);
      const parts = [...byKey(history.operations).values()].map(naive);
      const expected = parts.includes('illegal') ? 'fail' : 'pass';
      expect([seed, judgeHistory(history, budget).kind]).toEqual([seed, expected]);
    }
  });
});
