/** Mistakes that are easy to make, each as the smallest history that shows it. */
import { describe, expect, test } from 'vitest';
import type { HistoryRecord, Json } from '../../trace/record.ts';
import { historyOf } from '../history.ts';
import { judgeAppends } from './append-order.ts';
import { bruteForce } from './brute-force.ts';
import { Allowance } from './budget.ts';
import { judgeDirected } from './directed-judge.ts';
import { judge } from './judge.ts';
import { action } from './model.ts';
import { byKey } from './partition.ts';
import { search } from './wgl.ts';
import { zones } from './zones.ts';

const budget = { configurations: 100_000 };

type Ending = 'ok' | 'fail' | null;
/** `f value from to [ending]`; no end: unknown. */
type Line = readonly [
  f: HistoryRecord['f'],
  value: Json,
  call: number,
  end: number | null,
  Ending?,
];

function recordsOf(lines: readonly Line[]): readonly HistoryRecord[] {
  const events = lines.flatMap(([f, value, call, end, kind = 'ok'], process) => {
    const common = { cause: -1, process, client: `c${process}`, f, key: 'x' } as const;
    const asked = f === 'read' ? null : value;
    const invoke = { ...common, kind: 'invoke', at: call, value: asked, error: null } as const;
    if (end === null) return [invoke];
    const failed = kind === 'fail';
    const error = failed ? 'compare-failed' : null;
    return [invoke, { ...common, kind: failed ? 'fail' : 'ok', at: end, value, error } as const];
  });
  const sorted = events.toSorted((a, b) => a.at - b.at);
  return sorted.map((event, seq): HistoryRecord => ({ ...event, seq }));
}

describe('every engine that decides says the same of', () => {
  test.each<readonly [string, boolean, readonly Line[]]>([
    [
      'a write that sat unseen under another, whose value is read after its return',
      true,
      [
        ['write', 1, 0, 5],
        ['write', 2, 1, 3],
        ['read', 2, 4, 6],
        ['read', 1, 7, 8],
      ],
    ],
    [
      'a free write that expired although its value was still needed',
      false,
      [
        ['write', 1, 0, 2],
        ['write', 2, 1, 3],
        ['read', 2, 4, 5],
        ['read', 1, 6, 7],
      ],
    ],
    [
      'a write of the state, needed when a compare-and-set has left it and comes back',
      true,
      [
        ['write', 1, 0, 1],
        ['write', 1, 2, 20],
        ['cas', [1, 2], 3, 4],
        ['read', 2, 5, 6],
        ['read', 1, 7, 8],
      ],
    ],
    [
      'the same without the second write',
      false,
      [
        ['write', 1, 0, 1],
        ['cas', [1, 2], 3, 4],
        ['read', 2, 5, 6],
        ['read', 1, 7, 8],
      ],
    ],
    [
      'appends of the same item, of which the one that returns first must go first',
      true,
      [
        ['append', 1, 0, 20],
        ['append', 1, 1, 3],
        ['read', [1], 4, 5],
        ['read', [1, 1], 6, 7],
      ],
    ],
    [
      'appends of the same item, one of them unknown and called too late',
      false,
      [
        ['append', 1, 0, 1],
        ['read', [1, 1], 2, 3],
        ['append', 1, 4, null],
      ],
    ],
    [
      'a duplicate value that nobody observed in the middle of a chain',
      true,
      [
        ['write', 1, 0, 1],
        ['cas', [1, 9], 2, 3],
        ['write', 9, 4, 5],
        ['write', 3, 6, 7],
        ['read', 3, 8, 9],
      ],
    ],
    [
      'an unknown compare-and-set of a value with itself, which is nothing',
      false,
      [
        ['write', 1, 0, 1],
        ['cas', [2, 2], 2, null],
        ['read', 2, 4, 5],
      ],
    ],
    [
      'a compare-and-set of a value with itself, which is a read',
      false,
      [
        ['write', 1, 0, 1],
        ['write', 2, 2, 3],
        ['cas', [1, 1], 4, 5],
      ],
    ],
    [
      'nothing read again after a value: a delete can bring it back',
      true,
      [
        ['write', 1, 0, 1],
        ['delete', null, 2, 10],
        ['read', 1, 3, 4],
        ['read', null, 5, 6],
      ],
    ],
    [
      'nothing read again after a value, without the delete',
      false,
      [
        ['write', 1, 0, 1],
        ['read', 1, 3, 4],
        ['read', null, 5, 6],
      ],
    ],
    [
      'a refusal in the middle of the only time its value stood',
      false,
      [
        ['write', 1, 0, 1],
        ['cas', [1, 2], 2, 3, 'fail'],
        ['read', 1, 4, 5],
      ],
    ],
    [
      'a refusal that an unknown write explains',
      true,
      [
        ['write', 1, 0, 1],
        ['write', 5, 2, null],
        ['cas', [1, 2], 3, 4, 'fail'],
      ],
    ],
    [
      'a refusal that only leaving and coming back explains',
      true,
      [
        ['write', 1, 0, 1],
        ['write', 5, 2, 20],
        ['cas', [1, 2], 3, 4, 'fail'],
        ['write', 1, 2, 21],
        ['read', 1, 6, 7],
      ],
    ],
  ])('%s', (_, linearizable, lines) => {
    const history = historyOf(recordsOf(lines));
    const [columns] = byKey(history);
    if (columns === undefined) throw new Error('no operation');
    const verdict = linearizable ? 'linearizable' : 'illegal';
    const lists = columns.actions.some(
      (kind) => kind === action.append || kind === action.appendUnknown,
    );
    expect(bruteForce(history.operations)).toBe(linearizable);
    expect(judge(columns, budget).kind).toBe(verdict);
    expect(search(columns, new Allowance(budget)).kind).toBe(verdict);
    expect(['undecided', verdict]).toContain(zones(columns).kind);
    const other = lists ? judgeAppends(columns) : judgeDirected(columns, new Allowance(budget));
    expect(other.kind).toBe(verdict);
  });

  test('many operations in used slots: the bits come back in the right order', () => {
    // A long first write keeps the rank low while slots are given out again and again.
    const lines: Line[] = [['write', 0, 0, 400]];
    for (let step = 0; step < 60; step += 1) {
      lines.push(['write', step % 3, 1 + 6 * step, 4 + 6 * step]);
      lines.push(['cas', [step % 3, 7], 2 + 6 * step, 5 + 6 * step]);
      lines.push(['read', 7, 3 + 6 * step, 6 + 6 * step]);
    }
    lines.push(['read', 5, 401, 402]);
    const [columns] = byKey(historyOf(recordsOf(lines)));
    if (columns === undefined) throw new Error('no operation');
    expect(search(columns, new Allowance(budget)).kind).toBe('illegal');
    expect(judgeDirected(columns, new Allowance(budget)).kind).toBe('illegal');
  });
});
