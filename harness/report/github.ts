/** GitHub Actions: annotations on standard output, and a summary in Markdown. */
import { escaped, fenced } from './markdown.ts';
import type { ReportedBug, ReportedResult } from './result.ts';
import { clean, counted, duration } from './words.ts';

function data(text: string): string {
  return clean(text, 1_000).replace(/%/gu, '%25').replace(/\r/gu, '%0D').replace(/\n/gu, '%0A');
}

function property(text: string): string {
  return data(text).replace(/:/gu, '%3A').replace(/,/gu, '%2C');
}

function annotation(bug: ReportedBug): string[] {
  return [
    `::error title=${property(bug.invariant)}::${data(bug.title)}`,
    `::group::story of ${data(bug.id)}`,
    ...bug.story.map((line) => clean(line, 200).replace(/^::/u, ' ::')),
    `$ ${clean(bug.replay.join(' '), 300)}`,
    '::endgroup::',
  ];
}

/** One `::error` a bug, each with its story in a group. */
export function githubAnnotations(result: ReportedResult): string {
  return result.bugs.map((bug) => `${annotation(bug).join('\n')}\n`).join('');
}

/** Markdown for `$GITHUB_STEP_SUMMARY`. */
export function stepSummary(result: ReportedResult): string {
  const { stats, bugs } = result;
  const ran = `${counted(stats.runs, 'run')} in ${duration(stats.wallMs)}`;
  const parts = [`## Whitewater: ${result.verdict}`, `${ran}, ${duration(stats.simMs)} simulated.`];
  if (bugs.length > 0) {
    const rows = bugs.map(
      (bug) =>
        `| ${escaped(clean(bug.invariant))} | ${escaped(clean(bug.title))} | ${bug.count} | ` +
        `\`${clean(bug.replay.join(' ')).replace(/[`|]/gu, '')}\` |`,
    );
    const head = '| promise | what broke | runs | see it again |\n| --- | --- | --- | --- |';
    parts.push([head, ...rows].join('\n'));
  }
  for (const bug of bugs) {
    const summary = `<summary>${escaped(clean(bug.id))}</summary>`;
    const lines = bug.story.map((line) => clean(line, 200));
    parts.push(`<details>${summary}\n\n${fenced(lines)}\n\n</details>`);
  }
  return `${parts.join('\n\n')}\n`;
}
