/** A directory for the files of one test, gone when the test ends. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs `body` with a function that turns a name into a path inside a fresh directory. */
export async function withScratch<T>(
  body: (path: (name: string) => string) => Promise<T> | T,
): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'whitewater-'));
  try {
    return await body((name) => join(directory, name));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
