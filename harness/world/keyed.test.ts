import { describe, expect, test } from 'vitest';
import { draw, keyOf, purpose, within } from './keyed.ts';

const buckets = 16;

function spread(drawn: (i: number) => number): number {
  const counts = Array.from({ length: buckets }, () => 0);
  const draws = 16_000;
  for (let i = 0; i < draws; i++) {
    const at = drawn(i) % buckets;
    counts[at] = (counts[at] ?? 0) + 1;
  }
  const expected = draws / buckets;
  return counts.reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0);
}

describe('keyed draws', () => {
  test('the values belong to every stored scenario: they never change', () => {
    expect(draw(1, purpose.latency, 0, 0)).toMatchInlineSnapshot(`3059739438`);
    expect(draw(1, purpose.election, 2, 3)).toMatchInlineSnapshot(`2955673426`);
    expect(keyOf('{"kind":"crash"}')).toMatchInlineSnapshot(`1956845382`);
  });

  // Chi squared with 15 degrees of freedom lies below 37.7 in 999 of 1,000 cases.
  test.each([
    ['seeds', (i: number) => draw(i, purpose.latency, 3, 7)],
    ['owners', (i: number) => draw(5, purpose.latency, i, 7)],
    ['ordinals', (i: number) => draw(5, purpose.latency, 3, i)],
    ['high bits', (i: number) => draw(5, purpose.latency, 3, i) >>> 28],
  ])('neighbouring %s draw evenly', (_name, drawn) => {
    expect(spread(drawn)).toBeLessThan(37.7);
  });

  test('purposes do not share draws', () => {
    const drawn = Object.values(purpose).map((what) => draw(9, what, 1, 1));
    expect(new Set(drawn).size).toBe(drawn.length);
    expect(new Set(Object.values(purpose)).size).toBe(Object.keys(purpose).length);
  });

  test('a range is reached at both ends and never left', () => {
    const seen = new Set(
      Array.from({ length: 1_000 }, (_, i) => within(draw(1, purpose.disk, 0, i), 10, 14)),
    );
    expect([...seen].toSorted((a, b) => a - b)).toEqual([10, 11, 12, 13, 14]);
  });
});
