/** What a story is once told: the one shape that every renderer reads. */
import type { Mark } from './draft.ts';

export interface StoryLine {
  /** Microseconds since the start. */
  readonly at: number;
  readonly mark: Mark;
  readonly text: string;
  /** The record the line is about. */
  readonly seq: number;
}

/** Preformatted rows that say what words cannot: two logs side by side, intervals of operations. */
export interface Block {
  readonly title: string;
  readonly rows: readonly string[];
}

export interface Story {
  /** The broken promise, or null when none was. */
  readonly invariant: string | null;
  readonly verdict: 'pass' | 'fail' | 'unknown';
  /** One sentence with concrete names, without the invariant's name. */
  readonly title: string;
  readonly promise: string;
  readonly lines: readonly StoryLine[];
  /** Lines of the whole story, after folding. */
  readonly steps: number;
  /** Records of the run, header and verdict not counted. */
  readonly events: number;
  /** Records in the violation's causal past. */
  readonly cone: number;
  readonly blocks: readonly Block[];
}
