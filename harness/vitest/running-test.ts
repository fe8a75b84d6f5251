/** What vitest knows of the test that is running. */
import { relative } from 'node:path';
import { expect, TestRunner } from 'vitest';
import { shellWord } from '../report/failure.ts';

/** Longest part of a test's name in a command, so that the command fits a line. */
const nameMax = 70;

/** The name under which the runner finds this test: `-t` takes a pattern, any part will do. */
function patternOf(testName: string): string {
  const [last = ''] = testName.split(' > ').slice(-1);
  const words = last.replaceAll(/[^\w\s:,-]/gu, '.');
  return words.length <= nameMax ? words : words.slice(0, words.lastIndexOf(' ', nameMax));
}

/** The command that runs this test again, as the runner knows it by name and file. */
export function againLines(variables: Readonly<Record<string, string>>): readonly string[] {
  const { currentTestName = '', testPath = '' } = expect.getState();
  const file = relative('.', testPath).replaceAll('\\', '/');
  const name = patternOf(currentTestName);
  const set = Object.entries(variables).map(([variable, value]) => `${variable}=${value}`);
  return [
    `  in vitest       ${set.join(' ')} \\`,
    `                  npx vitest run ${shellWord(file)}${name === '' ? '' : ' \\'}`,
    ...(name === '' ? [] : [`                    -t ${shellWord(name)}`]),
  ];
}

/** What reporters for programs show beside the test: `meta.whitewater` in vitest's JSON. */
export interface FailureMeta {
  readonly invariant: string;
  readonly seed: number;
  readonly path: string;
  /** The folder of the failure, or null when nothing was kept. */
  readonly folder: string | null;
}

declare module 'vitest' {
  interface TaskMeta {
    whitewater?: FailureMeta;
  }
}

/** Leaves the facts of a failure with the running test, if there is one. */
export function noteFailure(meta: FailureMeta): void {
  const task = TestRunner.getCurrentTest();
  if (task !== undefined) task.meta.whitewater = meta;
}
