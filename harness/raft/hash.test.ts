import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from './entry.ts';
import { digestOf, mix, mixApplied, mixJson } from './hash.ts';

const command = { kind: 'command', session: 'c1', serial: 1, acknowledged: 0 } as const;

describe('Digests', () => {
  test('They are unsigned integers of 32 bits and depend on content only', () => {
    const property = fc.property(fc.jsonValue(), fc.integer(), (value, seed) => {
      const json = value as Json;
      const hash = mixJson(mix(0, seed), json);
      expect(hash).toBe(hash >>> 0);
      expect(mixJson(mix(0, seed), JSON.parse(JSON.stringify(json)) as Json)).toBe(hash);
    });
    fc.assert(property, { seed: 1, numRuns: 300 });
  });

  test.each<[Json, Json]>([
    [0, ''],
    [1, '1'],
    [0, false],
    [null, false],
    [1, 1.5],
    [1, 4_294_967_297],
    [[], {}],
    [
      [1, 2],
      [2, 1],
    ],
    [[[1], 2], [[1, 2]]],
    [{ a: 1 }, { b: 1 }],
    [{ a: 'bc' }, { ab: 'c' }],
  ])('%j and %j have different digests', (left, right) => {
    expect(mixJson(0, left)).not.toBe(mixJson(0, right));
  });

  test('Index, term and every field of the payload count', () => {
    const place = { index: 1, term: 1 };
    const digests = [
      digestOf(place, { kind: 'noop' }),
      digestOf({ index: 2, term: 1 }, { kind: 'noop' }),
      digestOf({ index: 1, term: 2 }, { kind: 'noop' }),
      digestOf(place, { kind: 'register', client: 'c1' }),
      digestOf(place, { ...command, command: {} }),
      digestOf(place, { ...command, session: 'c2', command: {} }),
      digestOf(place, { ...command, serial: 2, command: {} }),
      digestOf(place, { ...command, acknowledged: 1, command: {} }),
      digestOf(place, { ...command, command: { x: 1 } }),
    ];
    expect(new Set(digests).size).toBe(digests.length);
  });

  test('A state digest tells answers apart', () => {
    const digests = [
      mixApplied(1, { digest: 2, answer: null }),
      mixApplied(1, { digest: 2, answer: { kind: 'done', result: null } }),
      mixApplied(1, { digest: 2, answer: { kind: 'refused', reason: 'no' } }),
      mixApplied(1, { digest: 2, answer: { kind: 'registered', session: '#1' } }),
      mixApplied(1, { digest: 2, answer: { kind: 'sessionExpired' } }),
    ];
    expect(new Set(digests).size).toBe(digests.length);
  });
});
