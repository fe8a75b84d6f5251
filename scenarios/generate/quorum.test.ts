/** Budgets of faults: what a quorum can spare, and one more. */
import { describe, expect, test } from 'vitest';
import type { Fault } from '../../harness/world/scenario.ts';
import { Dice } from './dice.ts';
import { expandScenario } from './expand.ts';
import { faultKinds } from './profile.ts';
import { budgeted, spared, withinBudget } from './quorum.ts';

const crash = (server: string, atMs: number, forMs = 100): Fault => {
  return { kind: 'crash', server, atMs, forMs, disk: 'lose' };
};
const split = (side: readonly string[], atMs: number): Fault => {
  return { kind: 'partition', shape: 'halves', side, clients: false, atMs, forMs: 100 };
};

describe('a budget of two among five', () => {
  test.each<[string, readonly Fault[], number]>([
    ['one after another', [crash('S1', 0), crash('S2', 100), crash('S3', 200)], 3],
    ['two at once', [crash('S1', 0), crash('S2', 50)], 2],
    ['a third at once', [crash('S1', 0), crash('S2', 50), crash('S3', 80)], 2],
    ['the same one twice', [crash('S1', 0), crash('S1', 50), crash('S2', 80)], 3],
    ['roles, who may be anybody', [crash('leader', 0), crash('leader', 1), crash('S1', 2)], 2],
    ['a smaller side and one more', [split(['S1', 'S2'], 0), crash('S3', 50)], 1],
    ['a larger side and one of the rest', [split(['S1', 'S2', 'S3'], 0), crash('S4', 50)], 2],
    [
      'what takes nobody away',
      [crash('S1', 0), crash('S2', 0), { kind: 'brokerRestart', atMs: 1 }],
      3,
    ],
  ])('%s', (_, faults, kept) => {
    expect(withinBudget(faults, 5, spared(5))).toEqual(faults.slice(0, kept));
  });
});

test.each([
  [1, 0],
  [2, 0],
  [3, 1],
  [4, 1],
  [5, 2],
  [7, 3],
])('of %i voters %i can be spared', (voters, count) => {
  expect(spared(voters)).toBe(count);
});

describe('what is drawn', () => {
  const on = new Set(faultKinds);
  const electorate = { voters: 5, runMs: 2_000, on };
  const faults = [crash('S1', 0), crash('S2', 10), crash('S3', 20)];
  const drawn = Array.from({ length: 300 }, (_, seed) =>
    budgeted(new Dice(seed), faults, electorate),
  );

  test('keeps within the budget, breaks it on purpose, or does not care', () => {
    expect(drawn.filter((some) => some.length < faults.length).length).toBeGreaterThan(20);
    expect(drawn.filter((some) => some.length > faults.length).length).toBeGreaterThan(10);
    expect(drawn.filter((some) => some === faults).length).toBeGreaterThan(100);
  });

  test('takes just one voter too many away where it breaks the budget', () => {
    for (const some of drawn) {
      const added = some.filter((fault) => !faults.includes(fault));
      if (added.length === 0) continue;
      const sides = added.map((fault) => (fault.kind === 'partition' ? fault.side.length : 1));
      expect(sides.reduce((sum, size) => sum + size, 0)).toBe(spared(5) + 1);
    }
  });

  test('is nothing that was not asked for', () => {
    for (let seed = 0; seed < 300; seed += 1) {
      const { faults: made } = expandScenario(seed, { faults: ['drop'] });
      expect(made.every(({ kind }) => kind === 'drop' || kind === 'clockJump')).toBe(true);
    }
  });
});
