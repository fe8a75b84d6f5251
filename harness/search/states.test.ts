import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StateSet } from './states.ts';

const seed = 20_261_122;

/** The `index`-th of many hashes that are all different: a bijection of 32 bits. */
function hashOf(index: number): number {
  let hash = Math.imul(index + 1, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

type Seen = readonly (readonly [hash: number, run: number])[];

function setOf(seen: Seen, max?: number): StateSet {
  const set = new StateSet(max);
  for (const [hash, run] of seen) set.see(hash, run);
  return set;
}

function kept(set: StateSet): Seen {
  const pairs: [number, number][] = [];
  set.forEach((hash, run) => void pairs.push([hash, run]));
  return pairs.toSorted(([a], [b]) => a - b);
}

/** States with few enough different hashes that some come twice. */
const sights: fc.Arbitrary<Seen> = fc.array(
  fc.tuple(fc.nat(120).map(hashOf), fc.integer({ min: 1, max: 1_000 })),
  { maxLength: 200 },
);

describe('a set of states', () => {
  test('is a map from hash to first run while there is room', () => {
    fc.assert(
      fc.property(sights, (seen) => {
        const model = new Map<number, number>();
        for (const [hash, run] of seen) model.set(hash, Math.min(run, model.get(hash) ?? Infinity));
        const set = setOf(seen);
        expect(kept(set)).toEqual([...model].toSorted(([a], [b]) => a - b));
        expect([set.count, set.level]).toEqual([model.size, 0]);
      }),
      { seed, numRuns: 100 },
    );
  });

  test('holds the same however it is put together, also where it keeps a sample', () => {
    fc.assert(
      fc.property(sights, sights, sights, fc.integer({ min: 1, max: 60 }), (a, b, c, max) => {
        const whole = setOf([...a, ...b, ...c], max);
        expect(kept(whole).length).toBeLessThanOrEqual(max);
        const merged = setOf(c, max);
        const ba = setOf(b, max);
        ba.merge(setOf(a, max));
        merged.merge(ba);
        expect(kept(merged)).toEqual(kept(whole));
        expect(merged.level).toBe(whole.level);
      }),
      { seed, numRuns: 100 },
    );
  });

  test('says what is new, and what it has seen', () => {
    const set = new StateSet();
    expect([set.has(7), set.see(7, 3), set.has(7), set.see(7, 2)]).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(kept(set)).toEqual([[7, 2]]);
    expect(set.see(0, 1)).toBe(true);
    expect(set.has(0)).toBe(true);
  });

  test('is exact until it is full, and then within a few percent', () => {
    const set = new StateSet(4_096);
    for (let index = 0; index < 4_096; index += 1) set.see(hashOf(index), 1 + index);
    expect([set.count, set.level]).toEqual([4_096, 0]);
    for (let index = 4_096; index < 200_000; index += 1) set.see(hashOf(index), 1 + index);
    expect(set.level).toBeGreaterThan(4);
    expect(Math.abs(set.count / 200_000 - 1)).toBeLessThan(0.06);
  });
});
