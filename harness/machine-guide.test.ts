/** The guide for machines of one's own is true: its code is written to files and run. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const text = readFileSync('harness/MACHINE.md', 'utf8');
const places: readonly (readonly [string, string])[] = [
  ['whitewater/raft', resolve('harness/raft/index.ts')],
  ['whitewater/vitest', resolve('harness/vitest/index.ts')],
];

/** Files of the page, by the name in their first line. */
const files = new Map(
  [...text.matchAll(/^```ts\n\/\/ (\S+)\n([\s\S]*?)^```/gmu)].map(
    ([, name = '', code = '']) => [name, code] as const,
  ),
);

const parent = resolve('test-results');
let folder = '';

function written(name: string): string {
  let code = files.get(name) ?? expect.fail(`no ${name} on the page`);
  for (const [from, to] of places) code = code.replaceAll(`'${from}'`, `'${to}'`);
  const file = join(folder, name.replace('.test.ts', '.ts'));
  // A test of the page is not one of vitest's: it is kept, to be run below.
  const kept = 'export const kept = [];\nconst test = (name, options, run) => kept.push(run);\n';
  const lone = code.replace('import { expect, test }', `${kept}import { expect }`);
  writeFileSync(file, name.endsWith('.test.ts') ? lone : code);
  return file;
}

beforeAll(() => {
  mkdirSync(parent, { recursive: true });
  folder = mkdtempSync(join(parent, 'guide-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the page', () => {
  test('has the files that its test imports', () => {
    expect([...files.keys()]).toEqual(['careless.ts', 'hasty.ts', 'yours.ts', 'machines.test.ts']);
  });

  test('keeps its word: its tests pass', { timeout: 120_000 }, async () => {
    for (const name of files.keys()) written(name);
    const made: unknown = await import(pathToFileURL(join(folder, 'machines.ts')).href);
    expect(made).toMatchObject({ kept: [expect.any(Function), expect.any(Function)] });
    if (typeof made !== 'object' || made === null || !('kept' in made)) return;
    if (!Array.isArray(made.kept)) return;
    for (const run of made.kept) if (typeof run === 'function') await run();
  });
});
