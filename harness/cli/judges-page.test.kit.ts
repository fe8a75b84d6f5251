/** The page of every judge: its promise from the check, its lesson from the explanations. */
import { checkNamed, livenessChecks, safetyChecks } from '../check/checks.ts';
import { explanations, promiseOf } from '../report/promises.ts';
import type { Explanation } from '../report/promises.ts';
import { tell } from '../report/story.ts';
import { exampleOf } from './examples/examples.ts';
import { code, listOf, pageOf, tableOf } from './markdown.test.kit.ts';

function whenOf(name: string): string {
  if (livenessChecks.some((check) => check.name === name)) return 'after the faults';
  if (safetyChecks.some((check) => check.name === name)) return 'at every record';
  if (name === 'Linearizability') return 'the history, as it grows and at the end';
  if (name === 'Assertion') return 'by the machine itself';
  return name === 'OneTimerPerVoter' ? 'with a recorded trace' : 'on request';
}

function kindsOf(name: string): string {
  if (name === 'Linearizability') return '`invoke`, `ok`, `fail`, `info`';
  const kinds = checkNamed(name)?.kinds;
  return kinds === undefined ? 'none' : kinds.map(code).join(', ');
}

function exampleLine(name: string): readonly string[] {
  const found = exampleOf(name);
  if (found === undefined) return [];
  const { mutant, summary, records } = found;
  const bug = mutant === null ? '' : ` (${code(`--mutant ${mutant}`)})`;
  return [`For example: ${summary}${bug} Then: “${tell(records).title}”.`];
}

function section({ name, because, breaks, reading }: Explanation): readonly string[] {
  return [
    `## ${name}`,
    `**${promiseOf(name)}** ${because}`,
    'How it breaks:',
    listOf(breaks),
    ...exampleLine(name),
    `Judged ${whenOf(name)}; reads ${kindsOf(name)}. Source: ${reading}.`,
    ['```console', `$ npx whitewater explain ${name}`, '```'].join('\n'),
  ];
}

/** The whole page. */
export function judgesPage(): string {
  const rows = explanations.map(({ name }) => [code(name), whenOf(name), promiseOf(name)]);
  return pageOf([
    '# Judges',
    'A judge is a fold over trace records and knows nothing else: the same one runs ' +
      'within a campaign, over a\n' +
      'file, and over the trace of a live cluster. Its verdict is pass, fail with the ' +
      'records that prove it, or\n' +
      'unknown, which is never shown as pass. When one record breaks several promises, the ' +
      'paper’s\n' +
      'five are named before what they rest on.',
    'A test holds this page to the code (`npx vitest run harness/cli/pages.test.ts -u` ' +
      'writes it anew). Of a\n' +
      'trace that you have:',
    '```console\n' +
      '$ npx whitewater check traces/golden/one-write.ndjson\n' +
      '$ npx whitewater check traces/golden/one-write.ndjson --invariant LogMatching\n' +
      '$ npx whitewater check traces/golden/one-write.ndjson --specification\n' +
      '```',
    tableOf(['judge', 'when', 'promise'], rows),
    ...explanations.flatMap(section),
  ]);
}
