import fc from 'fast-check';
import rhea from 'rhea';
import { describe, expect, test } from 'vitest';
import { Reader } from './read.ts';
import { AmqpError, type AmqpValue, Described, isMap, Uuid } from './values.ts';
import { bytesOf, encode, type Encode } from './write.ts';

function read(bytes: Buffer): AmqpValue {
  const reader = new Reader(bytes);
  const value = reader.value();
  expect(reader.done).toBe(true);
  return value;
}

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex');
}

describe('reading', () => {
  test.each<readonly [string, AmqpValue]>([
    ['40', null],
    ['41', true],
    ['42', false],
    ['56 01', true],
    ['43', 0],
    ['44', 0],
    ['50 ff', 255],
    ['60 0100', 256],
    ['70 ffffffff', 4_294_967_295],
    ['52 07', 7],
    ['80 0020000000000000', 9_007_199_254_740_992n],
    ['53 ff', 255],
    ['51 ff', -1],
    ['61 ffff', -1],
    ['71 ffffffff', -1],
    ['54 80', -128],
    ['81 ffffffffffffffff', -1],
    ['55 ff', -1],
    ['72 3fc00000', 1.5],
    ['82 3ff8000000000000', 1.5],
    ['73 0001f600', '😀'],
    ['83 0000018bcfe56800', new Date(1_700_000_000_000)],
    ['98 00112233445566778899aabbccddeeff', new Uuid(hex('00112233445566778899aabbccddeeff'))],
    ['a0 02 00ff', hex('00ff')],
    ['b0 00000001 07', hex('07')],
    ['a1 02 c3bc', 'ü'],
    ['a3 01 61', 'a'],
    ['45', []],
    ['c0 03 02 41 42', [true, false]],
    ['c1 05 02 a1 01 61 41', new Map<AmqpValue, AmqpValue>([['a', true]])],
    ['e0 04 02 52 01 02', [1, 2]],
    ['00 53 24 45', new Described(0x24, [])],
    ['e0 05 01 00 53 25 45', [new Described(0x25, [])]],
  ])('%s', (bytes, value) => {
    expect(read(hex(bytes))).toEqual(value);
    const skipping = new Reader(hex(bytes));
    skipping.skip();
    expect(skipping.done).toBe(true);
  });

  test.each([
    ['', 'nothing'],
    ['70 00', 'a number cut short'],
    ['a1 05 61', 'a text cut short'],
    ['c0 ff 01 40', 'a list longer than the data'],
    ['c0 02 05 40', 'more items than bytes'],
    ['c0 05 01 40 40 40 40', 'bytes after the last item'],
    ['c1 03 01 a1 00', 'a key without a value'],
    ['f0 00000005 ffffffff 40', 'four billion nothings'],
    ['ff', 'an unknown type'],
    ['01', 'a reserved type'],
    [`${'00'.repeat(50)}40`, 'endless descriptors'],
    [`${'c0ff01'.repeat(40)}40`, 'a list in a list in a list'],
  ])('%s (%s) is refused', (bytes) => {
    expect(() => new Reader(hex(bytes)).value()).toThrow(AmqpError);
  });

  test('whatever the bytes are, the answer is a value or an AMQP error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        for (const act of ['value', 'skip', 'listCount', 'map', 'descriptor'] as const) {
          try {
            new Reader(Buffer.from(bytes))[act]();
          } catch (error) {
            expect(error).toBeInstanceOf(AmqpError);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});

const scalar = fc.oneof(
  fc.boolean().map((value) => [encode.boolean(value), value] as const),
  fc.nat().map((value) => [encode.uint(value), value] as const),
  fc.integer().map((value) => [encode.int(value), value] as const),
  fc.maxSafeInteger().map((value) => [encode.long(value), value] as const),
  fc.maxSafeNat().map((value) => [encode.ulong(value), value] as const),
  fc.string({ maxLength: 300 }).map((value) => [encode.string(value), value] as const),
);

describe('writing', () => {
  test('what is written is read again, here and by rhea', () => {
    fc.assert(
      fc.property(fc.array(scalar, { maxLength: 40 }), (pairs) => {
        const values = pairs.map(([, value]) => value);
        const bytes = bytesOf(encode.list(pairs.map(([write]): Encode => write)));
        expect(read(bytes)).toEqual(values);
        const section = bytesOf(encode.described(0x77, encode.list(pairs.map(([write]) => write))));
        const { body } = rhea.message.decode(section);
        expect(body).toEqual(values);
      }),
    );
  });

  test('maps, arrays and descriptors are read again', () => {
    const map = read(bytesOf(encode.symbolic({ a: encode.uint(1), b: encode.null })));
    expect(isMap(map) && [...map]).toEqual([
      ['a', 1],
      ['b', null],
    ]);
    expect(read(bytesOf(encode.array64(0x81, [1, -2, 3])))).toEqual([1, -2, 3]);
    expect(read(bytesOf(encode.symbols(['x', 'yz'])))).toEqual(['x', 'yz']);
    const described = encode.described(1335734829060, encode.string('x'));
    expect(read(bytesOf(described))).toEqual(new Described(1335734829060, 'x'));
  });
});
