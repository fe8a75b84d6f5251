/** For tests: writes as a server makes them, and a disk that can be waited for. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { makeEntry } from '../raft/log.ts';
import type { Write } from '../raft/step.ts';
import { UserError } from '../trace/user-error.ts';
import type { FileDisk, Owner } from './file-disk.ts';

export const owner: Owner = { server: 'S1', cluster: 'test' };

export function appended(disk: FileDisk, writes: readonly Write[], incarnation = 1): Promise<void> {
  return new Promise((done, failed) => {
    disk.append(incarnation, writes, (error) => (error === null ? done() : failed(error)));
  });
}

export function write(id: number, parts: Partial<Write>): Write {
  return { id, hard: null, log: null, snapshot: null, ...parts };
}

export function entries(from: number, term: number, count: number): NonNullable<Write['log']> {
  const made = Array.from({ length: count }, (_, i) =>
    makeEntry(
      { index: from + i, term },
      {
        kind: 'command',
        session: 'c1',
        serial: from + i,
        acknowledged: 0,
        command: { f: 'write', key: 'x', value: `${term}.${from + i} ü` },
      },
    ),
  );
  return { from, entries: made };
}

/** What it refused with. */
export function errorOf(body: () => unknown): UserError {
  try {
    body();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

interface Writer {
  /** Text of a module; it gets the compiled disk's address and the file, and prints numbers. */
  readonly code: string;
  readonly file: string;
  /** Hears how many numbers came so far, and may kill. */
  readonly onNumber: (heard: number, kill: () => void) => void;
}

/** Runs a process that writes until it is killed; the last number that it printed. */
export async function lastBeforeKill({ code, file, onNumber }: Writer): Promise<number> {
  const module = pathToFileURL(resolve('dist/harness/live/file-disk.js')).href;
  const args = ['--input-type=module', '-e', code, module, file];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let heard = 0;
  let last = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    last = Number(line);
    heard += 1;
    onNumber(heard, () => void child.kill('SIGKILL'));
  });
  const [exit, signal]: unknown[] = await once(child, 'close');
  if (signal !== 'SIGKILL') throw new Error(`the writer ended by itself: ${String(exit)}`);
  return last;
}
