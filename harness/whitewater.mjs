#!/usr/bin/env node
/**
 * The command itself. In a checkout it brings the build up to date first (nothing to do takes a
 * tenth of a second); in an installed package there is nothing to build.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const home = dirname(dirname(fileURLToPath(import.meta.url)));
const program = join(home, 'dist', 'harness', 'main.js');
const compiler = join(home, 'node_modules', 'typescript', 'bin', 'tsc');

if (existsSync(join(home, 'tsconfig.json')) && existsSync(compiler)) {
  if (!existsSync(program)) process.stderr.write('building, this once…\n');
  const stdio = ['ignore', process.stderr, process.stderr];
  const { status } = spawnSync(process.execPath, [compiler, '-b', home], { stdio });
  if (status !== 0 && !existsSync(program)) process.exit(70);
}
await import(pathToFileURL(program).href);
