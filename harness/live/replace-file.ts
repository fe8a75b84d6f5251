/**
 * A file in place of another, durably: written beside it, synced, renamed over it, and the folder
 * synced. Killed at any moment, there is the old one or the new one, whole.
 */
import { close, constants, fsync, open, rename, rmSync, write } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const opening = promisify(open);
const renaming = promisify(rename);
const syncing = promisify(fsync);
const closing = promisify(close);

/** Where the new one is until it is renamed; whatever is found there later is of no use. */
export function beside(path: string): string {
  return `${path}.new`;
}

export function removeLeftover(path: string): void {
  rmSync(beside(path), { force: true });
}

/** How far it came: before `renamed` the old file is what counts. */
export class NotReplaced extends Error {
  readonly renamed: boolean;
  constructor(cause: unknown, renamed: boolean) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'NotReplaced';
    this.renamed = renamed;
  }
}

function put(descriptor: number, bytes: Buffer, from: number): Promise<void> {
  return new Promise((done, failed) => {
    write(descriptor, bytes, from, bytes.length - from, from, (error, count) => {
      if (error !== null) failed(error);
      else if (from + count < bytes.length) put(descriptor, bytes, from + count).then(done, failed);
      else done();
    });
  });
}

/** A new file or a new name is only there after a power failure if its folder was synced, too. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const descriptor = await opening(folder, 'r');
  try {
    await syncing(descriptor);
  } finally {
    await closing(descriptor);
  }
}

/**
 * Fulfilled with the descriptor of the new file, opened with `flags`, when it is there for good.
 * Rejects with `NotReplaced`.
 */
export async function replaceFile(path: string, bytes: Buffer, flags: number): Promise<number> {
  let descriptor = -1;
  let renamed = false;
  try {
    const create = constants.O_CREAT | constants.O_TRUNC;
    descriptor = await opening(beside(path), flags | create, 0o600);
    await put(descriptor, bytes, 0);
    await syncing(descriptor);
    await renaming(beside(path), path);
    renamed = true;
    await syncFolder(dirname(path));
    return descriptor;
  } catch (cause) {
    if (descriptor >= 0) await closing(descriptor).catch(() => undefined);
    throw new NotReplaced(cause, renamed);
  }
}
