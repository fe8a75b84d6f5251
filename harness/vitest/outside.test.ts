/**
 * The public entry from outside: the page's examples in a project that has the package installed,
 * and what vitest's reporters make of a broken promise. `npx vitest run harness/vitest -u` writes the
 * golden files anew.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Ended } from './outside.test.kit.ts';
import { filesIn, outside, ran } from './outside.test.kit.ts';

const page = 'harness/vitest/TESTING.md';

/** Not on the page: a planted bug that the command line can play again. */
const twoLeaders = `import { test } from 'vitest';
import { everyPromiseHolds } from 'whitewater/vitest';

test('one leader a term, under faults', { timeout: 60_000 }, () => {
  everyPromiseHolds({
    mutant: 'votes-counted-as-integer',
    invariants: ['ElectionSafety'],
    options: { servers: 5 },
    runs: 400,
    seed: 1,
  });
});
`;

const examples = filesIn(page);
const failing = new Map([
  ['careless.test.ts', examples.get('careless.test.ts') ?? ''],
  ['two-leaders.test.ts', twoLeaders],
]);
const passing = new Map([...examples].filter(([name]) => !failing.has(name)));

const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--no-file-parallelism'];

describe('the examples of the page', () => {
  const files = new Map(passing).set(
    'election.ndjson',
    readFileSync('traces/golden/election.ndjson', 'utf8'),
  );

  test('pass, and take as many lines as the page says', { timeout: 180_000 }, async () => {
    const { code, out, err } = await ran(outside(files), vitest);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/Tests {2}3 passed \(3\)/u);
    expect((passing.get('shelf.test.ts') ?? '').trim().split('\n').length).toBeLessThanOrEqual(32);
  });

  test('are correctly typed against the declarations', { timeout: 180_000 }, async () => {
    const folder = outside(new Map([...passing, ...failing]));
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2023',
      strict: true,
      noEmit: true,
      noUncheckedIndexedAccess: true,
      types: ['node'],
      skipLibCheck: true,
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
    const { code, out } = await ran(folder, ['node_modules/typescript/bin/tsc', '-p', '.']);
    expect([code, out]).toEqual([0, '']);
    const wrong = "import { everyPromiseHolds } from 'whitewater/vitest';\n";
    writeFileSync(join(folder, 'wrong.ts'), `${wrong}everyPromiseHolds({ runs: 'many' });\n`);
    const again = await ran(folder, ['node_modules/typescript/bin/tsc', '-p', '.']);
    expect(again.out).toMatch(/^wrong\.ts\(2,\d+\): error TS2322/u);
  });
});

describe('a property that breaks', () => {
  let folder = '';
  let ended: Ended = { code: 0, out: '', err: '' };
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

  beforeAll(async () => {
    folder = outside(failing);
    const reporters = ['default', 'github-actions', 'junit', 'json'];
    const outputs = ['--outputFile.junit=junit.xml', '--outputFile.json=report.json'];
    const words = [...vitest, ...reporters.map((name) => `--reporter=${name}`), ...outputs];
    const GITHUB_STEP_SUMMARY = join(folder, 'summary.md');
    writeFileSync(GITHUB_STEP_SUMMARY, '');
    ended = await ran(folder, words, { GITHUB_STEP_SUMMARY, GITHUB_WORKSPACE: folder });
  }, 180_000);

  /** Without what differs from run to run: places, versions and times. */
  function stable(text: string): string {
    return text
      .replaceAll(`${folder}/`, '')
      .replaceAll(folder, '')
      .replaceAll(/ v\d+\.\d+\.\d+ +/gu, ' v4 ')
      .replaceAll(/\b\d+(?:\.\d+)?(?:ms|s)\b(?! {2})/gu, '0ms')
      .replaceAll(/(Start at {2}|Duration {2}).*/gu, '$1…')
      .replaceAll(/(timestamp|hostname|time)="[^"]*"/gu, '$1="…"')
      .replaceAll(/[ \t]+$/gmu, '');
  }

  test('is told by the terminal as designed', async () => {
    expect(ended.code).toBe(1);
    const own = ended.out.split('\n').filter((line) => !/^::|written to/u.test(line));
    const text = stable(`${own.join('\n').trim()}\n\n${ended.err.trim()}\n`);
    await expect(text).toMatchFileSnapshot('golden/terminal.txt');
    expect(ended.err).not.toMatch(/node_modules|fast-check|dist\//u);
    const story = ended.err.split('\n').filter((line) => !/^ +\d+\||^⎯/u.test(line));
    expect(story.filter((line) => line.length > 100)).toEqual([]);
  });

  test('is told by JUnit as designed, in messages that readers can take', async () => {
    await expect(stable(read('junit.xml'))).toMatchFileSnapshot('golden/junit.xml');
    const messages = [...read('junit.xml').matchAll(/message="([^"]*)"/gu)];
    expect(messages).toHaveLength(2);
    for (const [, text = ''] of messages) expect(Buffer.byteLength(text)).toBeLessThan(4_000);
  });

  test('is told by GitHub as designed, the promise in the first line', async () => {
    const own = ended.out.split('\n').filter((line) => line.startsWith('::'));
    await expect(stable(`${own.join('\n')}\n`)).toMatchFileSnapshot('golden/github.txt');
    expect(own.filter((line) => line.startsWith('::error '))).toHaveLength(2);
    const [summary = ''] = read('summary.md').split('## Vitest');
    await expect(stable(summary)).toMatchFileSnapshot('golden/summary.txt');
    expect(summary.match(/^# /gmu)).toHaveLength(2);
  });

  test('leaves its facts in the report for programs, and its folder', () => {
    const meta = z.object({
      whitewater: z.object({
        invariant: z.string(),
        seed: z.literal(1),
        path: z.string(),
        folder: z.string(),
      }),
    });
    const report = z.object({
      testResults: z.array(z.object({ assertionResults: z.array(z.object({ meta })) })),
    });
    const { testResults } = report.parse(JSON.parse(read('report.json')));
    const facts = testResults.flatMap(({ assertionResults }) =>
      assertionResults.map((one) => one.meta.whitewater),
    );
    expect(facts).toHaveLength(2);
    for (const { folder: kept, invariant } of facts) {
      expect(kept).toContain(invariant);
      expect(existsSync(join(folder, kept, 'trace.ndjson'))).toBe(true);
    }
  });
});
