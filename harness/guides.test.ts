/** The guides are true: every command ends and prints as they say, every link leads somewhere. */
import { existsSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandsOf, linksOf, missingIn, pageAt, played } from './cli/guide.test.kit.ts';

const guides = [
  'scenarios/LEARN.md',
  'harness/MACHINE.md',
  'harness/world/FAULTS.md',
  'harness/check/JUDGES.md',
];
const pages = [
  ...guides,
  'harness/cli/REFERENCE.md',
  'traces/FORMAT.md',
  'traces/EXPORTS.md',
  'harness/vitest/TESTING.md',
];

const texts = new Map(pages.map((page) => [page, pageAt(page)]));
const home = process.cwd();

// Commands are run where they may write; what they read is linked there.
beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'whitewater-guides-'));
  for (const name of ['traces', 'harness', 'scenarios']) {
    symlinkSync(resolve(name), join(folder, name));
  }
  process.chdir(folder);
});

afterAll(() => {
  process.chdir(home);
});

describe.each(guides)('%s', (page) => {
  const commands = commandsOf(texts.get(page) ?? '');

  test('shows commands', () => {
    expect(commands.length).toBeGreaterThan(1);
  });

  test.each(commands)('$line', async (shown) => {
    expect(await played(shown)).toEqual({ ...shown, missing: null });
  });
});

test.each(pages)('the links of %s lead somewhere', (page) => {
  const links = linksOf(texts.get(page) ?? '');
  expect(links.filter((link) => !existsSync(join(home, dirname(page), link)))).toEqual([]);
});

test('files that the guides name are there', () => {
  const named = guides.flatMap((page) =>
    [...(texts.get(page) ?? '').matchAll(/(?:harness|scenarios|traces)\/[\w/.-]+\w/gu)].map(
      ([path]) => path,
    ),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(join(home, path)))).toEqual([]);
});

test('what is not printed is noticed', () => {
  expect(missingIn('one\ntwo\nthree', ['one', 'three'])).toBeNull();
  expect(missingIn('one\ntwo\nthree', ['three', 'one'])).toBe('one');
  expect(commandsOf('```console\n$ npx whitewater x # exits 3\na\n…\nb\n```\n')).toEqual([
    { line: 'npx whitewater x', exit: 3, output: ['a', 'b'] },
  ]);
});
