/** What the viewer is given and what travels inside the page. Types only: the page reads them too. */
import type { Json, TraceRecord } from '../trace/record.ts';

/** The story as the terminal tells it; a report's `Story` fits. */
export interface ViewerStory {
  readonly invariant: string | null;
  readonly verdict: 'pass' | 'fail' | 'unknown';
  readonly title: string;
  readonly promise: string;
  readonly lines: readonly ViewerLine[];
  readonly events: number;
  readonly cone: number;
  readonly blocks: readonly { readonly title: string; readonly rows: readonly string[] }[];
}

export interface ViewerLine {
  /** Microseconds since the start. */
  readonly at: number;
  /** A space, `⚠` for a fault, `✖` for the violation. */
  readonly mark: string;
  readonly text: string;
  /** The record the line is about. */
  readonly seq: number;
}

/** The broken promise, for people who learn. */
export interface ViewerRule {
  readonly because: string;
  readonly breaks: readonly string[];
  readonly reading: string;
}

/** The order in which the operations on one key seem to happen, as the judge found it. */
export interface ViewerOrder {
  readonly key: string;
  readonly kind: 'linearizable' | 'illegal' | 'undecided';
  /** Operations by the seq of their call, each with the value of the key after it. */
  readonly steps: readonly { readonly seq: number; readonly after: Json }[];
  /** Where no order is left: what could come next by its times, and why it cannot. */
  readonly next: readonly { readonly seq: number; readonly reason: string }[];
}

/** A second trace to compare with: the live run beside the simulated one. */
export interface ViewerOther {
  readonly name: string;
  readonly records: readonly TraceRecord[];
}

/** Two moments, in microseconds since the start. */
export interface ViewerWindow {
  readonly from: number;
  readonly until: number;
}

export interface ViewerInput {
  readonly records: readonly TraceRecord[];
  readonly story: ViewerStory;
  /** What the page calls the trace, usually its file. */
  readonly name: string;
  readonly rule: ViewerRule | null;
  /** The command that runs the trace again, or null. */
  readonly replay: string | null;
  readonly other: ViewerOther | null;
  /** The keys that fail come first; empty when nobody looked for orders. */
  readonly orders: readonly ViewerOrder[];
  /** The part of the run to show; null: all of it. */
  readonly window: ViewerWindow | null;
  /** Embed everything, however much it is. */
  readonly all: boolean;
}

/** The document inside the page, compressed. */
export interface ViewerData extends Omit<ViewerInput, 'all' | 'window'> {
  /** Said at the top of the page, for instance that records were left out; or null. */
  readonly note: string | null;
}
