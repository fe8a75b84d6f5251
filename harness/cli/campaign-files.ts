/** What a campaign leaves behind: its result for tools and people, and its parts to be merged. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Part, PartsDocument, PartsFile } from '../search/parts.ts';
import { partsSchema } from '../search/parts.ts';
import { readParts } from '../search/parts-read.ts';
import { UserError } from '../trace/user-error.ts';
import { version } from '../trace/version.ts';
import { commit, ensureFolder } from './failure-folder.ts';

export const resultName = 'campaign.json';
export const pageName = 'campaign.html';
export const partsName = 'chunks.json';

/** Writes a file into the folder of results, which is made if need be. */
export function writeResult(out: string, name: string, text: string): void {
  const file = join(out, name);
  ensureFolder(out);
  try {
    writeFileSync(file, text);
  } catch (cause) {
    const remedy = 'Choose another place with --out';
    throw new UserError('the result cannot be written', { file, remedy, cause });
  }
}

/** Writes what `whitewater merge` reads. */
export function writeParts(out: string, parts: readonly Part[]): void {
  const document: PartsDocument = {
    schema: partsSchema,
    whitewater: version,
    commit: commit(),
    parts,
  };
  writeResult(out, partsName, `${JSON.stringify(document)}\n`);
}

/** The parts in a folder of results, in its chunks.json, or beside its campaign.json. */
export function partsAt(path: string): PartsFile {
  const file = fileOf(path);
  try {
    return { file, document: readParts(readFileSync(file, 'utf8'), file) };
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError('it cannot be read', { file, remedy: 'Check its permissions', cause });
  }
}

function fileOf(path: string): string {
  if (!existsSync(path)) {
    throw new UserError('no such file or folder', { file: path, remedy: 'Name a result to merge' });
  }
  const folder = statSync(path).isDirectory() ? path : null;
  const file = folder === null ? besideResult(path) : join(folder, partsName);
  if (existsSync(file)) return file;
  const remedy = `A campaign leaves its ${partsName} in the folder that --out names`;
  throw new UserError(`there is no ${partsName}`, { file: path, remedy });
}

function besideResult(path: string): string {
  return path.endsWith(resultName) ? join(dirname(path), partsName) : path;
}
