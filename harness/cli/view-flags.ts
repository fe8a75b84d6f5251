/** The options of `view` alone. */
import type { Flag } from './flag.ts';
import { durationMs } from './values.ts';

export type ViewFlagName = 'compare' | 'from' | 'until' | 'redact' | 'noOpen' | 'all';

/** In the order of the help. */
export const viewFlagNames: readonly ViewFlagName[] = [
  'compare',
  'from',
  'until',
  'redact',
  'noOpen',
  'all',
];

/** As parsed. */
export interface ViewGiven {
  /** Embed everything. */
  readonly all?: boolean;
  /** A second trace. */
  readonly compare?: string;
  /** Milliseconds since the start of the run. */
  readonly from?: number;
  readonly until?: number;
  /** Placeholders instead of keys and values. */
  readonly redact?: boolean;
  /** False after `--no-open`. */
  readonly open?: boolean;
}

export const viewFlags: Readonly<Record<ViewFlagName, Flag>> = {
  all: { flags: '--all', text: 'embed everything, however much it is', group: 'Output' },
  compare: {
    flags: '--compare <file>',
    text: 'show where this other trace differs',
    group: 'Output',
  },
  from: {
    flags: '--from <duration>',
    text: 'show the run from here on: 500ms, 2s',
    group: 'Output',
    parse: durationMs,
  },
  until: {
    flags: '--until <duration>',
    text: 'and up to here',
    group: 'Output',
    parse: durationMs,
  },
  redact: {
    flags: '--redact',
    text: 'placeholders instead of keys and values: a page for strangers',
    group: 'Output',
  },
  noOpen: { flags: '--no-open', text: 'write the page, open no browser', group: 'Output' },
};
