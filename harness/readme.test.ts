/** The front page is true: its commands run and end as it says, its table is the rooms' table. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { commandsOf, linksOf, played } from './cli/guide.test.kit.ts';

const readme = readFileSync('README.md', 'utf8');
const main = resolve('dist/harness/main.js');

/** What only a whole checkout can run; continuous integration does. */
const elsewhere = ['npm ci', 'npm test'];
/** Needs threads or processes, which load only compiled code. */
const compiled = ['npm start', 'cluster'];

function ended(words: readonly string[], cwd: string): Promise<number> {
  return new Promise((done) => {
    const child = execFile(process.execPath, [main, ...words], { cwd }, () => undefined);
    child.on('close', (code) => done(code ?? -1));
  });
}

const commands = commandsOf(readme).filter(({ line }) => !elsewhere.includes(line));
const home = process.cwd();

describe('the front page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'whitewater-readme-'));
  beforeAll(() => {
    symlinkSync(resolve('traces'), join(folder, 'traces'));
    process.chdir(folder);
  });
  afterAll(() => {
    process.chdir(home);
  });

  test('shows commands', () => {
    expect(commands.length).toBeGreaterThan(8);
    expect(commandsOf(readme).map(({ line }) => line)).toEqual(expect.arrayContaining(elsewhere));
  });

  // In order: some commands look at what the ones before them left behind.
  test.each(commands)('$line', { timeout: 120_000 }, async (shown) => {
    const words = shown.line === 'npm start' ? [] : shown.line.split(' ').slice(2);
    if (!compiled.includes(words[0] ?? shown.line)) {
      expect(await played(shown)).toEqual({ ...shown, missing: null });
      return;
    }
    expect(await ended(words, folder)).toBe(shown.exit);
  });

  test('the machine of one’s own is one', async () => {
    const [, block = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
    const index = pathToFileURL(join(home, 'dist/harness/raft/index.js')).href;
    const file = join(folder, 'own.mjs');
    writeFileSync(file, block.replace('whitewater/raft', index));
    const made: unknown = await import(pathToFileURL(file).href);
    expect(made).toMatchObject({ careless: { name: 'careless' } });
  });

  test('the replicated store answers as its remarks say, in less than a hundred lines', async () => {
    const [, block = ''] = /```js\n([\s\S]*?)```/.exec(readme) ?? [];
    const index = pathToFileURL(join(home, 'dist/harness/raft/index.js')).href;
    const file = join(folder, 'store.mjs');
    writeFileSync(file, block.replace('whitewater/raft', index));
    const print = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    await import(pathToFileURL(file).href);
    const answers = print.mock.calls.map(([answer]) => answer);
    print.mockRestore();
    expect(answers).toEqual([
      { kind: 'done', result: null },
      { kind: 'done', result: null },
      { kind: 'refused', reason: 'x is 2' },
      { kind: 'done', result: 2 },
    ]);
    expect(block.split('\n').length).toBeLessThan(100);
  });

  test('every link leads somewhere', () => {
    const links = linksOf(readme);
    expect(links.length).toBeGreaterThan(1);
    expect(links.filter((link) => !existsSync(join(home, link)))).toEqual([]);
  });

  test('every room that has files is in the table', () => {
    const tidy = readFileSync(join(home, 'harness/tidy.test.ts'), 'utf8');
    const rooms = [...tidy.matchAll(/^ {2}'([\w/]+)': \[/gm)].map((match) => match[1] ?? '');
    const shown = [...readme.matchAll(/^\| `([\w/]+)` /gm)].map((match) => match[1]);
    expect(rooms.length).toBeGreaterThan(10);
    expect(rooms.filter((room) => !shown.includes(room))).toEqual([]);
  });
});
