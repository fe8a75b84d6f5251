/** A story as lines for a terminal. */
import type { Layout } from './layout.ts';
import { spelled, wrapped } from './layout.ts';
import type { Block, Story, StoryLine } from './shape.ts';
import { counted, grouped } from './words.ts';

export interface TextOptions extends Layout {
  /** Tell every step, however many there are. */
  readonly full?: boolean;
}

const linesMax = 20;
const headLines = 3;
const tailLines = 12;

/** The lines to show, and how many were left out after the first few. */
function abridged(
  lines: readonly StoryLine[],
  full: boolean,
): {
  readonly head: readonly StoryLine[];
  readonly left: number;
  readonly tail: readonly StoryLine[];
} {
  if (full || lines.length <= linesMax) return { head: lines, left: 0, tail: [] };
  return {
    head: lines.slice(0, headLines),
    left: lines.length - headLines - tailLines,
    tail: lines.slice(-tailLines),
  };
}

function lineText(line: StoryLine, options: TextOptions): string[] {
  const at = `${(line.at / 1000).toFixed(1)} ms`.padStart(11);
  return wrapped({ first: ` ${line.mark}${at}  `, text: line.text }, options);
}

function blockText(block: Block, options: TextOptions): string[] {
  const rows = block.rows.map((row) =>
    spelled(`     ${row}`, options).slice(0, options.width ?? 100),
  );
  return ['', ...wrapped({ first: '  ', text: block.title }, options), ...rows];
}

/** `ElectionSafety: two leaders in term 2 — S1 and S3` */
export function titleText(story: Story): string {
  return story.invariant === null ? story.title : `${story.invariant}: ${story.title}`;
}

/** What happened, line by line, without title and promise. */
export function storyText(story: Story, options: TextOptions = {}): string[] {
  const { head, left, tail } = abridged(story.lines, options.full === true);
  const share =
    story.verdict === 'fail'
      ? `(${counted(story.steps, 'step')}, from ${grouped(story.cone)} of ${counted(
          story.events,
          'event',
        )}; the rest does not influence the violation)`
      : `(${counted(story.steps, 'step')} of ${counted(story.events, 'event')})`;
  const lines = wrapped({ first: '  what happened   ', text: share }, options);
  for (const line of head) lines.push(...lineText(line, options));
  if (left > 0) {
    const text = `… ${counted(left, 'step')} in between (whitewater explain --full)`;
    lines.push(...wrapped({ first: '               ', text }, options));
  }
  for (const line of tail) lines.push(...lineText(line, options));
  for (const block of story.blocks) lines.push(...blockText(block, options));
  return lines;
}

/** Title, promise and story. */
export function textOf(story: Story, options: TextOptions = {}): string {
  const lines = wrapped({ first: '', text: titleText(story) }, options);
  lines.push('');
  if (story.promise !== '') {
    lines.push(...wrapped({ first: '  ', text: story.promise }, options), '');
  }
  lines.push(...storyText(story, options));
  return `${lines.join('\n')}\n`;
}
