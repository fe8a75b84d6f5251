import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readTrace } from '../trace/read.ts';
import './index.ts';
import type { HistoryOperation } from './index.ts';

/** What a matcher says when it does not match. */
async function saidBy(match: () => unknown): Promise<string> {
  try {
    await match();
  } catch (error) {
    return String(error);
  }
  throw new Error('it matched');
}

const write = (value: number, call: number, end?: number): HistoryOperation => ({
  client: `w${value}`,
  f: 'write',
  value,
  call,
  ...(end === undefined ? {} : { return: end }),
});
const read = (result: number | null, call: number): HistoryOperation => ({
  client: 'r',
  f: 'read',
  result,
  call,
  return: call + 1,
});

describe('toBeLinearizable', () => {
  test.each<[string, readonly HistoryOperation[]]>([
    ['a read after the write', [write(1, 0, 1), read(1, 2)]],
    ['a read that overlaps', [write(1, 0, 5), read(null, 1), read(1, 3)]],
    ['a write that never returned and took effect', [write(1, 0), read(null, 1), read(1, 9)]],
    [
      'a client that goes on after a timeout',
      [{ ...write(1, 0, 3), outcome: 'unknown' }, { ...write(2, 4, 5), client: 'w1' }, read(1, 6)],
    ],
    [
      'a comparison that saw another value',
      [
        write(1, 0, 1),
        { client: 'c', f: 'cas', value: [2, 3], outcome: 'mismatch', call: 2, return: 3 },
      ],
    ],
    ['operations that touch', [write(1, 0, 1), { ...write(2, 1, 2), client: 'w1' }, read(2, 3)]],
  ])('accepts %s', (_name, history) => {
    expect(history).toBeLinearizable();
    expect(history.toReversed()).toBeLinearizable();
  });

  test.each<[string, readonly HistoryOperation[]]>([
    ['a stale read', [write(1, 0, 1), read(null, 2)]],
    ['a value nobody wrote', [write(1, 0, 1), read(2, 2)]],
    [
      'a write that definitely failed and was read',
      [{ ...write(1, 0, 1), outcome: 'failed' }, read(1, 2)],
    ],
    [
      'a mismatch with the value there was',
      [
        write(1, 0, 1),
        { client: 'c', f: 'cas', value: [1, 3], outcome: 'mismatch', call: 2, return: 3 },
      ],
    ],
  ])('refuses %s', (_name, history) => {
    expect(history).not.toBeLinearizable();
  });

  test('says which answer cannot be explained, and by what', async () => {
    const said = await saidBy(() => expect([write(1, 0, 1), read(null, 2)]).toBeLinearizable());
    expect(said).toMatchInlineSnapshot(`
      "Error: not linearizable
        r read the object = null at 3 ms, asked at 2 ms, but w1's write of 1 to the object had ended at 1 ms
               0.000 ms  w1 invoke write the object 1
               1.000 ms  w1 ok write the object 1
               2.000 ms  r invoke read the object
               3.000 ms  r ok read the object null"
    `);
    const other = await saidBy(() => expect([write(1, 0, 1)]).not.toBeLinearizable());
    expect(other).toContain('expected no order to explain the 1 answers');
  });

  test('neither accepts nor refuses where nothing is known', async () => {
    const hard = Array.from({ length: 60 }, (_, n) => write(n % 3, 0));
    const reads = Array.from({ length: 40 }, (_, n) => read(n % 3, 10 + 2 * n));
    for (const [history, word] of [
      [[], /nothing to judge/u],
      [[write(1, 0)], /nothing to judge/u],
    ] as const) {
      expect(await saidBy(() => expect(history).toBeLinearizable())).toMatch(word);
      expect(await saidBy(() => expect(history).not.toBeLinearizable())).toMatch(word);
    }
    expect([...hard, ...reads]).toBeLinearizable({ timeoutMs: 60_000 });
  });

  test.each<[unknown, RegExp]>([
    [7, /wants operations, or the path/u],
    [[{ client: 'a', f: 'write', call: 0 }, {}], /operation 1 lacks/u],
    [[write(1, 5, 4)], /the write of w1 at 5 ms returns at 4 ms/u],
    [[{ ...write(1, 0, 1), outcome: 'mismatch' }], /only a cas/iu],
    [[write(1, 0, 5), write(1, 2, 4)], /its write is open/u],
    ['no-such-file.ndjson', /no-such-file\.ndjson: cannot be read/u],
  ])('tells what is wrong with %j', async (history, words) => {
    expect(await saidBy(() => expect(history).toBeLinearizable())).toMatch(words);
    expect(await saidBy(() => expect(history).not.toBeLinearizable())).toMatch(words);
  });

  test('reads the files that check reads', () => {
    const file = join(tmpdir(), 'whitewater-matcher.edn');
    const line = (type: string, f: string, value: string): string =>
      `{:process 0, :type :${type}, :f :${f}, :value ${value}}`;
    const begin = [
      line('invoke', 'write', '1'),
      line('ok', 'write', '1'),
      line('invoke', 'read', 'nil'),
    ];
    writeFileSync(file, [...begin, line('ok', 'read', '1')].join('\n'));
    expect(file).toBeLinearizable({ model: 'register' });
    writeFileSync(file, [...begin, line('ok', 'read', '2')].join('\n'));
    expect(file).not.toBeLinearizable({ model: 'register' });
  });
});

describe('toHold', () => {
  const golden = 'traces/golden/one-write.ndjson';
  const caught = 'traces/caught/votes-counted-as-integer';

  test('accepts a good trace, by path and by its records', async () => {
    await expect(golden).toHold();
    const { records } = await readTrace(golden);
    await expect(records).toHold('ElectionSafety');
    expect(await saidBy(() => expect(records).not.toHold('LogMatching'))).toContain(
      'expected LogMatching to break',
    );
  });

  test('refuses a broken one with its story', async () => {
    await expect(caught).not.toHold();
    await expect(caught).not.toHold(['ElectionSafety', 'LogMatching']);
    await expect(caught).toHold('LogMatching');
    const said = await saidBy(() => expect(caught).toHold('ElectionSafety'));
    expect(said).toMatch(/^Error: ElectionSafety: two leaders in term 1 — S\d and S\d\n/u);
    expect(said).toMatch(/✖ .* becomes leader of term 1$/u);
  });

  test.each<[unknown, string | undefined, RegExp]>([
    ['no-such-folder', undefined, /no such file or folder/u],
    [[], undefined, /wants the records of a trace/u],
    [7, undefined, /wants the records of a trace/u],
    [golden, 'ElectionSaftey', /there is no invariant "ElectionSaftey"/u],
    [golden, 'RestartFromDisk', /nothing is proven/u],
  ])('tells what is wrong with %j and %j', async (trace, name, words) => {
    expect(await saidBy(() => expect(trace).toHold(name))).toMatch(words);
    expect(await saidBy(() => expect(trace).not.toHold(name))).toMatch(words);
  });
});
