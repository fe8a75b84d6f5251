import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { explanations } from '../../report/promises.ts';
import { tell } from '../../report/story.ts';
import { readTrace } from '../../trace/read.ts';
import { exits } from '../exit.ts';
import { folder, ran } from '../main.test.kit.ts';
import { exampleLines } from './example-text.ts';
import { exampleOf } from './examples.ts';

/** A leader that lapses in quiet times needs a long run: no twelve lines tell of it. */
const untold = ['QuietLeader'];
const promises = explanations.map(({ name }) => name).filter((name) => !untold.includes(name));

describe.each(promises)('the example of %s', (name) => {
  const found = exampleOf(name) ?? expect.fail(`no example of ${name}`);
  const story = tell(found.records);

  test('breaks this very promise', () => {
    expect(story).toMatchObject({ verdict: 'fail', invariant: name });
    expect(story.lines.at(-1)?.mark).toBe('✖');
    expect(found.summary).not.toBe('');
  });

  test('is told in at most twelve lines of 100 columns, first and last step among them', () => {
    const lines = exampleLines(story, {});
    expect(lines.length).toBeLessThanOrEqual(12);
    expect(lines.length).toBeGreaterThanOrEqual(3);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(lines[0]).toContain(`✖ ${name}: `);
    expect(lines.filter((line) => line.startsWith(' ✖'))).toHaveLength(1);
    expect(exampleLines(story, { full: true }).length).toBeGreaterThanOrEqual(lines.length);
  });

  test('is a trace in which check finds the promise broken', async () => {
    const file = join(folder(), 'example.ndjson');
    expect((await ran(['explain', name, '--trace', file])).code).toBe(exits.ok);
    expect((await readTrace(file)).records).toEqual(found.records);
    // What the machine says of itself no judge can say after it.
    if (name === 'Assertion') return;
    const { code, out } = await ran(['check', file, '--invariant', name]);
    expect(code).toBe(exits.violation);
    expect(out).toMatch(new RegExp(`^✖ ${name}: `, 'u'));
  });
});

test('explain shows the example in every form, with how to see it whole', async () => {
  const text = await ran(['explain', 'electionsafety']);
  expect(text.out).toContain('an example ');
  expect(text.out).toContain('npx whitewater explain ElectionSafety --full');
  expect(Math.max(...text.out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  const full = await ran(['explain', 'ElectionSafety', '--full', '--color']);
  expect(full.out).toContain('what happened');
  expect(full.out.startsWith('ElectionSafety\n')).toBe(true);
  const markdown = await ran(['explain', 'ElectionSafety', '--format', 'markdown']);
  expect(markdown.out).toContain('## An example');
  const json = await ran(['explain', 'ElectionSafety', '--json']);
  expect(JSON.parse(json.out)).toMatchObject({
    name: 'ElectionSafety',
    example: { mutant: 'vote-without-checking-votedFor', scenario: { faults: expect.any(Array) } },
  });
});
