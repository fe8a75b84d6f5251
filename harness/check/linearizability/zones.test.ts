import { expect, test } from 'vitest';
import type { HistoryRecord, Json } from '../../trace/record.ts';
import { historyOf } from '../history.ts';
import { columnsFor } from './agreement.test.kit.ts';
import { zones } from './zones.ts';

type Line = readonly [
  f: 'read' | 'write' | 'cas' | 'refused',
  value: Json,
  call: number,
  end: number,
];

/** Each of a client of its own, in the order of the calls. */
function recordsOf(lines: readonly Line[]): readonly HistoryRecord[] {
  const events = lines.flatMap(([name, value, call, end], process) => {
    const refused = name === 'refused';
    const f = refused ? 'cas' : name;
    const common = { cause: -1, process, client: `c${process}`, f, key: 'x' } as const;
    const asked = f === 'read' ? null : value;
    const error = refused ? 'compare-failed' : null;
    return [
      { ...common, kind: 'invoke', at: call, value: asked, error: null },
      { ...common, kind: refused ? 'fail' : 'ok', at: end, value, error },
    ] as const;
  });
  const sorted = events.toSorted((a, b) => a.at - b.at);
  return sorted.map((event, seq): HistoryRecord => ({ ...event, seq }));
}

const conflictOf = (lines: readonly Line[]): unknown => {
  const verdict = zones(columnsFor(historyOf(recordsOf(lines))));
  return verdict.kind === 'illegal' ? verdict.conflict : verdict.kind;
};

test.each<readonly [string, readonly Line[], unknown]>([
  [
    'a refusal between a write and the read of its value',
    [
      ['write', 1, 0, 1],
      ['refused', [1, 2], 2, 3],
      ['read', 1, 4, 5],
    ],
    { kind: 'refusedInside', observer: 1, ended: 0, called: 2 },
  ],
  [
    'a refusal between a write and what replaced its value, which nobody read',
    [
      ['write', 1, 0, 1],
      ['refused', [1, 2], 2, 3],
      ['cas', [1, 3], 4, 5],
    ],
    { kind: 'refusedInside', observer: 1, ended: 0, called: 2 },
  ],
  [
    'compare-and-sets that need each other',
    [
      ['cas', [1, 2], 0, 2],
      ['cas', [2, 1], 1, 3],
    ],
    { kind: 'ring', members: [0, 1] },
  ],
])('zones prove %s', (_, lines, conflict) => {
  expect(conflictOf(lines)).toEqual(conflict);
});

test.each<readonly [string, Line]>([
  ['read', ['read', 1, 1, 2]],
  ['compared with itself', ['cas', [1, 1], 1, 2]],
])('a refusal finds no place before a write whose value was %s', (_, seen) => {
  expect(conflictOf([['write', 1, 0, 9], seen, ['refused', [1, 2], 3, 4]])).toBe('undecided');
  expect(conflictOf([['write', 1, 0, 9], seen, ['refused', [2, 3], 3, 4]])).toBe('linearizable');
});
