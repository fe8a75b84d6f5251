/** An example in at most twelve lines: its beginning, its end, and how to see it whole. */
import type { Story, StoryLine } from '../../report/shape.ts';
import { wrapped } from '../../report/layout.ts';
import type { TextOptions } from '../../report/text.ts';
import { storyText, titleText } from '../../report/text.ts';
import { counted } from '../../report/words.ts';

const linesMax = 12;

/** The lines of the story alone. */
function told(story: Story, lines: readonly StoryLine[], options: TextOptions): readonly string[] {
  const [, ...rest] = storyText({ ...story, lines, steps: lines.length, blocks: [] }, options);
  return rest;
}

/** Title and steps. In full, everything that the story has; otherwise as much as fits. */
export function exampleLines(story: Story, options: TextOptions): readonly string[] {
  const title = wrapped({ first: '    ', text: `✖ ${titleText(story)}` }, options);
  if (options.full === true) return [...title, ...storyText(story, options)];
  const { lines } = story;
  const room = linesMax - title.length;
  const all = told(story, lines, options);
  if (all.length <= room) return [...title, ...all];
  const [first] = lines;
  const head = first === undefined ? [] : told(story, [first], options);
  for (let kept = lines.length - 2; kept > 0; kept -= 1) {
    const left = lines.length - 1 - kept;
    const tail = told(story, lines.slice(-kept), options);
    if (head.length + 1 + tail.length > room) continue;
    const gap = wrapped({ first: '               ', text: `… ${counted(left, 'step')}` }, options);
    return [...title, ...head, ...gap, ...tail];
  }
  return title;
}
