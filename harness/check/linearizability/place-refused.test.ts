import { describe, expect, test } from 'vitest';
import type { Columns } from './model.ts';
import { action, emptyColumns } from './model.ts';
import type { Period } from './place-refused.ts';
import { placeRefused } from './place-refused.ts';
import { History } from '../history.ts';
import { HistoryBuilder } from '../history-builder.ts';
import { absent, makeStates, none } from './states.ts';

type Operation = readonly [
  what: keyof typeof action,
  first: number,
  call: number,
  returns: number,
  second?: number,
];

/** Operations in the order of their calls, at positions that are all used. */
function columnsOf(operations: readonly Operation[]): Columns {
  const history = new History(new HistoryBuilder().finish());
  const columns = emptyColumns({ history, states: makeStates() }, operations.length, 0);
  for (const [index, [what, first, call, returns, second = none]] of operations.entries()) {
    columns.actions[index] = action[what];
    columns.first[index] = first;
    columns.second[index] = second;
    columns.calls[index] = call;
    columns.returns[index] = returns;
  }
  return columns;
}

function placed(
  operations: readonly Operation[],
  order: readonly number[],
  period: Period | null = null,
): string {
  const given = { operations: Int32Array.from(order), length: order.length };
  const verdict = placeRefused(columnsOf(operations), given, () => period);
  if (verdict.kind !== 'illegal') return verdict.kind;
  expect(verdict.conflict).toMatchObject({ kind: 'refusedInside', ...period });
  return 'illegal';
}

describe('a refused compare-and-set', () => {
  test.each<[string, readonly Operation[], string]>([
    ['at once where another value is', [['casRefused', 2, 0, 1]], 'linearizable'],
    ['nowhere, as nothing changes', [['casRefused', absent, 0, 1]], 'undecided'],
    [
      'after a later change, the last of all',
      [
        ['casRefused', absent, 0, 3],
        ['write', 2, 1, 2],
      ],
      'linearizable',
    ],
    [
      'not after one that is called when it has returned',
      [
        ['casRefused', absent, 0, 1],
        ['write', 2, 2, 3],
      ],
      'undecided',
    ],
    [
      'before one that has not returned',
      [
        ['write', 2, 0, 3],
        ['casRefused', 2, 1, 2],
      ],
      'linearizable',
    ],
    [
      'not before one that had returned',
      [
        ['write', 2, 0, 1],
        ['casRefused', 2, 2, 3],
      ],
      'undecided',
    ],
  ])('takes the earliest place: %s', (_, operations, kind) => {
    const order = operations.flatMap(([what], index) => (what === 'casRefused' ? [] : [index]));
    expect(placed(operations, order)).toBe(kind);
  });

  const write: Operation = ['write', 2, 0, 1];

  test('is impossible inside the period of its value', () => {
    const inside: readonly Operation[] = [write, ['casRefused', 2, 2, 3], ['read', 2, 4, 5]];
    expect(placed(inside, [0, 2], { ended: 0, called: 2 })).toBe('illegal');
  });

  test('proves nothing that ends after the last call of its period', () => {
    const across: readonly Operation[] = [write, ['casRefused', 2, 2, 5], ['read', 2, 3, 4]];
    expect(placed(across, [0, 2], { ended: 0, called: 2 })).toBe('undecided');
  });

  test('proves nothing that begins before the first return of its period', () => {
    // Refused 3 can only come after write 2, and so must refused 2.
    const before: readonly Operation[] = [
      ['write', 3, 0, 1],
      ['write', 2, 2, 7],
      ['casRefused', 3, 3, 4],
      ['casRefused', 2, 5, 6],
      ['read', 2, 8, 9],
    ];
    expect(placed(before, [0, 1, 4], { ended: 1, called: 4 })).toBe('undecided');
  });

  test('of what nothing made or nothing asked for later: the period has an open end', () => {
    const first: readonly Operation[] = [
      ['casRefused', absent, 0, 1],
      ['read', absent, 2, 3],
    ];
    expect(placed(first, [1], { ended: -2, called: 1 })).toBe('illegal');
    expect(placed(first, [1], { ended: -2, called: -2 })).toBe('undecided');
  });
});
