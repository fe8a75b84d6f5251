/**
 * Progress on standard error: lines rewritten in place on a terminal, four times a second;
 * elsewhere a plain line now and then, so that a silent job is not taken for a dead one.
 */
import { clean } from '../report/words.ts';
import { spelled } from '../report/layout.ts';
import type { Io } from './io.ts';
import type { Style } from './paint.ts';
import { styleOf } from './paint.ts';
import type { Request } from './request.ts';

export interface Progress {
  /** Shows the text if it is time to: one line, or on a terminal `screen` where there is one. */
  show(text: () => string, screen?: () => readonly string[]): void;
  /** The same at once: work begins that may not come back soon. */
  begin(text: () => string): void;
  /** Says something once and at once, where nothing is rewritten. */
  note(text: string): void;
  /** Takes the rewritten lines away. */
  clear(): void;
}

const everyMs = 250;
const heartbeatMs = 30_000;

const silent: Progress = {
  show: () => undefined,
  begin: () => undefined,
  note: () => undefined,
  clear: () => undefined,
};

/** Back to the first of so many lines, and everything from there on erased. */
function erased(lines: number): string {
  const up = lines > 1 ? `\u001b[${lines - 1}A` : '';
  return lines === 1 ? '\r\u001b[2K' : `\r${up}\u001b[0J`;
}

function rewritten(io: Io, style: Style): Progress {
  let last = -Infinity;
  let drawn = 0;
  const draw = (texts: readonly string[]): void => {
    const width = Math.max(10, io.columns - 1);
    const lines = texts.map((line) => spelled(clean(line), style).slice(0, width));
    io.err(`${erased(Math.max(1, drawn))}${lines.join('\n')}`);
    drawn = lines.length;
  };
  return {
    show(text, screen) {
      const now = io.now();
      if (now - last < everyMs) return;
      last = now;
      draw(screen?.() ?? [text()]);
    },
    begin(text) {
      last = io.now();
      draw([text()]);
    },
    note: () => undefined,
    clear() {
      if (drawn > 0) io.err(erased(drawn));
      drawn = 0;
    },
  };
}

function heartbeats(io: Io, style: Style): Progress {
  let last = io.now();
  const show = (text: () => string): void => {
    const now = io.now();
    if (now - last < heartbeatMs) return;
    last = now;
    io.err(`${spelled(clean(text()), style)}\n`);
  };
  return {
    show,
    begin: show,
    note(text) {
      io.err(`${spelled(clean(text), style)}\n`);
    },
    clear: () => undefined,
  };
}

/** The right kind of progress for this terminal; none with `--quiet`. */
export function progressOf({ given, io }: Request): Progress {
  if (given.quiet === true) return silent;
  const style = styleOf(given, io);
  const plain = !io.errIsTerminal || (io.env['CI'] ?? '') !== '' || io.env['TERM'] === 'dumb';
  return plain ? heartbeats(io, style) : rewritten(io, style);
}

/** Of what is done by the way: none with `--json` either. */
export function progressBeside(request: Request): Progress {
  return request.given.json === true ? silent : progressOf(request);
}
