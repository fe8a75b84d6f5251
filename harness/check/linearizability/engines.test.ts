import { describe, expect, test } from 'vitest';
import type { HistoryRecord } from '../../trace/record.ts';
import type { History } from '../history.ts';
import { historyOf } from '../history.ts';
import { judgeAppends } from './append-order.ts';
import { bruteForce } from './brute-force.ts';
import type { Budget } from './budget.ts';
import { Allowance } from './budget.ts';
import { judgeDirected } from './directed-judge.ts';
import { Directed } from './directed.ts';
import { judge, judgeTold } from './judge.ts';
import type { Columns } from './model.ts';
import { action } from './model.ts';
import { byKey } from './partition.ts';
import { problemOf } from './problem.ts';
import type { RandomHistoryOptions } from './random-history.ts';
import { drawsOf, randomHistory } from './random-history.ts';
import { rename } from './rename.ts';
import type { EngineVerdict } from './verdict.ts';
import { search } from './wgl.ts';
import { refutes } from './window.ts';
import { zones } from './zones.ts';

type F = HistoryRecord['f'];
const budget: Budget = { configurations: 1_000_000 };
const registers: readonly (readonly F[])[] = [
  ['read', 'write'],
  ['read', 'read', 'write', 'cas', 'cas'],
  ['read', 'write', 'cas', 'delete'],
  ['read', 'cas', 'cas'],
];

function random(seed: number, options: Partial<RandomHistoryOptions>): History {
  const base = { operations: 8, clients: 3, keys: 1, values: 2, mix: ['read', 'write'] } as const;
  const chances = { lies: 0.1, unknowns: 0.1, ties: 0 };
  return historyOf(randomHistory({ seed, ...base, ...chances, ...options }));
}

function only(history: History): Columns | undefined {
  return byKey(history)[0];
}

const directed = (columns: Columns): EngineVerdict => judgeDirected(columns, new Allowance(budget));
const plain = (columns: Columns): EngineVerdict => search(columns, new Allowance(budget));

describe('the directed search', () => {
  test('agrees with trying every order of up to eight operations', () => {
    const seen = { linearizable: 0, illegal: 0 };
    for (let seed = 1; seed <= 20_000; seed += 1) {
      const draw = drawsOf(seed);
      const history = random(seed, {
        operations: 3 + Math.floor(draw() * 6),
        clients: 1 + Math.floor(draw() * 4),
        values: Math.floor(draw() * 4),
        mix: registers[seed % registers.length] ?? [],
        lies: draw() * 0.5,
        unknowns: seed % 2 === 0 ? 0 : draw() * 0.4,
      });
      const columns = only(history);
      if (columns === undefined) continue;
      const truth = bruteForce(history.operations) ? 'linearizable' : 'illegal';
      seen[truth] += 1;
      expect([seed, directed(columns).kind]).toEqual([seed, truth]);
    }
    expect(Math.min(seen.linearizable, seen.illegal)).toBeGreaterThan(3000);
  });

  test('agrees with the plain search on 20 to 60 operations', () => {
    let illegal = 0;
    for (let seed = 1; seed <= 600; seed += 1) {
      const columns = only(
        random(seed, {
          operations: 20 + (seed % 40),
          clients: 2 + (seed % 4),
          values: 2 + (seed % 5),
          mix: registers[seed % registers.length] ?? [],
          lies: seed % 3 === 0 ? 0 : 0.02,
          unknowns: seed % 2 === 0 ? 0 : 0.03,
        }),
      );
      if (columns === undefined) continue;
      const truth = plain(columns).kind;
      if (truth === 'illegal') illegal += 1;
      expect([seed, directed(columns).kind]).toEqual([seed, truth]);
    }
    expect(illegal).toBeGreaterThan(50);
  });

  test('agrees with the plain search where much overlaps and few values repeat', () => {
    const dense: readonly (readonly F[])[] = [
      ['read', 'write'],
      ['read', 'write', 'write', 'cas'],
      ['read', 'write', 'cas', 'cas'],
      ['read', 'write', 'cas', 'delete'],
    ];
    const seen = { linearizable: 0, illegal: 0 };
    for (let seed = 1; seed <= 4000; seed += 1) {
      const draw = drawsOf(seed * 31 + 7);
      const columns = only(
        random(seed, {
          operations: 10 + Math.floor(draw() * 25),
          clients: 4 + Math.floor(draw() * 5),
          values: 1 + Math.floor(draw() * 4),
          mix: dense[seed % dense.length] ?? [],
          lies: seed % 2 === 0 ? 0.15 : 0.03,
          unknowns: seed % 3 === 0 ? 0.1 : 0,
        }),
      );
      if (columns === undefined) continue;
      const truth = search(columns, new Allowance({ configurations: 300_000 })).kind;
      if (truth === 'undecided') continue;
      seen[truth] += 1;
      expect([seed, directed(columns).kind]).toEqual([seed, truth]);
    }
    expect(Math.min(seen.linearizable, seen.illegal)).toBeGreaterThan(500);
  });

  test('decides fifty clients on a hundred values within ten thousand configurations', () => {
    const columns = only(
      random(1, { operations: 3000, clients: 50, values: 100, lies: 0, unknowns: 0 }),
    );
    if (columns === undefined) throw new Error('no operation');
    const told = judgeTold(columns, { configurations: 50_000 });
    expect([told.verdict.kind, told.algorithm]).toEqual(['linearizable', 'directed']);
  });
});

describe('a window', () => {
  const searchOf = (columns: Columns): { search: Directed; initial: number } | null => {
    const renamed = rename(columns);
    if (renamed.kind === 'phantom') return null;
    const found = new Directed(problemOf(columns, renamed.names));
    return { search: found, initial: renamed.names.initial };
  };

  test('never refutes what is linearizable, wherever it is cut', () => {
    let windows = 0;
    for (let seed = 1; seed <= 150; seed += 1) {
      const columns = only(
        random(seed, {
          operations: 60,
          clients: 4,
          values: 4,
          mix: registers[seed % registers.length] ?? [],
          lies: 0,
          unknowns: seed % 2 === 0 ? 0 : 0.03,
        }),
      );
      const found = columns === undefined ? null : searchOf(columns);
      if (found === null) continue;
      for (let rank = 0; rank < found.search.byReturn.length; rank += 3) {
        found.search.rankMax = rank;
        const refuted = refutes(found.search, new Allowance(budget), found.initial);
        expect([seed, rank, refuted]).toEqual([seed, rank, false]);
        windows += 1;
      }
    }
    expect(windows).toBeGreaterThan(1500);
  });

  test('refutes most of what is not, at the return that no order passes', () => {
    let illegal = 0;
    let refuted = 0;
    for (let seed = 1; seed <= 600; seed += 1) {
      const history = random(seed, { operations: 60, values: 4, lies: 0.03, unknowns: 0 });
      const columns = only(history);
      const verdict = columns === undefined ? null : plain(columns);
      if (columns === undefined || verdict?.kind !== 'illegal') continue;
      const found = searchOf(columns);
      if (found === null || verdict.stuck === null) continue;
      illegal += 1;
      found.search.rankMax = columns.byReturn.indexOf(verdict.stuck);
      if (refutes(found.search, new Allowance(budget), found.initial)) refuted += 1;
    }
    expect(illegal).toBeGreaterThan(20);
    expect(refuted).toBe(illegal);
  });
});

describe('appends', () => {
  test('of repeated items are judged as by trying every order', () => {
    const seen = { linearizable: 0, illegal: 0 };
    for (let seed = 1; seed <= 8000; seed += 1) {
      const history = random(seed, {
        operations: 3 + (seed % 6),
        values: 1 + (seed % 3),
        mix: ['read', 'append'],
        lies: seed % 3 === 0 ? 0 : 0.2,
        unknowns: seed % 2 === 0 ? 0 : 0.3,
      });
      const columns = only(history);
      if (columns === undefined) continue;
      const truth = bruteForce(history.operations) ? 'linearizable' : 'illegal';
      seen[truth] += 1;
      expect([seed, judgeAppends(columns).kind]).toEqual([seed, truth]);
    }
    expect(Math.min(seen.linearizable, seen.illegal)).toBeGreaterThan(500);
  });
});

describe('refused compare-and-sets among zones', () => {
  test('are placed or refuted, rarely left over, and never wrongly', () => {
    const seen = { linearizable: 0, illegal: 0, undecided: 0 };
    for (let seed = 1; seed <= 8000; seed += 1) {
      const history = random(seed, {
        values: 0,
        mix: ['read', 'write', 'cas'],
        lies: seed % 3 === 0 ? 0 : 0.2,
      });
      const columns = only(history);
      if (columns?.actions.includes(action.casRefused) !== true) continue;
      const verdict = zones(columns);
      seen[verdict.kind] += 1;
      if (verdict.kind === 'undecided') continue;
      const truth = bruteForce(history.operations) ? 'linearizable' : 'illegal';
      expect([seed, verdict.kind]).toEqual([seed, truth]);
    }
    expect(Math.min(seen.linearizable, seen.illegal)).toBeGreaterThan(300);
  });
});

describe('a budget', () => {
  const hard = only(random(1, { operations: 3000, clients: 50, values: 20, lies: 0, unknowns: 0 }));
  const reasonWithin = (limits: Budget): string => {
    if (hard === undefined) throw new Error('no operation');
    const verdict = judge(hard, limits);
    return verdict.kind === 'undecided' ? verdict.reason : verdict.kind;
  };

  test('of configurations ends in unknown, with the reason', () => {
    expect(reasonWithin({ configurations: 500 })).toMatch(
      /^not decided within 500 configurations; \d+ of 3000 /u,
    );
  });

  test('of time is looked at every few thousand configurations', () => {
    let looks = 0;
    const now = (): number => 100 * looks++;
    const limits = { configurations: 1e6, timeoutMs: 50, now };
    expect(reasonWithin(limits)).toMatch(/^not decided within 50 ms; /u);
    expect(looks).toBe(2);
  });

  test.each([1, 3])('of %i MB of memory is kept, and mostly used', (megabytes) => {
    if (hard === undefined) throw new Error('no operation');
    const bytes = megabytes * 1e6;
    const told = judgeTold(hard, { configurations: 1e7, bytes });
    expect(told.verdict).toEqual({
      kind: 'undecided',
      reason: expect.stringContaining(`not decided within ${bytes} bytes of memory; `),
    });
    expect(told.bytes).toBeLessThanOrEqual(1.1 * bytes);
    expect(told.bytes).toBeGreaterThan(bytes / 4);
  });

  test('of memory that is too small to begin with is kept, too', () => {
    expect(reasonWithin({ configurations: 1e7, bytes: 20_000 })).toBe(
      'not decided within 20000 bytes of memory; a search had no room to begin',
    );
    expect(reasonWithin({ configurations: 500 })).toMatch(/configurations/u);
  });
});
