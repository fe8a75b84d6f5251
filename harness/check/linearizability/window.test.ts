import { expect, test } from 'vitest';
import type { HistoryRecord, Json } from '../../trace/record.ts';
import { historyOf } from '../history.ts';
import { columnsFor } from './agreement.test.kit.ts';
import type { Line } from './lines.test.kit.ts';
import { recordsOf } from './lines.test.kit.ts';
import { Allowance } from './budget.ts';
import { Directed } from './directed.ts';
import { problemOf } from './problem.ts';
import { randomHistory } from './random-history.ts';
import { rename } from './rename.ts';
import { refutedWindow, refutes } from './window.ts';

type F = HistoryRecord['f'];

/** So many reads of a value, one after the other. */
const reads = (value: Json, many: number, from: number): readonly Line[] =>
  Array.from({ length: many }, (_, each) => ['read', value, from + 2 * each, from + 2 * each + 1]);

const upTo = (from: number, last: number): readonly number[] =>
  Array.from({ length: last - from + 1 }, (_, each) => from + each);

/** Twelve operations of which the ninth is given, then two writes at once that take turns. */
const afterTwelve = (ninth: Line): readonly Line[] => [
  ...reads(null, 8, 0),
  ninth,
  ...reads(null, 3, 18),
  ['write', 1, 30, 32],
  ['write', 2, 31, 33],
  ['read', 1, 34, 35],
  ['read', 2, 36, 37],
  ['read', 1, 38, 39],
];

test.each<readonly [string, readonly Line[], readonly number[] | null]>([
  ['without the read at its border', afterTwelve(['read', null, 16, 17]), upTo(9, 16)],
  ['with the write at its border', afterTwelve(['write', null, 16, 17]), upTo(8, 16)],
  ['but not one that begins with all', afterTwelve(['read', null, 16, 17]).slice(9), null],
  [
    'the second when a write crosses the first, which might have come from there',
    [
      ...reads(null, 12, 0),
      ['write', 1, 30, 78],
      ['write', 2, 31, 32],
      ['read', 1, 33, 34],
      ...reads(2, 8, 40),
      ['read', 1, 70, 79],
    ],
    upTo(8, 23),
  ],
])('The smallest window that is refuted is found, %s', (_, lines, window) => {
  const columns = columnsFor(historyOf(recordsOf(lines)));
  expect(refutedWindow(columns, new Allowance(budget))).toEqual(window);
});

const budget = { configurations: 1_000_000 };

/** How many windows are refuted, which operations they hold, and how far the searches looked. */
function effortOf(mix: readonly F[], values: number, unknowns: number): string {
  let refuted = 0;
  let found = 0;
  let members = 0;
  let sum = 0;
  const allowance = new Allowance(budget);
  for (let seed = 1; seed <= 40; seed += 1) {
    const shared = { seed, mix, values, unknowns, keys: 1, ties: 0, lies: 0.04 };
    const size = { operations: 30 + ((seed * 37) % 80), clients: 2 + (seed % 6) };
    const columns = columnsFor(historyOf(randomHistory({ ...shared, ...size })));
    const window = refutedWindow(columns, allowance);
    if (window !== null) found += 1;
    members += window?.length ?? 0;
    sum += window?.reduce((all, index) => all + index, 0) ?? 0;
    const renamed = rename(columns);
    if (renamed.kind === 'phantom') continue;
    const search = new Directed(problemOf(columns, renamed.names));
    for (let rank = seed % 5; rank < search.byReturn.length; rank += 5) {
      search.rankMax = rank;
      if (refutes(search, allowance, renamed.names.initial)) refuted += 1;
    }
  }
  return `${refuted} refuted, ${found} of ${members} members (${sum}); ${allowance.configurations}`;
}

// As the search does it now: a change of its order or its reach shows here, and wants a look. That
// windows are right is shown above, and beside brute force in agreement.test.
test.each<readonly [F[], number, number, string]>([
  [['read', 'write'], 3, 0, '18 refuted, 3 of 127 members (6754); 9659'],
  [['read', 'write', 'cas'], 3, 0.03, '7 refuted, 2 of 44 members (2820); 10873'],
  [['read', 'cas', 'cas', 'delete'], 3, 0.03, '68 refuted, 5 of 129 members (6197); 11396'],
])(
  'So many windows of %j are refuted, with so many configurations',
  (mix, values, unknowns, effort) => {
    expect(effortOf(mix, values, unknowns)).toBe(effort);
  },
);
