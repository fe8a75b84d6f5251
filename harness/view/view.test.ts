import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tell } from '../report/story.ts';
import { readTrace } from '../trace/read.ts';
import type { TraceRecord } from '../trace/record.ts';
import { capped } from './cap.ts';
import type { ViewerInput } from './data.ts';
import { viewerHtml } from './html.ts';
import { packed } from './pack.ts';
import { redactor } from './redact.ts';

const caught = 'traces/caught';

async function inputOf(name: string): Promise<ViewerInput> {
  const { records } = await readTrace(join(caught, name, 'trace.ndjson'));
  const story = tell(records);
  return {
    records,
    story,
    name,
    rule: null,
    replay: null,
    other: null,
    orders: [],
    window: null,
    all: false,
  };
}

function dataOf(html: string): unknown {
  const text = /<script type="text\/plain" id="data">([^<]*)<\/script>/u.exec(html)?.[1] ?? '';
  return JSON.parse(gunzipSync(Buffer.from(text, 'base64')).toString());
}

const scriptOf = (html: string): string => /<script>([\s\S]*?)<\/script>/u.exec(html)?.[1] ?? '';

describe('the page', () => {
  test.each(readdirSync(caught))('%s carries its records and its story unchanged', async (name) => {
    const input = await inputOf(name);
    const data = dataOf(viewerHtml(input));
    expect(data).toMatchObject({ note: null, name });
    expect(data).toHaveProperty('records', input.records);
    expect(data).toHaveProperty('story.lines', input.story.lines);
  });

  test('runs one script only, the one whose hash its policy names', async () => {
    const html = viewerHtml(await inputOf('no-dedup'));
    const hash = createHash('sha256').update(scriptOf(html)).digest('base64');
    expect(html).toContain(`script-src 'sha256-${hash}'`);
    expect(html).toContain("default-src 'none'");
    expect(html.match(/<script\b/gu)).toHaveLength(2);
  });

  test('names no place to ask for anything', async () => {
    const html = viewerHtml(await inputOf('no-dedup'));
    const addresses = html.match(/https?:\/\/[^\s"'`]+/gu) ?? [];
    expect(addresses.filter((one) => one !== 'http://www.w3.org/2000/svg')).toEqual([]);
    expect(html).not.toMatch(/\b(?:fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon)\(/u);
  });

  test('never reads text as markup', async () => {
    const html = viewerHtml(await inputOf('no-dedup'));
    expect(scriptOf(html)).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write/u);
  });

  test('keeps hostile words out of its own markup', async () => {
    const input = await inputOf('no-dedup');
    const title = '</title><img src=x onerror=alert(1)>&"';
    const name = '</script><script>alert(1)</script>';
    const html = viewerHtml({ ...input, name, story: { ...input.story, title } });
    expect(html).not.toContain('<img');
    expect(html).not.toContain('alert(1)</script>');
    expect(dataOf(html)).toMatchObject({ name });
  });
});

describe('a trace too long for a page', () => {
  test('is cut to its violation, and says so', async () => {
    const input = await inputOf('commit-old-term');
    const padding = Array.from({ length: 30_000 }, (_, i) => ({
      kind: 'durable' as const,
      seq: 1 + i,
      at: 0,
      cause: -1,
      server: 'S1',
      write: 0,
    }));
    const [header, ...rest] = input.records;
    if (header === undefined) throw new Error('no header');
    const later = rest.map((record) => ({ ...record, seq: record.seq + 30_000 }));
    const records = [header, ...padding, ...later];
    const { records: kept, note } = capped({ ...input, records }, 1000);
    expect(kept.length).toBeLessThan(15_000);
    expect(kept[0]).toBe(header);
    expect(kept.at(-1)?.kind).toBe('verdict');
    expect(note).toContain(`of the trace's ${records.length} records`);
    expect(capped({ ...input, records, all: true }, 1000).records).toBe(records);
  });

  test('keeps the causes of what it keeps', async () => {
    const input = await inputOf('commit-old-term');
    const { records } = capped(input, 10);
    const seqs = new Set(records.map(({ seq }) => seq));
    for (const { cause } of records) if (cause >= 0) expect(seqs).toContain(cause);
  });
});

describe('a window of a run', () => {
  test('holds what happened in it, its causes, and the state that came before', async () => {
    const input = await inputOf('stale-read');
    const window = { from: 420_000, until: 440_000 };
    const { records, story, note } = capped({ ...input, window });
    const inside = input.records.filter(({ at }) => at >= window.from && at <= window.until);
    expect(inside.length).toBeGreaterThan(20);
    expect(records).toEqual(expect.arrayContaining([...inside]));
    expect(records.length).toBeLessThan(input.records.length);
    expect(records[0]?.kind).toBe('header');
    expect(records.filter(({ kind }) => kind === 'online')).toHaveLength(4);
    const seqs = new Set(records.map(({ seq }) => seq));
    for (const { cause } of inside) if (cause >= 0) expect(seqs).toContain(cause);
    expect(story.lines.every(({ at }) => at >= window.from && at <= window.until)).toBe(true);
    expect(note).toContain('from 420 ms to 440 ms');
  });

  test('a smaller limit keeps less around the violation', async () => {
    const input = await inputOf('answer-before-commit');
    const some = capped(input, 100).records.length;
    expect(some).toBeLessThan(input.records.length);
    expect(some).toBeGreaterThan(50);
  });
});

const withOperations = [
  'answer-before-commit',
  'bus-loses-accepted',
  'dedup-only-on-one-leader',
  'no-dedup',
  'stale-read',
];

describe('redaction', () => {
  test.each(withOperations)('%s: keys and values are gone everywhere', async (name) => {
    const { records } = await inputOf(name);
    const [secret, hidden] = ['the-key-of-x', 'the-secret-value'];
    const planted: unknown = JSON.parse(
      JSON.stringify(records)
        .replaceAll('"key":"x"', `"key":"${secret}"`)
        .replaceAll(/"value":\d+/gu, `"value":"${hidden}"`)
        .replaceAll(/"result":\d+/gu, `"result":"${hidden}"`),
    );
    if (!Array.isArray(planted)) throw new Error('no records');
    const found: readonly TraceRecord[] = redactor().records(planted);
    const text = JSON.stringify(found.filter(({ kind }) => kind !== 'verdict'));
    const has = [secret, hidden, 'key-1'].map((word) => text.includes(word));
    expect(JSON.stringify(planted).includes(secret)).toBe(true);
    expect(has).toEqual([false, false, true]);
  });

  test('the same value gets the same placeholder in every trace of one redactor', async () => {
    const { records } = await inputOf('stale-read');
    const one = redactor();
    expect(one.records(records)).toEqual(one.records(records));
    const [first] = one.records(records.filter(({ kind }) => kind === 'invoke'));
    expect(first).toMatchObject({ f: 'append', key: 'key-1', value: 'value-1' });
  });
});

describe('the packer', () => {
  const packing = (files: { readonly [path: string]: string }): string =>
    packed('main.js', (path) => files[path] ?? '');

  test('runs modules in the order in which they need each other', () => {
    const script = packing({
      'main.js':
        "import { add,\n  one } from './b.js';\nimport { two } from './a.js';\nseen.push(add(one, two));",
      'b.js':
        "import { two } from './a.js';\nexport function add(x, y) { return x + y; }\n" +
        'export const one = two - 1;',
      'a.js': 'export const two = 2;\nconst one = 7;',
    });
    const seen: number[] = [];
    runInNewContext(script, { seen });
    expect(seen).toEqual([3]);
  });

  test.each([
    ["import x from './a.js';", 'does not know'],
    ["import './a.js';", 'does not know'],
    ['export default 1;', 'does not know'],
    ['export { x };', 'does not know'],
    ["import { x } from './main.js';", 'import each other'],
    ["const x = '</scr' + '</script>';", 'its own script'],
  ])('refuses %s', (source, problem) => {
    expect(() => packing({ 'main.js': source })).toThrow(problem);
  });

  test('text that looks like a replacement pattern survives', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        const literal = JSON.stringify(text).replaceAll(/[<>]/gu, '');
        const script = packing({ 'main.js': `seen.push(${literal});` });
        const seen: unknown[] = [];
        runInNewContext(script, { seen });
        expect(seen).toEqual([JSON.parse(literal)]);
      }),
      { seed: 8, numRuns: 50 },
    );
  });
});
