import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonBytes, pieceEnd, textBytes } from './size.ts';

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

describe('Sizes agree with what JSON.stringify writes', () => {
  test('Of any value', () => {
    const property = fc.property(fc.jsonValue(), (value) => {
      const json: unknown = JSON.parse(JSON.stringify(value));
      expect(jsonBytes(json as Parameters<typeof jsonBytes>[0])).toBe(
        bytesOf(JSON.stringify(json)),
      );
    });
    fc.assert(property, { seed: 20_260_301, numRuns: 500 });
  });

  test.each(['', '"\\', '\u0000\u0008\t\n\u000b\f\r\u001f', 'é', '€', '😀', '\ud83d', '\ude00x'])(
    'Of the text %j',
    (text) => {
      expect(textBytes(text)).toBe(bytesOf(JSON.stringify(text)));
    },
  );
});

describe('Pieces of a text', () => {
  const texts = fc.string({ unit: 'grapheme', maxLength: 60 }).map((text) => JSON.stringify(text));

  test('Fit the limit, lose nothing, and split no character', () => {
    const property = fc.property(texts, fc.integer({ min: 8, max: 40 }), (text, bytesMax) => {
      const pieces: string[] = [];
      for (let from = 0; from < text.length;) {
        const end = pieceEnd(text, from, bytesMax);
        pieces.push(text.slice(from, end));
        from = end;
      }
      expect(pieces.join('')).toBe(text);
      for (const piece of pieces) {
        expect(bytesOf(JSON.stringify(piece))).toBeLessThanOrEqual(bytesMax);
        expect(new TextDecoder().decode(new TextEncoder().encode(piece))).toBe(piece);
      }
    });
    fc.assert(property, { seed: 20_260_302, numRuns: 500 });
  });

  test('Hold one character at least, whatever the limit', () => {
    expect([pieceEnd('😀😀', 0, 1), pieceEnd('ab', 1, 0), pieceEnd('', 0, 9)]).toEqual([2, 2, 0]);
  });
});
