/**
 * How far the searches look: configurations, by families of histories. What merely orders candidates
 * or remembers dead ends changes no verdict, but it changes these numbers.
 */
import type { HistoryRecord } from '../../trace/record.ts';
import { historyOf } from '../history.ts';
import { columnsFor } from './agreement.test.kit.ts';
import { Allowance } from './budget.ts';
import { judgeTold } from './judge.ts';
import { randomHistory } from './random-history.ts';
import { search } from './wgl.ts';

type F = HistoryRecord['f'];

interface Family {
  readonly name: string;
  readonly mix: readonly F[];
  readonly values: number;
  readonly clients: number;
  readonly operations: number;
  readonly unknowns: number;
}

const swaps: readonly F[] = ['read', 'write', 'cas'];

const families: readonly Family[] = [
  {
    name: 'few values',
    mix: ['read', 'write'],
    values: 5,
    clients: 25,
    operations: 500,
    unknowns: 0,
  },
  { name: 'swaps', mix: swaps, values: 5, clients: 12, operations: 500, unknowns: 0 },
  { name: 'few, 5 % unknown', mix: swaps, values: 4, clients: 4, operations: 120, unknowns: 0.05 },
  { name: 'few clients', mix: swaps, values: 5, clients: 5, operations: 400, unknowns: 0 },
  {
    name: 'swaps, 3 % unknown',
    mix: swaps,
    values: 6,
    clients: 10,
    operations: 400,
    unknowns: 0.03,
  },
  {
    name: 'removals',
    mix: [...swaps, 'delete'],
    values: 4,
    clients: 9,
    operations: 400,
    unknowns: 0.01,
  },
  {
    name: 'lists',
    mix: ['read', 'append'],
    values: 4,
    clients: 6,
    operations: 120,
    unknowns: 0.02,
  },
];

const budget = { configurations: 60_000 };

/** One line a family: what was said, by whom, after how many configurations in all. */
export function effort(): readonly string[] {
  return families.map(({ name, ...of }) => {
    const said = new Map<string, number>();
    let configurations = 0;
    let plain = 0;
    for (let seed = 1; seed <= 8; seed += 1) {
      const lies = seed % 2 === 0 ? 0.005 : 0;
      const records = randomHistory({ ...of, seed, keys: 1, ties: 0, lies });
      const told = judgeTold(columnsFor(historyOf(records)), budget);
      const word = `${told.verdict.kind} by ${told.algorithm}`;
      said.set(word, (said.get(word) ?? 0) + 1);
      configurations += told.configurations;
      const allowance = new Allowance({ configurations: 5_000 });
      search(columnsFor(historyOf(records)), allowance);
      plain += allowance.configurations;
    }
    const words = [...said].map(([word, times]) => `${String(times)} ${word}`);
    return `${name}: ${words.join(', ')}; ${String(configurations)} and ${String(plain)} plainly`;
  });
}
