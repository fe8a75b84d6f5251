import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ForeignOptions } from './foreign.ts';
import { readHistory } from './foreign.ts';
import { withScratch } from './scratch.ts';
import { UserError } from './user-error.ts';

interface Given extends ForeignOptions {
  readonly name: string;
}

/** Each record as `seq process kind f key value error`, or the error. */
async function read(given: Given, lines: readonly string[]): Promise<readonly string[] | string> {
  return withScratch(async (path) => {
    writeFileSync(path(given.name), lines.join('\n'));
    try {
      const { records } = await readHistory(path(given.name), given);
      return records.map(({ seq, process, kind, f, key, value, error }) =>
        [seq, process, kind, f, key, JSON.stringify(value), error ?? ''].join(' ').trim(),
      );
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return error.message.replace(/^.*\//u, '').replace(/\. .*$/u, '');
    }
  });
}

const etcd: Given = { name: 'etcd_000.log', model: 'cas-register' };
const edn: Given = { name: 'h.edn', model: 'cas-register' };
const kv: Given = { name: 'c01-ok.txt', model: 'kv' };

describe('the text of the etcd test', () => {
  test('has tabs or blanks, other lines, nil as a value and refusals as observations', async () => {
    expect(
      await read(etcd, [
        'INFO  jepsen.core - Worker 0 starting',
        'INFO  jepsen.util - 0\t:invoke\t:read\tnil',
        'INFO  jepsen.util - 0\t:ok\t:read\tnil',
        'INFO jepsen.util - 1   :invoke :cas   [1 4]',
        'INFO jepsen.util - 1   :fail   :cas   [1 4]',
        'INFO jepsen.util - 2 :invoke :write 3',
        'INFO jepsen.util - 2 :info :write :timed-out',
        'INFO jepsen.util - 3 :invoke :read nil',
        'INFO jepsen.util - 3 :fail :read :timed-out',
      ]),
    ).toEqual([
      '2 0 invoke read the register null',
      '3 0 ok read the register null',
      '4 1 invoke cas the register [1,4]',
      '5 1 fail cas the register [1,4] compare-failed',
      '6 2 invoke write the register 3',
      '7 2 info write the register ":timed-out" failed',
      '8 3 invoke read the register null',
      '9 3 fail read the register ":timed-out" failed',
    ]);
  });

  test('may be empty', async () => {
    expect(await read(etcd, [])).toEqual([]);
  });
});

describe('EDN', () => {
  const events = [
    '[{:process 3, :type :invoke, :f :read, :value nil, :time 5 :index 0}',
    ' {:f :read :process 3 :value nil :type :ok, :time 6} ; no value',
    ' {:process :nemesis, :type :info, :f :start, :value "x", :time 7}',
    ' {:process 1, :type :invoke, :f :cas, :value [1 2], :time 8} {:process 1, :type :fail,',
    '  :f :cas, :value [1 2], :time 9}]',
  ];

  test('has nil for reads without a value, and failures that did not happen', async () => {
    expect(await read(edn, events)).toEqual([
      '1 3 invoke read the register null',
      '2 3 info read the register null failed',
      '4 1 invoke cas the register [1,2]',
      '4 1 fail cas the register [1,2] failed',
    ]);
  });

  test('says by option that a failed compare-and-set is an observation', async () => {
    const rows = await read({ ...edn, failedCas: 'observed' }, events);
    expect(rows[3]).toBe('4 1 fail cas the register [1,2] compare-failed');
  });

  test('may stand on one line, one event after the other', async () => {
    const event = (type: string, value: string): string =>
      `{:process 1, :type :${type}, :f :write, :value ${value}}`;
    const line = [1, 2, 3].flatMap((n) => [event('invoke', `${n}`), event('ok', `${n}`)]).join(' ');
    await withScratch(async (path) => {
      writeFileSync(path('h.edn'), `[${line}\n${line}]`);
      const { records } = await readHistory(path('h.edn'), edn);
      const times = records.map(({ at }) => at);
      expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
      expect(times.map(Math.floor)).toEqual(records.map(({ seq }) => seq));
    });
  });

  test.each([
    ['no map', ['[7]'], 'h.edn:1: expected a map of one event, found 7]'],
    ['no end', ['[{:process 1', ''], 'h.edn:2: expected a value, found the end of the file'],
    [
      'another function',
      ['[{:process 1 :type :invoke', ' :f :acquire :value nil}]'],
      'h.edn:1: f: expected read, write, cas, delete, found ":acquire"',
    ],
    ['a text without end', ['[{:process 1', ':value "a}]'], 'h.edn:2: the text has no end'],
    [
      'more after the vector',
      ['[]', '[]'],
      'h.edn:2: expected the end of the file after the vector',
    ],
  ])('with %s is refused', async (_, lines, message) => {
    expect(await read(edn, lines)).toBe(message);
  });
});

describe('kv logs', () => {
  const line = (process: number, rest: string): string => `{:process ${process}, ${rest}}`;

  test('have texts that are lists of what was appended', async () => {
    expect(
      await read(kv, [
        line(0, ':type :invoke, :f :put, :key "0", :value "x 0 0 y"'),
        line(0, ':type :ok, :f :put, :key "0", :value "x 0 0 y"'),
        line(1, ':type :invoke, :f :append, :key "0", :value "x 1 0 y"'),
        line(1, ':type :ok, :f :append, :key "0", :value "x 1 0 y"'),
        line(0, ':type :invoke, :f :get, :key "0", :value nil'),
        line(0, ':type :ok, :f :get, :key "0", :value "x 0 0 yx 1 0 y"'),
        line(0, ':type :invoke, :f :get, :key "1", :value nil'),
        line(0, ':type :ok, :f :get, :key "1", :value ""'),
        line(0, ':type :invoke, :f :get, :key "1", :value nil'),
        line(0, ':type :ok, :f :get, :key "1", :value "x 0 0 yx 1"'),
      ]),
    ).toEqual([
      '1 0 invoke write 0 ["x 0 0 y"]',
      '2 0 ok write 0 ["x 0 0 y"]',
      '3 1 invoke append 0 "x 1 0 y"',
      '4 1 ok append 0 "x 1 0 y"',
      '5 0 invoke read 0 null',
      '6 0 ok read 0 ["x 0 0 y","x 1 0 y"]',
      '7 0 invoke read 1 null',
      '8 0 ok read 1 null',
      '9 0 invoke read 1 null',
      '10 0 ok read 1 "x 0 0 yx 1"',
    ]);
  });

  test('are refused where texts cannot be told apart', async () => {
    expect(
      await read(kv, [
        line(0, ':type :invoke, :f :append, :key "0", :value "a"'),
        line(1, ':type :invoke, :f :append, :key "0", :value "ab"'),
      ]),
    ).toBe('c01-ok.txt:1: "a" is appended, and so is a text that begins with it');
  });
});
