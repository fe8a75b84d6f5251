/**
 * Progress on standard error: one rewritten line on a terminal, four times a second; elsewhere a
 * plain line now and then, so that a silent job is not taken for a dead one.
 */
import { clean } from '../report/words.ts';
import { spelled } from '../report/layout.ts';
import type { Io } from './io.ts';
import type { Style } from './paint.ts';

export interface Progress {
  /** Shows the text if it is time to. */
  show(text: () => string): void;
  /** Takes the rewritten line away. */
  clear(): void;
}

const everyMs = 250;
const heartbeatMs = 30_000;

const silent: Progress = { show: () => undefined, clear: () => undefined };

function rewritten(io: Io, style: Style): Progress {
  let last = -Infinity;
  let drawn = false;
  return {
    show(text) {
      const now = io.now();
      if (now - last < everyMs) return;
      last = now;
      drawn = true;
      const line = spelled(clean(text()), style).slice(0, Math.max(10, io.columns - 1));
      io.err(`\r\u001b[2K${line}`);
    },
    clear() {
      if (drawn) io.err('\r\u001b[2K');
      drawn = false;
    },
  };
}

function heartbeats(io: Io, style: Style): Progress {
  let last = io.now();
  return {
    show(text) {
      const now = io.now();
      if (now - last < heartbeatMs) return;
      last = now;
      io.err(`${spelled(clean(text()), style)}\n`);
    },
    clear: () => undefined,
  };
}

/** The right kind of progress for this terminal. */
export function progressOn(
  io: Io,
  how: { readonly style: Style; readonly quiet: boolean },
): Progress {
  if (how.quiet) return silent;
  const plain = !io.errIsTerminal || (io.env['CI'] ?? '') !== '' || io.env['TERM'] === 'dumb';
  return plain ? heartbeats(io, how.style) : rewritten(io, how.style);
}
