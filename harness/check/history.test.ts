import { describe, expect, test } from 'vitest';
import type { HistoryRecord } from '../trace/record.ts';
import { historyOf } from './history.ts';

type Event = readonly [
  kind: HistoryRecord['kind'],
  process: number,
  f: HistoryRecord['f'],
  value: HistoryRecord['value'],
  at: number,
  error?: string,
];
const recordsOf = (...events: readonly Event[]): readonly HistoryRecord[] =>
  events.map(([kind, process, f, value, at, error = null], seq) => ({
    kind,
    seq,
    at,
    cause: -1,
    process,
    client: `c${process}`,
    f,
    key: 'x',
    value,
    error,
  }));

describe('a history', () => {
  test('pairs calls and answers', () => {
    const records = recordsOf(['invoke', 0, 'write', 1, 10], ['ok', 0, 'write', 1, 20]);
    const { completed, operations } = historyOf(records);
    expect({ completed, operations }).toEqual({
      completed: 1,
      operations: [
        {
          id: 0,
          process: 0,
          client: 'c0',
          f: 'write',
          key: 'x',
          value: 1,
          result: null,
          outcome: 'ok',
          call: 0,
          return: 1,
          calledAt: 10,
          returnedAt: 20,
          callSeq: 0,
          returnSeq: 1,
        },
      ],
    });
  });

  test.each([
    ['an answer', ['ok', 0, 'cas', [1, 2], 2] as const, ['ok']],
    [
      'a failed comparison',
      ['fail', 0, 'cas', [1, 2], 2, 'compare-failed'] as const,
      ['compareFailed'],
    ],
    ['a definite failure', ['fail', 0, 'cas', [1, 2], 2, 'not leader'] as const, []],
    ['an unknown outcome', ['info', 0, 'cas', [1, 2], 2, 'timeout'] as const, ['unknown']],
  ])('tells %s from the other endings', (_, end, outcomes) => {
    const { operations } = historyOf(recordsOf(['invoke', 0, 'cas', [1, 2], 1], end));
    expect(operations.map(({ outcome }) => outcome)).toEqual(outcomes);
  });

  test('takes what never ended as unknown, and forgets unknown reads', () => {
    const { operations, completed } = historyOf(
      recordsOf(
        ['invoke', 0, 'write', 1, 1],
        ['invoke', 1, 'read', null, 2],
        ['invoke', 2, 'read', null, 3],
        ['info', 2, 'read', null, 4],
      ),
    );
    expect(operations).toMatchObject([
      { f: 'write', outcome: 'unknown', return: null, returnSeq: -1 },
    ]);
    expect(completed).toBe(0);
  });

  test('lets a process go on after an unknown outcome', () => {
    const records = recordsOf(
      ['invoke', 0, 'write', 1, 1],
      ['info', 0, 'write', 1, 2],
      ['invoke', 0, 'write', 2, 3],
      ['ok', 0, 'write', 2, 4],
    );
    expect(historyOf(records).operations.map(({ outcome }) => outcome)).toEqual(['unknown', 'ok']);
  });

  test('puts calls before returns at equal times, so that operations that touch are concurrent', () => {
    const { operations } = historyOf(
      recordsOf(
        ['invoke', 0, 'write', 1, 1],
        ['ok', 0, 'write', 1, 5],
        ['invoke', 0, 'write', 2, 5],
        ['invoke', 1, 'read', null, 5],
        ['ok', 0, 'write', 2, 5],
        ['ok', 1, 'read', 2, 6],
      ),
    );
    expect(operations.map(({ call, return: end }) => [call, end])).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ]);
  });

  test.each([
    [
      'a return without a call',
      recordsOf(['ok', 3, 'read', 1, 1]),
      'process 3 has no open operation to end',
    ],
    [
      'two open operations of a process',
      recordsOf(['invoke', 0, 'read', null, 1], ['invoke', 0, 'write', 1, 2]),
      'process 0 calls, but its read is open',
    ],
    [
      'an answer to another question',
      recordsOf(['invoke', 0, 'read', null, 1], ['ok', 0, 'write', 1, 2]),
      'a read of x cannot end as a write of x',
    ],
    [
      'time that goes back',
      recordsOf(['invoke', 0, 'read', null, 2], ['ok', 0, 'read', 1, 1]),
      'time goes back from 2 to 1',
    ],
    [
      'a compare-and-set of one value',
      recordsOf(['invoke', 0, 'cas', 7, 1]),
      'the value of a cas must be [expected, new]',
    ],
  ])('with %s is refused, with its place', (_, records, message) => {
    const seq = records.length - 1;
    expect(() => historyOf(records)).toThrow(`record ${seq}: ${message}`);
    expect(() => historyOf(records, { file: 'h.ndjson' })).toThrow(`h.ndjson:${seq}: ${message}`);
  });
});
