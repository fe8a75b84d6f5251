import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Command, Json } from '../raft/entry.ts';
import { sameJson } from './json.ts';
import { store } from './store.ts';

function play(...commands: readonly Command[]): readonly string[] {
  let state = store.start();
  return commands.map((command) => {
    const outcome = store.apply(state, command);
    if (outcome.kind === 'refused') return `refused: ${outcome.reason}`;
    state = outcome.state;
    return JSON.stringify(outcome.result);
  });
}

const c = (f: string, key: Json, value: Json = null): Command => ({ f, key, value });

describe('the store', () => {
  test('reads, writes, compares and sets, appends, deletes', () => {
    expect(
      play(
        c('read', 'x'),
        c('write', 'x', 1),
        c('cas', 'x', [2, 3]),
        c('cas', 'x', [1, 3]),
        c('read', 'x'),
        c('delete', 'x'),
        c('read', 'x'),
        c('cas', 'x', [null, 7]),
        c('append', 'l', 'a'),
        c('append', 'l', 'b'),
        c('read', 'l'),
        c('append', 'x', 1),
      ),
    ).toEqual([
      'null',
      'null',
      'refused: compare-failed',
      'null',
      '3',
      'null',
      'null',
      'null',
      'null',
      'null',
      '["a","b"]',
      'refused: append wants a list',
    ]);
  });

  test.each([
    [c('fly', 'x'), 'unknown command "fly"'],
    [c('read', 3), 'a command needs a key'],
    [c('cas', 'x', 1), 'cas wants [expected, new]'],
  ])('refuses %j', (command, reason) => {
    expect(play(command)).toEqual([`refused: ${reason}`]);
  });

  test('a refused command leaves no effect, and no command changes the state it was given', () => {
    const before = store.apply(store.start(), c('write', 'x', 1));
    if (before.kind === 'refused') throw new Error('a write is never refused');
    const seen = JSON.stringify(before.state);
    expect(seen).toContain('1');
    store.apply(before.state, c('cas', 'x', [5, 6]));
    store.apply(before.state, c('write', 'x', 9));
    store.apply(before.state, c('delete', 'x'));
    expect(JSON.stringify(before.state)).toBe(seen);
  });

  test('a state that was saved and loaded again goes on as it was', () => {
    const before = store.apply(store.start(), c('write', 'x', [1, { a: null }]));
    if (before.kind === 'refused') throw new Error('a write is never refused');
    const saved = JSON.stringify(store.save?.(before.state));
    const after = store.load?.(JSON.parse(saved));
    expect(store.apply(after, c('read', 'x'))).toMatchObject({ result: [1, { a: null }] });
    expect(JSON.stringify(store.save?.(after))).toBe(saved);
    expect(() => store.load?.({})).toThrow('not a saved store');
  });

  test('JSON equality does not depend on the order of keys', () => {
    expect(sameJson({ a: 1, b: [2] }, { b: [2], a: 1 })).toBe(true);
    expect(sameJson({ a: 1 }, { a: 1, b: 2 })).toBe(false);
    expect(sameJson([1, 2], [2, 1])).toBe(false);
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json: Json = JSON.parse(JSON.stringify(value));
        expect(sameJson(json, JSON.parse(JSON.stringify(json)))).toBe(true);
      }),
      { seed: 13, numRuns: 200 },
    );
  });
});
