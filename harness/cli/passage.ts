/**
 * Progress through a long trace: what is done with it, and how far. A short one passes in silence,
 * since what is over in half a second needs no telling.
 */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { counted } from '../report/words.ts';
import type { Trace } from '../trace/read.ts';
import { readTrace } from '../trace/read.ts';
import { tracePath } from './input.ts';
import { progressBeside } from './progress.ts';
import type { Request } from './request.ts';

/** A file of fewer bytes, or a trace of fewer records, is short. */
const longBytes = 8 * 1024 * 1024;
const longRecords = 50_000;
/** The clock is looked at once in so many steps. */
const stepsBetweenLooks = 4_096;

export interface Passage {
  /** The whole trace behind a path: a file, or a folder with one inside. */
  read(path: string): Promise<Trace & { readonly path: string }>;
  /** Says what begins now with so many records, as in `judging`. */
  begin(what: string, records: number): void;
  /** One of them is done. */
  readonly step: () => void;
  /** Takes the line away; before anything is written. */
  end(): void;
}

function percentOf(done: number, all: number): string {
  return `${String(Math.min(100, Math.floor((done * 100) / Math.max(1, all))))} %`;
}

/** How this command tells it: not at all with `--quiet` or `--json`. */
export function passageOf(request: Request): Passage {
  const progress = progressBeside(request);
  let doing = '';
  let steps = 0;
  let all = 0;
  return {
    async read(path) {
      const file = tracePath(path);
      const { size } = statSync(file);
      const name = basename(file);
      const onBytes = (bytes: number): void =>
        progress.show(() => `reading ${name}: ${percentOf(bytes, size)}`);
      try {
        return { ...(await readTrace(file, size < longBytes ? {} : { onBytes })), path: file };
      } finally {
        progress.clear();
      }
    },
    begin(what, records) {
      doing = `${what} ${counted(records, 'record')}`;
      [steps, all] = [0, records];
      if (records >= longRecords) progress.begin(() => doing);
    },
    step() {
      steps += 1;
      if (steps % stepsBetweenLooks !== 0 || all < longRecords) return;
      progress.show(() => `${doing}: ${percentOf(steps, all)}`);
    },
    end() {
      progress.clear();
    },
  };
}
