import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wrapped } from './draw-callout.ts';
import type { Operation } from './marks.ts';
import { ordersAt, pointPlaces } from './orders.ts';

const operation = (from: number): Operation => ({
  lane: 0,
  from,
  to: from + 10,
  end: 'ok',
  text: 'read x',
  next: -1,
});

describe('linearization points', () => {
  test('stand in their order, each between its call and its answer', () => {
    const spans = fc.array(fc.record({ at: fc.nat(200), before: fc.nat(50), after: fc.nat(50) }));
    fc.assert(
      fc.property(spans, (drawn) => {
        // Points at ascending moments, each inside its own interval, always exist.
        const sorted = drawn.toSorted((left, right) => left.at - right.at);
        const intervals = sorted.map(({ at, before, after }) => ({
          from: at - before,
          to: at + after,
        }));
        const places = pointPlaces(intervals, { first: 7, gap: 3 });
        places.forEach((place, i) => {
          const { from = 0, to = 0 } = intervals[i] ?? {};
          expect(place).toBeGreaterThanOrEqual(Math.max(from, places[i - 1] ?? -Infinity));
          expect(place).toBeLessThanOrEqual(to);
        });
      }),
      { seed: 17, numRuns: 200 },
    );
  });

  test('are tied to the operations that the page holds, and to no others', () => {
    const order = {
      key: 'x',
      kind: 'illegal' as const,
      steps: [
        { seq: 3, after: 1 },
        { seq: 4, after: 2 },
      ],
      next: [{ seq: 9, reason: 'it returned 0' }],
    };
    const [found] = ordersAt([order], [operation(3), operation(9)], (seq) => seq);
    expect(found?.steps.map(({ operation: { from }, after }) => [from, after])).toEqual([[3, 1]]);
    expect(found?.next).toMatchObject([{ operation: { from: 9 }, reason: 'it returned 0' }]);
  });
});

test('a sentence is broken into lines no wider than its room, and cut after five', () => {
  const pen = { measure: (text: string) => text.length };
  const lettering = { color: '', size: 10 };
  expect(wrapped(pen, 'two leaders in term 1', { room: 11, lettering })).toEqual([
    'two leaders',
    'in term 1',
  ]);
  const long = wrapped(pen, Array.from({ length: 30 }, () => 'word').join(' '), {
    room: 10,
    lettering,
  });
  expect(long).toHaveLength(5);
  expect(long.at(-1)).toMatch(/…$/u);
});
