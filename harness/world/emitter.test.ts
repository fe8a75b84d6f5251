/** Records leave their marks in the digest, heard or not. */
import { describe, expect, test } from 'vitest';
import type { Observer } from './emitter.ts';
import { Emitter, mark } from './emitter.ts';

const deaf: Observer = { full: false, listen: () => null };
const all: Observer = { full: true, listen: () => () => undefined };

type Taken = Parameters<Emitter['take']>;

function digestOf(records: readonly Taken[], observer: Observer = deaf): number {
  const emitter = new Emitter(observer);
  for (const record of records) emitter.take(...record);
  return emitter.digest;
}

const usual: readonly Taken[] = [
  [mark.send, 1_000, 7],
  [mark.commit, 2_000, 3, 1],
];

describe('the digest of a run', () => {
  test('is the same whoever listens, and is a number without a sign', () => {
    expect(digestOf(usual, all)).toBe(digestOf(usual));
    expect(digestOf(usual)).toBeGreaterThan(0);
    expect(Number.isInteger(digestOf(usual))).toBe(true);
  });

  test.each<[string, readonly Taken[]]>([
    [
      'another kind',
      [
        [mark.deliver, 1_000, 7],
        [mark.commit, 2_000, 3, 1],
      ],
    ],
    [
      'another time',
      [
        [mark.send, 1_001, 7],
        [mark.commit, 2_000, 3, 1],
      ],
    ],
    [
      'another content',
      [
        [mark.send, 1_000, 7],
        [mark.commit, 2_000, 4, 1],
      ],
    ],
    [
      'another server',
      [
        [mark.send, 1_000, 7],
        [mark.commit, 2_000, 3, 2],
      ],
    ],
    [
      'another order',
      [
        [mark.commit, 2_000, 3, 1],
        [mark.send, 1_000, 7],
      ],
    ],
    ['one record less', [[mark.send, 1_000, 7]]],
  ])('tells %s', (_, records) => {
    expect(digestOf(records)).not.toBe(digestOf(usual));
  });

  test('has a mark of its own for each kind of record', () => {
    const marks = Object.values(mark);
    expect(new Set(marks).size).toBe(marks.length);
    expect(Math.max(...marks)).toBeLessThan(64);
  });
});

test('records are numbered from 1, or from where another process stands', () => {
  const emitter = new Emitter(deaf, 40);
  expect(emitter.take(mark.quiet, 0, 0)).toBe(40);
  expect(emitter.taken).toBe(41);
  expect(new Emitter(deaf).take(mark.quiet, 0, 0)).toBe(1);
});
