import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { exits } from './exit.ts';
import { ran } from './main.test.kit.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-view-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const trace = 'traces/golden/one-write.ndjson';

describe('whitewater view', () => {
  test('writes one page where it is told and says where', async () => {
    const file = join(folder, 'deep', 'bug.html');
    const { code, out } = await ran(['view', trace, '--out', file, '--no-open']);
    expect([code, out]).toEqual([exits.ok, `${file}\n`]);
    expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>/u);
  });

  test('names the page in a folder after the trace', async () => {
    const { out } = await ran(['view', trace, '--out', folder, '--no-open', '--json']);
    const said: unknown = JSON.parse(out);
    expect(said).toMatchObject({ viewer: join(folder, 'one-write.html') });
  });

  test('shows an unfinished or foreign file no page but one clear error', async () => {
    const { code, err } = await ran(['view', 'package.json', '--out', folder, '--no-open']);
    expect(code).not.toBe(exits.ok);
    expect(err).toMatch(/package\.json/u);
  });

  test('a second trace that does not exist is named', async () => {
    const words = ['view', trace, '--compare', 'nowhere.ndjson', '--out', folder, '--no-open'];
    const { code, err } = await ran(words);
    expect(code).not.toBe(exits.ok);
    expect(err).toContain('nowhere.ndjson');
  });

  test('a second trace goes into the page', async () => {
    const alone = join(folder, 'alone.html');
    const both = join(folder, 'both.html');
    await ran(['view', trace, '--out', alone, '--no-open']);
    const other = 'traces/golden/election.ndjson';
    await ran(['view', trace, '--compare', other, '--out', both, '--no-open']);
    const size = (file: string): number => readFileSync(file, 'utf8').length;
    expect(size(both)).toBeGreaterThan(size(alone) + 500);
  });

  test('a redacted page holds no key, no value and no replay, and still its verdict', async () => {
    const out = join(folder, 'redacted.html');
    const caught = 'traces/caught/stale-read';
    expect((await ran(['view', caught, '--redact', '--out', out, '--no-open'])).code).toBe(
      exits.ok,
    );
    const html = readFileSync(out, 'utf8');
    const text = /id="data">([^<]*)</u.exec(html)?.[1] ?? '';
    const data = gunzipSync(Buffer.from(text, 'base64')).toString();
    expect(data).not.toMatch(/"key":"x"|\bappend\(x|read x /u);
    expect(data).toContain('"replay":null');
    const title = /<title>(.*)<\/title>/u.exec(html)?.[1];
    expect(title).toMatch(/^Linearizability: c1 read key-1 = null/u);
  });

  test('a part of the run says so; a part without anything is an error', async () => {
    const out = join(folder, 'part.html');
    const words = ['view', trace, '--out', out, '--no-open', '--from'];
    expect((await ran([...words, '100ms', '--until', '300ms'])).code).toBe(exits.ok);
    const { code, err } = await ran([...words, '10h']);
    expect(code).not.toBe(exits.ok);
    expect(err).toMatch(/nothing happened in that part of the run[^]*--from and --until within/u);
  });
});
