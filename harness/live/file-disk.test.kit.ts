/** For tests: writes as a server makes them, and a disk that can be waited for. */
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
