import { describe, expect, test } from 'vitest';
import { mutants } from '../../scenarios/mutants/mutants.ts';
import { failureText } from '../report/failure.ts';
import { tell } from '../report/story.ts';
import { textOf } from '../report/text.ts';
import { recorded } from './failure.ts';
import { labFor } from './lab.ts';

describe.each(mutants.map((mutant) => [mutant.name, mutant] as const))('%s', (name, mutant) => {
  const run = recorded(mutant.witness, labFor({ mutant: name }));
  const story = tell(run.records);

  test('is told within 45 lines of 100 columns, ending with the violation', () => {
    expect(run.outcome.verdict).toBe('fail');
    const text = failureText({
      story,
      needed: null,
      nearby: null,
      schedule: { servers: 5, operations: 0, faults: 0, seed: 1 },
      shrunk: null,
      folder: null,
      files: [],
    });
    const lines = text.split('\n');
    expect(lines.length).toBeLessThanOrEqual(45);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(story.lines.at(-1)?.mark).toBe('✖');
    expect(story.promise).not.toBe('');
    expect(text).not.toMatch(/undefined|NaN|\[object/u);
  });

  test('is the same story at the next run', () => {
    const again = recorded(mutant.witness, labFor({ mutant: name }));
    expect(textOf(tell(again.records), { full: true })).toBe(textOf(story, { full: true }));
  });
});
