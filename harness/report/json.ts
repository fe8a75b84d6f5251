/** A story as one JSON document, for programs. */
import type { Story } from './shape.ts';

const storySchema = 'whitewater.story/1';

/** Stable field order, indented by two, one line end at the end. */
export function jsonOf(story: Story): string {
  const document = {
    schema: storySchema,
    invariant: story.invariant,
    verdict: story.verdict,
    title: story.title,
    promise: story.promise,
    steps: story.steps,
    events: story.events,
    cone: story.cone,
    lines: story.lines.map(({ at, mark, text, seq }) => ({ at, mark: mark.trim(), text, seq })),
    blocks: story.blocks,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
