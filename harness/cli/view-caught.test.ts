import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { tell } from '../report/story.ts';
import { readTrace } from '../trace/read.ts';
import { exits } from './exit.ts';
import { ran } from './main.test.kit.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-caught-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const caught = readdirSync('traces/caught').sort();

describe.each(caught)('%s', (name) => {
  const where = join('traces/caught', name);

  test('is a story that ends with what broke', async () => {
    const { records } = await readTrace(join(where, 'trace.ndjson'));
    const { lines, title, invariant } = tell(records);
    expect(lines.at(-1)?.mark).toBe('✖');
    const told = readFileSync(join(where, 'story.md'), 'utf8').replaceAll('\\', '');
    expect(told.startsWith(`# ${invariant ?? ''}: ${title}\n`)).toBe(true);
  });

  test('is one page with the same title', async () => {
    const { records } = await readTrace(join(where, 'trace.ndjson'));
    const { title, invariant } = tell(records);
    const out = join(folder, `${name}.html`);
    expect((await ran(['view', where, '--out', out, '--no-open'])).code).toBe(exits.ok);
    const html = readFileSync(out, 'utf8');
    const found = /<title>(.*)<\/title>/u.exec(html)?.[1];
    expect(found).toBe(`${invariant ?? ''}: ${title}`.replaceAll(/[&<>"]/gu, escape));
    expect(html.length).toBeLessThan(400_000);
  });

  test('is a sequence diagram, as a picture and as Mermaid', async () => {
    const words = ['diagram', 'sequence', where];
    const svg = await ran(words);
    expect([svg.code, svg.err]).toEqual([exits.ok, '']);
    expect(svg.out).toMatch(/^<svg [^]*<\/svg>\s*$/u);
    const mermaid = await ran([...words, '--mermaid']);
    expect(mermaid.out).toMatch(/^sequenceDiagram\n/u);
    expect(mermaid.out.split('\n').length).toBeGreaterThan(5);
  });
});

const entities: { readonly [sign: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escape(sign: string): string {
  return entities[sign] ?? sign;
}
