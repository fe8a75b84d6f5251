/** The front page is true: its commands run and end as it says, its table is the rooms' table. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test, vi } from 'vitest';

const readme = readFileSync('README.md', 'utf8');
const main = resolve('dist/harness/main.js');

interface Command {
  readonly line: string;
  readonly exit: number;
}

/** Lines that begin with `$` in console blocks; `# exits N` says how they end. */
function commandsIn(text: string): readonly Command[] {
  const blocks = [...text.matchAll(/```console\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
  return blocks
    .flatMap((block) => block.split('\n'))
    .filter((line) => line.startsWith('$ '))
    .map((line) => {
      const [command = '', comment = ''] = line.slice(2).split('#');
      return { line: command.trim(), exit: Number(/exits (\d+)/.exec(comment)?.[1] ?? 0) };
    });
}

/** What only a whole checkout can run; continuous integration does. */
const elsewhere = ['npm ci', 'npm test'];

function ended(words: readonly string[], cwd: string): Promise<number> {
  return new Promise((done) => {
    const child = execFile(process.execPath, [main, ...words], { cwd }, () => undefined);
    child.on('close', (code) => done(code ?? -1));
  });
}

const commands = commandsIn(readme);

describe('the front page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'whitewater-readme-'));
  beforeAll(() => {
    symlinkSync(resolve('traces'), join(folder, 'traces'));
  });

  test('shows commands', () => {
    expect(commands.length).toBeGreaterThan(8);
    expect(commands.map(({ line }) => line)).toEqual(expect.arrayContaining(elsewhere));
  });

  // In order: some commands look at what the ones before them left behind.
  test('every command ends as it says', { timeout: 400_000 }, async () => {
    const seen: Command[] = [];
    for (const { line } of commands) {
      if (elsewhere.includes(line)) continue;
      const words = line === 'npm start' ? [] : line.split(' ').slice(2);
      if (line !== 'npm start') expect(line).toMatch(/^npx whitewater /);
      seen.push({ line, exit: await ended(words, folder) });
    }
    expect(seen).toEqual(commands.filter(({ line }) => !elsewhere.includes(line)));
  });

  test('the machine of one’s own is one', async () => {
    const [, block = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
    const index = pathToFileURL(resolve('dist/harness/raft/index.js')).href;
    const file = join(folder, 'own.mjs');
    writeFileSync(file, block.replace('whitewater/raft', index));
    const made: unknown = await import(pathToFileURL(file).href);
    expect(made).toMatchObject({ careless: { name: 'careless' } });
  });

  test('the replicated store answers as its remarks say, in less than a hundred lines', async () => {
    const [, block = ''] = /```js\n([\s\S]*?)```/.exec(readme) ?? [];
    const index = pathToFileURL(resolve('dist/harness/raft/index.js')).href;
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
    const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map((match) => match[1] ?? '');
    expect(links.length).toBeGreaterThan(1);
    expect(links.filter((link) => !existsSync(link))).toEqual([]);
  });

  test('every room that has files is in the table', () => {
    const tidy = readFileSync('harness/tidy.test.ts', 'utf8');
    const rooms = [...tidy.matchAll(/^ {2}'([\w/]+)': \[/gm)].map((match) => match[1] ?? '');
    const shown = [...readme.matchAll(/^\| `([\w/]+)` /gm)].map((match) => match[1]);
    expect(rooms.length).toBeGreaterThan(10);
    expect(rooms.filter((room) => !shown.includes(room))).toEqual([]);
  });
});
