import { describe, expect, test } from 'vitest';
import { cutsOf } from './partition.ts';
import type { Fault } from './scenario.ts';

type Partition = Extract<Fault, { readonly kind: 'partition' }>;

/** Draws the matrix of five servers and one client: a row says whom its sender reaches. */
function reach(
  shape: Partition['shape'],
  hosts: readonly number[],
  clients: boolean,
): readonly string[] {
  const fault: Fault = { kind: 'partition', shape, side: [], clients, atMs: 0, forMs: 1 };
  const cut = new Set(cutsOf(5, 6, { index: 0, fault, key: 0, from: -1, to: -1, hosts }));
  return Array.from({ length: 6 }, (_, from) =>
    Array.from({ length: 6 }, (__, to) => {
      if (from === to) return '-';
      return cut.has(from * 6 + to) ? '.' : 'x';
    }).join(''),
  );
}

describe('shapes of partitions', () => {
  test('halves: two servers against three, the client reaches all', () => {
    expect(reach('halves', [0, 1], false)).toEqual([
      '-x...x',
      'x-...x',
      '..-xxx',
      '..x-xx',
      '..xx-x',
      'xxxxx-',
    ]);
  });

  test('halves: the client shares the fate of the side named', () => {
    expect(reach('halves', [0, 1], true)).toEqual([
      '-x...x',
      'x-...x',
      '..-xx.',
      '..x-x.',
      '..xx-.',
      'xx...-',
    ]);
  });

  test('isolate: one server alone', () => {
    expect(reach('isolate', [2], false)).toEqual([
      '-x.xxx',
      'x-.xxx',
      '..-..x',
      'xx.-xx',
      'xx.x-x',
      'xxxxx-',
    ]);
  });

  test('one way: the side is heard but hears nothing', () => {
    expect(reach('oneWay', [0], false)).toEqual([
      '-xxxxx',
      '.-xxxx',
      '.x-xxx',
      '.xx-xx',
      '.xxx-x',
      'xxxxx-',
    ]);
  });

  test('bridge: two halves that only the first of the side joins', () => {
    expect(reach('bridge', [0, 1, 2], false)).toEqual([
      '-xxxxx',
      'x-x..x',
      'xx-..x',
      'x..-xx',
      'x..x-x',
      'xxxxx-',
    ]);
  });

  test('ring: each server reaches its two neighbours', () => {
    expect(reach('ring', [0], false)).toEqual([
      '-x..xx',
      'x-x..x',
      '.x-x.x',
      '..x-xx',
      'x..x-x',
      'xxxxx-',
    ]);
  });
});
