/** Who waits for a long trace sees how far it is; nobody else is told. */
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { folder, ran } from './main.test.kit.ts';

const out = folder();
const long = join(out, 'long.ndjson');
const records = 120_000;
const golden = 'traces/golden/one-write.ndjson';

const header = {
  kind: 'header',
  seq: 0,
  at: 0,
  cause: -1,
  schema: 'whitewater.trace/1',
  whitewater: '0.1.0',
  subject: 'raft',
  adapter: 'memory',
  servers: ['S1'],
  voters: ['S1'],
  learners: [],
  clients: ['c1'],
  model: 'kv',
  scenario: {},
};

/** One server and its disk: long, and nothing to say about it. */
beforeAll(async () => {
  const file = createWriteStream(long);
  file.write(`${JSON.stringify(header)}\n`);
  for (let seq = 1; seq < records; seq += 1) {
    const record = { kind: 'durable', seq, at: seq * 10, cause: -1, server: 'S1', write: seq };
    file.write(`${JSON.stringify(record)}\n`);
  }
  file.end();
  await once(file, 'close');
});

const watched = { terminal: true, stepMs: 300 };

describe('at a terminal', () => {
  test.each([
    ['check', ['check', long], 'judging 120,000 records: 40 %'],
    ['explain', ['explain', long], 'telling the story of 120,000 records'],
    ['diff', ['diff', long, long], 'comparing 240,000 records'],
    [
      'export',
      ['export', long, '--to', 'csv', '--out', join(out, 'x.csv')],
      'exporting 120,000 records',
    ],
  ])('%s tells how far it has read, and what it does then', async (_, argv, then) => {
    const { err } = await ran(argv, watched);
    expect(err).toMatch(/reading long\.ndjson: \d+ %/u);
    expect(err).toContain('reading long.ndjson: 100 %');
    expect(err).toContain(then);
    expect(err.endsWith('\r\u001b[2K')).toBe(true);
  });

  test('a short trace passes in silence', async () => {
    expect((await ran(['check', golden], watched)).err).toBe('');
  });

  test.each([['-q'], ['--json']])('%s silences it', async (flag) => {
    expect((await ran(['check', long, flag], watched)).err).toBe('');
  });
});

test('elsewhere nothing is said in the first half minute', async () => {
  expect((await ran(['check', long])).err).toBe('');
});
