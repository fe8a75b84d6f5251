import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ForeignHistory, ForeignOptions } from './foreign.ts';
import { readHistory } from './foreign.ts';
import { withScratch } from './scratch.ts';
import { UserError } from './user-error.ts';

const kv: ForeignOptions = { model: 'kv', failedCas: 'absent' };

async function read(
  rows: readonly (object | string)[],
  options: ForeignOptions = kv,
): Promise<ForeignHistory | string> {
  const lines = rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row)));
  return withScratch(async (path) => {
    writeFileSync(path('h.ndjson'), lines.join('\n'));
    try {
      return await readHistory(path('h.ndjson'), options);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return error.message.replace(/^.*\/(?=h\.ndjson)/, '').replace(/\. .*$/, '');
    }
  });
}
const call = { process: 0, type: 'invoke', f: 'write', key: 'x', value: 1, time: 1500 };
const answer = { ...call, type: 'ok', time: 2500 };

describe('a foreign history', () => {
  test('becomes records whose seq is the line', async () => {
    expect(await read(['', call, answer, ''])).toEqual({
      records: [
        {
          kind: 'invoke',
          seq: 2,
          at: 1.5,
          cause: -1,
          process: 0,
          client: 'process 0',
          f: 'write',
          key: 'x',
          value: 1,
          error: null,
        },
        expect.objectContaining({ kind: 'ok', seq: 3, at: 2.5 }),
      ],
      torn: null,
    });
  });

  test('may speak of get and put, keep colons, count keys, and leave key and time out', async () => {
    const get = { process: 1, type: ':invoke', f: ':get', key: 7 };
    expect(await read([get])).toMatchObject({ records: [{ f: 'read', key: '7', at: 1 }] });
    const put = { process: 1, type: 'invoke', f: 'put', value: null };
    expect(await read([put])).toMatchObject({ records: [{ f: 'write', key: 'the register' }] });
  });

  test('says by option what a failed compare-and-set means', async () => {
    const cas = { ...call, f: 'cas', value: [1, 2] };
    const failed = { ...cas, type: 'fail' };
    const observed = await read([cas, failed], { model: 'kv', failedCas: 'observed' });
    expect(observed).toMatchObject({ records: [{}, { error: 'compare-failed' }] });
    expect(await read([cas, failed])).toMatchObject({ records: [{}, { error: 'failed' }] });
  });

  test('may have a nemesis and a torn end', async () => {
    const nemesis = { process: 'nemesis', type: 'info', f: 'start', value: null, time: 0 };
    expect(await read([nemesis, call, '{"process":0,"ty'])).toMatchObject({
      records: [{ seq: 2 }],
      torn: { line: 3, text: '{"process":0,"ty' },
    });
  });

  test('may be empty', async () => {
    expect(await read([])).toEqual({ records: [], torn: null });
  });

  test.each([
    ['no object', [call, '7', answer], 'h.ndjson:2: expected one JSON object'],
    ['no JSON', [call, 'x', answer], 'h.ndjson:2: expected one JSON object, found x'],
    [
      'no process',
      [{ ...call, process: undefined }],
      'h.ndjson:1: process: expected an integer, found nothing',
    ],
    [
      'a process by name',
      [{ ...call, process: '0' }],
      'h.ndjson:1: process: expected an integer, found "0"',
    ],
    [
      'a wrong type',
      [{ ...call, type: 'done' }],
      'h.ndjson:1: type: expected invoke, ok, fail or info, found "done"',
    ],
    [
      'an unknown f',
      [{ ...call, f: 'pop' }],
      'h.ndjson:1: f: expected read, write, cas, append, delete, found "pop"',
    ],
    ['a missing value', [{ ...call, value: undefined }], 'h.ndjson:1: value: missing'],
    [
      'a missing key',
      [call, { ...answer, key: undefined }],
      'h.ndjson:2: key: expected a string or a number, found nothing',
    ],
    [
      'a sudden key',
      [{ ...call, key: undefined }, answer],
      'h.ndjson:2: key: expected no key, as in the first line, found "x"',
    ],
    [
      'a missing time',
      [call, { ...answer, time: undefined }],
      'h.ndjson:2: time: expected nanoseconds, found nothing',
    ],
    [
      'a time that goes back',
      [call, { ...answer, time: 1 }],
      'h.ndjson:2: time: goes back from 1500 to 1',
    ],
    [
      'a cas of one value',
      [{ ...call, f: 'cas' }],
      'h.ndjson:1: value: expected [expected, new], found 1',
    ],
  ])('is refused for %s', async (_, rows, message) => {
    expect(await read(rows)).toBe(message);
  });

  test('is refused for an operation or a value that the model does not have', async () => {
    const cas = { ...call, f: 'cas', value: [1, 2] };
    expect(await read([cas], { model: 'register', failedCas: 'absent' })).toBe(
      'h.ndjson:1: f: expected read, write, delete, found "cas"',
    );
    const list = { ...call, type: 'ok', f: 'read', value: 3 };
    expect(await read([list], { model: 'append', failedCas: 'absent' })).toBe(
      'h.ndjson:1: value: expected a list or null, found 3',
    );
  });
});
