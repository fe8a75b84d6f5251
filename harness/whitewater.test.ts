/** The command itself, as `npx whitewater` runs it. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { version } from './trace/version.ts';

const { version: packaged }: { readonly version: string } = JSON.parse(
  readFileSync('package.json', 'utf8'),
);

test('the version that traces carry is the package’s', () => {
  expect(version).toBe(packaged);
});

test('the command is executable and says its version', () => {
  accessSync('harness/whitewater.mjs', constants.X_OK);
  const said = execFileSync('node_modules/.bin/whitewater', ['--version'], { encoding: 'utf8' });
  expect(said).toContain(packaged);
});
