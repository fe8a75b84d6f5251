/** A story as Markdown: for files, pull requests and job summaries. */
import type { Story } from './shape.ts';
import { storyText, titleText } from './text.ts';
import type { TextOptions } from './text.ts';

/** Text inside a paragraph or a cell: what Markdown or HTML would act upon is escaped. */
export function escaped(text: string): string {
  return text
    .replace(/&/gu, '&amp;')
    .replace(/</gu, '&lt;')
    .replace(/>/gu, '&gt;')
    .replace(/[\\`*_{}[\]()#+!|~-]/gu, (sign) => `\\${sign}`)
    .replace(/\s+/gu, ' ');
}

/** A fence that no line of the content can close. */
export function fenced(lines: readonly string[]): string {
  const longest = Math.max(2, ...lines.flatMap((line) => line.match(/`+/gu) ?? []).map(lengthOf));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}text`, ...lines, fence].join('\n');
}

function lengthOf(text: string | number): number {
  return typeof text === 'number' ? text : text.length;
}

/** Heading, promise, and the story in a block. */
export function markdownOf(story: Story, options: TextOptions = {}): string {
  const parts = [`# ${escaped(titleText(story))}`];
  if (story.promise !== '') parts.push(escaped(story.promise));
  parts.push(fenced(storyText(story, options)));
  return `${parts.join('\n\n')}\n`;
}
