/** Bytes as `JSON.stringify` would have them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonLines } from './json-lines.ts';

function lineOf(value: object): string {
  const lines = new JsonLines(1);
  lines.add(value);
  return new TextDecoder().decode(lines.take());
}

describe('a line of JSON', () => {
  test.each([
    0,
    -0,
    7,
    9,
    10,
    99,
    100,
    999_999,
    1_000_000,
    9_999_999,
    10_000_000,
    99_999_999,
    100_000_000,
    999_999_999,
    1_000_000_000,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 32,
    8_589_934_591,
    1_000_000_000_000,
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
    2 ** 53,
    -1,
    -10,
    -(2 ** 31),
    0.1,
    -2.5e-7,
    1e21,
    NaN,
    Infinity,
  ])('has the number %d as JSON.stringify writes it', (number) => {
    expect(lineOf({ number })).toBe(`${JSON.stringify({ number })}\n`);
  });

  test('is that of JSON.stringify for whatever JSON there is', () => {
    const key = fc.string({ unit: 'binary', maxLength: 5 });
    const values = [fc.string({ unit: 'binary' }), fc.maxSafeInteger(), fc.double(), fc.boolean()];
    const options = { key, values, maxDepth: 3 };
    const value = fc.oneof(fc.object(options), fc.array(fc.anything(options)));
    fc.assert(
      fc.property(value, (given) => {
        const plain: object = JSON.parse(JSON.stringify(given) ?? '{}');
        expect(lineOf(plain)).toBe(`${JSON.stringify(plain)}\n`);
      }),
      { seed: 20_261_122, numRuns: 2_000 },
    );
  });

  test.each<[string, object]>([
    ['nothing', {}],
    ['an empty list', []],
    ['fields left undefined', { a: undefined, b: 1, c: undefined }],
    ['only fields left undefined', { a: undefined }],
    ['undefined in a list', [undefined, 1]],
    ['a field called __proto__', JSON.parse('{"__proto__":{"a":1}}')],
    ['half a surrogate pair', { text: '\ud800', '\udfff': 1 }],
    ['a long text', { text: 'é"\\\n'.repeat(5_000) }],
  ])('of %s', (_, value) => {
    expect(lineOf(value)).toBe(`${JSON.stringify(value)}\n`);
  });
});

describe('lines', () => {
  test('follow each other until they are taken', () => {
    const lines = new JsonLines(8);
    lines.add({ seq: 1 });
    lines.add({ seq: 2 });
    expect(lines.length).toBe(20);
    expect(new TextDecoder().decode(lines.take())).toBe('{"seq":1}\n{"seq":2}\n');
    expect(lines.length).toBe(0);
    lines.add({ seq: 3 });
    expect(new TextDecoder().decode(lines.take())).toBe('{"seq":3}\n');
  });

  test('of more different texts than are kept are right all the same', () => {
    for (let i = 0; i < 10_000; i += 1) {
      const value = { [`name ${String(i)}`]: `text ${String(i)}` };
      expect(lineOf(value)).toBe(`${JSON.stringify(value)}\n`);
    }
  });
});
