/** The outside world of the command line, passed in so that tests can be it. */
export interface Io {
  /** Standard output: results. */
  out(text: string): void;
  /** Standard error: progress and errors. */
  err(text: string): void;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** Columns of the terminal behind standard error. */
  readonly columns: number;
  readonly env: { readonly [name: string]: string | undefined };
  /** Monotonic milliseconds. */
  now(): number;
  /** Calls back at the first Ctrl-C (a second ends the process); returns what stops listening. */
  onInterrupt(handler: () => void): () => void;
}

const columnsDefault = 100;

/** The real process. */
export function processIo(): Io {
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    outIsTerminal: process.stdout.isTTY === true,
    errIsTerminal: process.stderr.isTTY === true,
    columns: process.stderr.columns ?? columnsDefault,
    env: process.env,
    now: () => performance.now(),
    onInterrupt(handler) {
      process.once('SIGINT', handler);
      return () => void process.off('SIGINT', handler);
    },
  };
}
