/** For tests: a project outside this one that has the built package installed. */
import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What is published, and what it needs; nothing of the house besides. */
function install(folder: string): void {
  const modules = join(folder, 'node_modules');
  const home = join(modules, 'whitewater');
  mkdirSync(home, { recursive: true });
  cpSync('package.json', join(home, 'package.json'));
  cpSync('dist', join(home, 'dist'), {
    recursive: true,
    filter: (path) => !/\.test\.|\.tsbuildinfo$|[\\/]bench[\\/]/u.test(path),
  });
  for (const name of readdirSync('node_modules')) {
    if (name === 'whitewater' || name.startsWith('.')) continue;
    symlinkSync(resolve('node_modules', name), join(modules, name));
  }
}

/** The code blocks of a page that begin with the name of their file. */
export function filesIn(page: string): ReadonlyMap<string, string> {
  const blocks = readFileSync(page, 'utf8').matchAll(/```ts\n\/\/ (\S+)\n([\s\S]*?)```/gu);
  return new Map([...blocks].map(([, name = '', code = '']) => [name, code]));
}

/** A folder with these files and the package. */
export function outside(files: ReadonlyMap<string, string>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'whitewater-outside-')));
  install(folder);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
  return folder;
}

/** Runs a program of a package there, as `npx` would. */
export function ran(
  folder: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(?:VITEST|NODE_|GITHUB|CI$|WHITEWATER|TEST|FORCE_COLOR)/u.test(name),
  );
  const options = {
    cwd: folder,
    env: { ...Object.fromEntries(inherited), NO_COLOR: '1', ...env },
    maxBuffer: 16 * 1024 * 1024,
  };
  return new Promise((done) => {
    const child = execFile(process.execPath, [...words], options, (_error, out, err) => {
      done({ code: child.exitCode ?? -1, out, err });
    });
  });
}
