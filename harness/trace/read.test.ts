import { mkdirSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ReadOptions, Trace } from './read.ts';
import { readTrace, streamTrace } from './read.ts';
import { withScratch } from './scratch.ts';
import { UserError } from './user-error.ts';

const header =
  '{"kind":"header","seq":0,"at":0,"cause":-1,"schema":"whitewater.trace/1","whitewater":"0.1.0",' +
  '"subject":"raft","adapter":"memory",' +
  '"servers":["S1"],' +
  '"voters":["S1"],"learners":[],"clients":["c1"],"model":"kv","scenario":{}}';
const record = (seq: number, more: object = {}): string =>
  JSON.stringify({
    kind: 'durable',
    seq,
    at: seq * 10,
    cause: -1,
    server: 'S1',
    write: 1,
    ...more,
  });

/** Reads a file with this content and gives the trace, or the error's message without the path. */
async function read(content: string | Buffer, options?: ReadOptions): Promise<Trace | string> {
  return withScratch(async (path) => {
    writeFileSync(path('t.ndjson'), content);
    try {
      return await readTrace(path('t.ndjson'), options);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return error.message.replace(/^.*\/(?=t\.ndjson)/, '');
    }
  });
}
async function readWell(content: string | Buffer, options?: ReadOptions): Promise<Trace> {
  const trace = await read(content, options);
  if (typeof trace === 'string') throw new Error(trace);
  return trace;
}
const seqs = ({ records }: Trace): readonly number[] => records.map(({ seq }) => seq);

describe('a trace is read', () => {
  test.each([
    ['with line ends of Unix', `${header}\n${record(1)}\n${record(2)}\n`],
    ['with line ends of Windows', `${header}\r\n${record(1)}\r\n${record(2)}\r\n`],
    ['without a last line end', `${header}\n${record(1)}\n${record(2)}`],
    ['with a byte order mark', `\ufeff${header}\n${record(1)}\n${record(2)}\n`],
    ['with blank lines', `\n\n${header}\n\r\n${record(1)}\n\n\n${record(2)}\n\n`],
  ])('%s', async (_, content) => {
    const trace = await readWell(content);
    expect(seqs(trace)).toEqual([0, 1, 2]);
    expect(trace).toMatchObject({ count: 3, skipped: 0, torn: null });
    expect(trace.header.subject).toBe('raft');
  });

  test('up to a torn last line, which is handed back', async () => {
    const trace = await readWell(`${header}\n\n${record(1)}\n${record(2).slice(0, 30)}`);
    expect(seqs(trace)).toEqual([0, 1]);
    expect(trace.torn).toEqual({ line: 4, text: record(2).slice(0, 30) });
  });

  test('up to a tail of zero bytes left by a failing disk', async () => {
    const trace = await readWell(`${header}\n${record(1)}\n${'\0'.repeat(5000)}`);
    expect(seqs(trace)).toEqual([0, 1]);
    expect(trace.torn?.line).toBe(3);
  });

  test('with its fields in their own order and all of their names', async () => {
    const odd = '{"scenario":{"__proto__":{"a":1}},';
    const trace = await readWell(`${odd}${header.slice(1).replace(',"scenario":{}', '')}\n`);
    expect(JSON.stringify(trace.header).startsWith(odd)).toBe(true);
    expect(Object.getPrototypeOf(trace.header)).toBe(Object.prototype);
  });

  test('with lines of a megabyte and of fifteen', async () => {
    const long = (seq: number, length: number): string =>
      record(seq, { server: 'é'.repeat(length / 2) });
    const trace = await readWell(`${header}\n${long(1, 1e6)}\n${long(2, 15e6)}\n${record(3)}\n`);
    expect(seqs(trace)).toEqual([0, 1, 2, 3]);
  });

  test('with unknown kinds passed over and counted, if asked', async () => {
    const content = `${header}\n{"kind":"telepathy","seq":1}\n${record(2)}\n`;
    expect(await readWell(content, { unknownKinds: 'skip' })).toMatchObject({
      count: 2,
      skipped: 1,
    });
  });

  test('record by record, with line numbers, over many chunks', async () => {
    const count = 40_000;
    const lines = Array.from({ length: count }, (_, index) => record(index + 1));
    await withScratch(async (path) => {
      writeFileSync(path('t.ndjson'), `${header}\n\n${lines.join('\n')}\n`);
      let wrong = 0;
      const end = await streamTrace(path('t.ndjson'), ({ seq }, line) => {
        if (seq > 0 && line !== seq + 2) wrong += 1;
      });
      expect(end.count).toBe(count + 1);
      expect(wrong).toBe(0);
    });
  });
});

describe('a file is refused in one line with place and remedy:', () => {
  const broken = 'Restore the line from the original, or cut the file off before it.';
  test.each([
    ['empty', '', 't.ndjson: the file is empty. Run the scenario again.'],
    ['only blank lines', '\n\n', 't.ndjson: the file is empty. Run the scenario again.'],
    [
      'prose',
      'hello',
      't.ndjson:1: not a trace: the only line is not JSON. Name a file written by a run.',
    ],
    [
      'prose in lines',
      'hello\nyou\n',
      `t.ndjson:1: expected one JSON object, found hello. ${broken}`,
    ],
    [
      'other NDJSON',
      '{"process":0,"type":"invoke"}\n',
      't.ndjson:1: not a trace: the first record\'s kind must be "header", found none. ' +
        'Name a file written by a run; a plain history needs --model.',
    ],
    [
      'another version',
      `${header.replace('trace/1', 'trace/2')}\n`,
      't.ndjson:1: the trace has "whitewater.trace/2", this program reads "whitewater.trace/1". ' +
        'Read it with the version that wrote it, or run its scenario again.',
    ],
    [
      'unknown kind',
      `${header}\n\n{"kind":"tele\\u001b[2Jpathy","seq":1}\n`,
      't.ndjson:3: unknown kind "tele\\u001b[2Jpathy". ' +
        'Read it with the version that wrote it, or skip unknown kinds.',
    ],
    [
      'a field of the wrong type',
      `${header}\r\n\r\n${record(1, { seq: 'x' })}\n`,
      't.ndjson:3: seq: expected number, received string. ' +
        'traces/FORMAT.md describes every field.',
    ],
    [
      'a missing field',
      `${header}\n${record(1).replace('"write":1', '"x":1')}\n`,
      't.ndjson:2: write: expected number, received undefined. ' +
        'traces/FORMAT.md describes every field.',
    ],
    [
      'a field too many',
      `${header}\n${record(1, { x: 1 })}\n`,
      't.ndjson:2: Unrecognized key: "x". traces/FORMAT.md describes every field.',
    ],
    [
      'records out of order',
      `${header}\n${record(2)}\n${record(1)}\n`,
      't.ndjson:3: seq: must be above 2, found 1. Restore the original order of the lines.',
    ],
    [
      'two traces',
      `${header}\n${header}\n`,
      't.ndjson:2: a second header: the file holds more than one trace. Split it before this line.',
    ],
    [
      'a broken line in the middle',
      `${header}\n\n${record(1).slice(0, 20)}\n${record(2)}\n`,
      `t.ndjson:3: expected one JSON object, found {"kind":"durable","s. ${broken}`,
    ],
    [
      'a null',
      `${header}\nnull\n${record(2)}\n`,
      `t.ndjson:2: expected one JSON object, found null. ${broken}`,
    ],
    [
      'a last null',
      `${header}\nnull\n`,
      `t.ndjson:2: expected one JSON object, found null. ${broken}`,
    ],
    [
      'a last null, no line end',
      `${header}\nnull`,
      `t.ndjson:2: expected one JSON object, found null. ${broken}`,
    ],
    [
      'a number',
      `${header}\n7\n`,
      't.ndjson:2: expected object, received number. traces/FORMAT.md describes every field.',
    ],
    [
      'UTF-16',
      Buffer.from(`\ufeff${header}`, 'utf16le'),
      't.ndjson: the text is UTF-16. Save it as UTF-8.',
    ],
    [
      'gzip',
      Buffer.from([0x1f, 0x8b, 8, 0]),
      't.ndjson: the file is compressed. Unpack it with gunzip.',
    ],
    [
      'a line without end',
      `${header}\n"${'x'.repeat(17 * 1024 * 1024)}`,
      't.ndjson:2: the line is longer than 16 MiB. Check that the file is NDJSON, one record a line.',
    ],
  ])('%s', async (_, content, message) => {
    expect(await read(content)).toBe(message);
  });

  test('a broken line is named exactly, wherever it stands', async () => {
    for (const at of [1, 2, 15, 16, 17, 100, 9_000, 19_999]) {
      const lines = Array.from({ length: 20_000 }, (_, index) =>
        index + 1 === at ? '{"kind":' : record(index + 1),
      );
      expect(await read(`${header}\n${lines.join('\n')}\n`)).toContain(`t.ndjson:${at + 1}: `);
    }
  });

  test('a missing file and a directory', async () => {
    await withScratch(async (path) => {
      mkdirSync(path('d'));
      const messages = await Promise.all(
        ['nowhere', 'd'].map((name) =>
          readTrace(path(name)).catch((error: Error) => [basename(path(name)), error.message]),
        ),
      );
      expect(messages).toEqual([
        ['nowhere', `${path('nowhere')}: there is no such file. Check the path.`],
        ['d', `${path('d')}: this is a directory. Name the file inside it.`],
      ]);
    });
  });

  test('records before the bad one have been handed over, later ones are not', async () => {
    await withScratch(async (path) => {
      writeFileSync(path('t.ndjson'), `${header}\n${record(1)}\n{\n${record(3)}\n`);
      const seen: number[] = [];
      const reading = streamTrace(path('t.ndjson'), ({ seq }) => void seen.push(seq));
      await expect(reading).rejects.toBeInstanceOf(UserError);
      expect(seen).toEqual([0, 1]);
    });
  });

  test('an error of the listener stops the reading and arrives as it is', async () => {
    await withScratch(async (path) => {
      writeFileSync(path('t.ndjson'), `${header}\n${record(1)}\n${record(2)}\n`);
      const mine = new Error('mine');
      let calls = 0;
      const reading = streamTrace(path('t.ndjson'), () => {
        calls += 1;
        throw mine;
      });
      await expect(reading).rejects.toBe(mine);
      expect(calls).toBe(1);
    });
  });
});
