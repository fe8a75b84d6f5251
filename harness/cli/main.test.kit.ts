/** For tests: the front door with an outside world that remembers what it was told. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExitCode } from './exit.ts';
import type { Io } from './io.ts';
import { main } from './main.ts';

export interface Ran {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

export interface World {
  readonly terminal?: boolean;
  readonly env?: { readonly [name: string]: string };
  /** Milliseconds that pass between two looks at the clock. */
  readonly stepMs?: number;
  /** Press Ctrl-C as soon as somebody listens. */
  readonly interrupt?: boolean;
}

/** A fresh folder for results. */
export function folder(): string {
  return mkdtempSync(join(tmpdir(), 'whitewater-cli-'));
}

/** Runs a command line in this process; the clock is the real one unless `stepMs` is given. */
export async function ran(argv: readonly string[], world: World = {}): Promise<Ran> {
  let out = '';
  let err = '';
  let looks = 0;
  const io: Io = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    outIsTerminal: world.terminal === true,
    errIsTerminal: world.terminal === true,
    columns: 100,
    env: world.env ?? {},
    now: () => {
      looks += 1;
      return world.stepMs === undefined ? performance.now() : looks * world.stepMs;
    },
    onInterrupt: (handler) => {
      if (world.interrupt === true) handler();
      return () => undefined;
    },
  };
  const code = await main(argv, io);
  return { code, out, err };
}
