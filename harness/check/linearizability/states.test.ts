import fc from 'fast-check';
import { expect, test } from 'vitest';
import { absent, append, emptyList, intern, makeStates, none, textOf, valueOf } from './states.ts';

test('equal JSON has one number, other JSON another, and the number gives the JSON back', () => {
  const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)));
  fc.assert(
    fc.property(fc.array(json, { maxLength: 20 }), (values) => {
      const states = makeStates();
      const numbers = values.map((value) => intern(states, value));
      for (const [index, value] of values.entries()) {
        expect(valueOf(states, numbers[index] ?? none)).toEqual(value);
        for (const [other, another] of values.entries()) {
          const equal = numbers[index] === numbers[other];
          expect(equal).toBe(sorted(value) === sorted(another));
        }
      }
    }),
    { seed: 20261104, numRuns: 500 },
  );
});

/** JSON text with the fields of every object in one order. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? { fields: Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)) }
      : part,
  );
}

test('a number, its text, an object and its text are four things', () => {
  const states = makeStates();
  const numbers = [1, '1', { a: 1 }, '{"a":1}', [1], '[1]'].map((value) => intern(states, value));
  expect(new Set(numbers).size).toBe(6);
});

test('appending begins a list, lengthens one, and is impossible to anything else', () => {
  const states = makeStates();
  const one = intern(states, 1);
  expect(intern(states, null)).toBe(absent);
  expect(intern(states, [])).toBe(emptyList);
  expect(append(states, absent, one)).toBe(intern(states, [1]));
  expect(append(states, emptyList, one)).toBe(intern(states, [1]));
  expect(append(states, intern(states, [2, 3]), one)).toBe(intern(states, [2, 3, 1]));
  expect(append(states, one, one)).toBe(none);
});

test('the order of fields makes no other object, nor another text', () => {
  const states = makeStates();
  expect(intern(states, { a: 1, b: [2] })).toBe(intern(states, { b: [2], a: 1 }));
  expect(textOf({ b: null, a: [{ d: 1, c: 'x' }] })).toBe('{"a":[{"c":"x","d":1}],"b":null}');
});

test('a table has room for small integers only, and more of them the more values there are', () => {
  const states = makeStates();
  const outside = [1e9, 56, -1, 0.5].map((value) => intern(states, value));
  expect(states.integers).toEqual(new Int32Array(32));
  const inside = intern(states, 63);
  expect([states.integers.length, states.integers[63]]).toEqual([64, inside]);
  // There are more values now, and 56 has a place; it keeps the number that it had before.
  expect([1e9, 56, -1, 0.5].map((value) => intern(states, value))).toEqual(outside);
  expect([states.integers.length, states.integers[56]]).toEqual([64, outside[1]]);
});
