/** Several threads say what one says. They load compiled code only, so these tests run that. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { randomHistory } from '../check/linearizability/random-history.ts';

const main = resolve('dist/harness/main.js');
const folder = mkdtempSync(join(tmpdir(), 'whitewater-check-'));
afterAll(() => rmSync(folder, { recursive: true }));

function historyFile(lies: number): string {
  const records = randomHistory({
    seed: 5,
    operations: 600,
    clients: 6,
    keys: 7,
    values: 4,
    mix: ['read', 'read', 'write', 'cas'],
    lies,
    unknowns: 0.01,
    ties: 0,
  });
  const lines = records.map(({ process, kind, f, key, value, at, error }) =>
    JSON.stringify({ process, type: kind, f, key, value, time: at * 1000, error }),
  );
  const path = join(folder, `lies-${lies}.ndjson`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

function checked(path: string, more: readonly string[]): object {
  const words = [main, 'check', path, '--model', 'kv', '--json', ...more];
  let text: string;
  try {
    text = execFileSync(process.execPath, words, { encoding: 'utf8' });
  } catch (error) {
    text = error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
  }
  return { ...JSON.parse(text), wallMs: 0 };
}

describe('check with several threads', () => {
  test.each([
    ['passes', 0, 'pass'],
    ['fails', 0.05, 'fail'],
  ])('says of a history that %s what one thread says, word for word', (_, lies, verdict) => {
    const path = historyFile(lies);
    const alone = checked(path, []);
    expect(alone).toMatchObject({ verdict });
    expect(checked(path, ['--workers', '3'])).toEqual(alone);
  });
});
