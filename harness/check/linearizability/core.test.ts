import { expect, test } from 'vitest';
import type { HistoryRecord, Json } from '../../trace/record.ts';
import { historyOf } from '../history.ts';
import { columnsFor } from './agreement.test.kit.ts';
import { coreOf } from './core.ts';

type Told = readonly [f: HistoryRecord['f'], value: Json, outcome?: 'ok' | 'fail'];

/** One operation after the other, each of a client of its own. */
function oneByOne(operations: readonly Told[]): readonly HistoryRecord[] {
  return operations.flatMap(([f, value, kind = 'ok'], process): readonly HistoryRecord[] => {
    const common = { cause: -1, process, client: `c${process}`, f, key: 'x' };
    const [call, end] = [2 * process, 2 * process + 1];
    const asked = f === 'read' ? null : value;
    const error = kind === 'fail' ? 'compare-failed' : null;
    return [
      { ...common, kind: 'invoke', seq: call, at: call, value: asked, error: null },
      { ...common, kind, seq: end, at: end, value, error },
    ];
  });
}

test.each<readonly [string, readonly Told[], readonly number[]]>([
  [
    'the stale read, what it read and what had come in between',
    [
      ['write', 1],
      ['read', 1],
      ['write', 2],
      ['read', 2],
      ['read', 1],
      ['write', 9],
    ],
    [0, 2, 4],
  ],
  [
    'no refusal that is not needed, and no write that nobody notices',
    [
      ['write', 5],
      ['write', 1],
      ['cas', [7, 8], 'fail'],
      ['write', 2],
      ['read', 1],
    ],
    [1, 3, 4],
  ],
  [
    'all changes where a refusal is needed, for it may notice any',
    [
      ['write', 5],
      ['write', 1],
      ['read', 1],
      ['cas', [1, 2], 'fail'],
    ],
    [0, 1, 3],
  ],
  [
    'all changes of a list',
    [
      ['append', 1],
      ['append', 2],
      ['read', [1, 2]],
      ['read', [2]],
    ],
    [0, 1, 3],
  ],
])('the core is %s', (_, operations, kept) => {
  const { rows } = coreOf(columnsFor(historyOf(oneByOne(operations))));
  expect([...rows]).toEqual(kept);
});
