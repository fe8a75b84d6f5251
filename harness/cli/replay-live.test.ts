/** Recorded runs through the real SDK and the embedded broker: every bug ever caught, among others. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Broker } from '../../adapters/broker/broker.ts';
import { startBroker } from '../../adapters/broker/broker.ts';
import { readTrace } from '../trace/read.ts';
import type { TraceRecord } from '../trace/record.ts';
import { writeTrace } from './failure-folder.ts';
import { folder, ran } from './main.test.kit.ts';

interface Document {
  readonly end: string;
  readonly verdict: string;
  readonly failure: { readonly invariant: string } | null;
  readonly reproduced: boolean;
  readonly records: number;
  readonly unplayed: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly first: { readonly seq: number; readonly text: string } | null;
  readonly findings: readonly { readonly standing: string; readonly text: string }[];
  readonly exit: number;
}

/**
 * The SDK may let a single message overtake an array that it was given before: the mock's total
 * order lacks that. Nothing else may surprise.
 */
function expectNoSurprise({ findings }: Document): void {
  for (const { standing, text } of findings) {
    expect([standing, text]).toEqual([
      expect.stringMatching(/^(?:reordered|unmodelled)$/),
      expect.stringMatching(/^the bus brought m\d+ \(from \w+\) before m\d+/),
    ]);
  }
}

async function replayed(
  argv: readonly string[],
  env: { readonly [name: string]: string } = {},
): Promise<Document> {
  const { code, out, err } = await ran(['replay', ...argv, '--json', '--quiet'], { env });
  if (out === '') throw new Error(`exit ${code}: ${err}`);
  const document: Document = JSON.parse(out);
  expect(document.exit).toBe(code);
  return document;
}

describe('over the Azure SDK and the embedded broker', () => {
  const caught = readdirSync('traces/caught');

  test('there is something to replay', () => {
    expect(caught.length).toBeGreaterThan(10);
  });

  test.each(caught)('%s breaks the same promise', async (name) => {
    const path = join('traces/caught', name);
    const verdict: { readonly invariant: string } = JSON.parse(
      readFileSync(join(path, 'verdict.json'), 'utf8'),
    );
    const document = await replayed([path, '--target', 'broker']);
    expect(document).toMatchObject({
      end: 'played',
      verdict: 'fail',
      failure: { invariant: verdict.invariant },
      reproduced: true,
      unplayed: 0,
      first: null,
      counts: { divergence: 0 },
      exit: 1,
    });
    expectNoSurprise(document);
  });

  test.each(readdirSync('traces/golden'))('%s keeps every promise', async (name) => {
    const document = await replayed([`traces/golden/${name}`, '--target', 'broker']);
    expect(document).toMatchObject({
      end: 'played',
      verdict: 'pass',
      reproduced: true,
      counts: { divergence: 0 },
      exit: 0,
    });
    expectNoSurprise(document);
  });

  test('--expect says what is hoped for', async () => {
    const bug = ['traces/caught/vote-sent-before-durable', '--target', 'broker'];
    expect((await replayed([...bug, '--expect', 'violation'])).exit).toBe(0);
    expect((await replayed([...bug, '--expect', 'ok'])).exit).toBe(1);
  });

  test('the live trace is kept, judged alike, equal up to timing, and can be viewed', async () => {
    const path = 'traces/caught/votes-counted-as-integer/trace.ndjson';
    const live = join(folder(), 'live.ndjson');
    const { code, out } = await ran(['replay', path, '--target', 'broker', '--record', live]);
    expect(code).toBe(1);
    expect(out).toContain('✖ reproduced ElectionSafety over the broker (same as recorded)');
    expect(out).toMatch(/79 records: .* same/);
    expect((await readTrace(live)).header.adapter).toBe('broker');
    expect((await ran(['check', live])).out).toContain('ElectedByQuorum');
    const diff = await ran(['diff', path, live]);
    expect(diff.out).toMatch(/^✓ the same/);
    expect(diff.code).toBe(0);
    const page = join(folder(), 'page.html');
    const viewed = await ran(['view', live, '--compare', path, '--out', page, '--no-open']);
    expect(viewed.code).toBe(0);
    expect((await ran(['replay', live])).err).toContain('recorded on the broker bus');
  });

  test('a trace that was tampered with parts at the right record', async () => {
    const { records } = await readTrace('traces/golden/one-write.ndjson');
    const at = records.findIndex((record) => record.kind === 'commit' && record.server === 'S2');
    const changed = records.map((record, place): TraceRecord => {
      return record.kind === 'commit' && place === at ? { ...record, commitIndex: 7 } : record;
    });
    const path = join(folder(), 'tampered.ndjson');
    writeTrace(path, changed);
    const { code, out } = await ran(['replay', path, '--target', 'broker']);
    expect(code).toBe(1);
    const lines = out.split('\n').map((line) => line.trim());
    expect(lines[0]).toMatch(
      new RegExp(`^✖ protocol divergence at record ${at}; \\d+ records after it not played$`),
    );
    expect(lines[1]).toMatch(/^expected .* S2 .*commits up to 7/);
    expect(lines[2]).toMatch(/^happened .* S2 .*commits up to 1/);
    expect(lines[3]).toBe('they differ in commitIndex');
    expect(lines[4]).toContain('✓ no violation');
  });
});

describe('over a namespace that the environment names', () => {
  const secret = 'c2VjcmV0LWtleS1vZi10aGUtdGVzdA==';
  let broker: Broker;
  let env: { readonly [name: string]: string };
  beforeEach(async () => {
    broker = await startBroker({ keys: { RootManageSharedAccessKey: secret } });
    env = {
      WHITEWATER_CONNECTION_STRING: broker.connectionString,
      WHITEWATER_ADMINISTRATION_ENDPOINT: `localhost:${broker.adminPort}`,
    };
  });
  afterEach(() => broker.close());
  const golden = ['traces/golden/election.ndjson', '--target', 'azure'];

  test('the entities are made and taken away again', async () => {
    const document = await replayed(golden, env);
    expect(document).toMatchObject({ end: 'played', reproduced: true, exit: 0 });
    const { connections } = broker;
    await expect.poll(() => broker.connections.length, { timeout: 5_000 }).toBe(0);
    expect(connections.length).toBeLessThan(5);
    // The same names once more: nothing of them is left.
    const again = await replayed([...golden, '--topic-name', 'mine'], env);
    expect(again.exit).toBe(0);
    expect((await replayed([...golden, '--topic-name', 'mine'], env)).exit).toBe(0);
  });

  test('a connection string comes from a file too, and is never shown', async () => {
    const file = join(folder(), 'connection.txt');
    writeFileSync(file, `${broker.connectionString}\n`);
    const administration = ['--administration', `localhost:${broker.adminPort}`];
    const argv = ['replay', ...golden, '--connection-string', `@${file}`, ...administration];
    const { code, out, err } = await ran(argv);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('over the live namespace');
    expect(out + err).not.toContain(secret);
  });

  test('a message that the bus loses ends in a report, not in a hang', async () => {
    // The trial passes; then one transfer is confirmed and never stored.
    const effect = { kind: 'lose' } as const;
    broker.plant({ at: 'send', effect, when: ({ to }) => to === 'S2', after: 1, times: 1 });
    const document = await replayed([...golden, '--patience', '1s'], env);
    const { first, unplayed } = document;
    expect(document).toMatchObject({ end: 'timedOut', exit: 1, counts: { unmodelled: 1 } });
    expect(first?.text).toMatch(/^timed out: m\d+ was published, and did not reach S2 within 1 s$/);
    expect(unplayed).toBeGreaterThan(10);
  });

  test('a message that the bus doubles is told, and harms nothing', async () => {
    const effect = { kind: 'duplicate' } as const;
    broker.plant({ at: 'send', effect, when: ({ to }) => to === 'S1', after: 1, times: 1 });
    const document = await replayed(golden, env);
    expect(document).toMatchObject({ end: 'played', reproduced: true, exit: 0 });
    expect(document.counts['unmodelled']).toBeGreaterThan(0);
    expect(document.findings.at(-1)?.text).toMatch(/came once more than it was published$/);
  });

  test('nobody there: unreachable, with the remedy and without the key', async () => {
    const gone = await startBroker();
    await gone.close();
    const { code, out, err } = await ran(['replay', ...golden], {
      env: {
        ...env,
        WHITEWATER_CONNECTION_STRING: broker.connectionString.replace(
          /localhost:\d+/,
          'localhost:1',
        ),
        WHITEWATER_ADMINISTRATION_ENDPOINT: `localhost:${gone.adminPort}`,
      },
    });
    expect([code, out]).toEqual([69, '']);
    expect(err).toContain('whitewater azure doctor');
    expect(err).not.toContain(secret);
  });

  test('interrupted: everything is put away, and that is the exit code', async () => {
    const { code, out } = await ran(['replay', ...golden], { env, interrupt: true });
    expect([code, out]).toEqual([130, '']);
    await expect.poll(() => broker.connections.length, { timeout: 5_000 }).toBe(0);
  });

  test('none named: usage', async () => {
    const { code, err } = await ran(['replay', ...golden]);
    expect(code).toBe(64);
    expect(err).toContain('WHITEWATER_CONNECTION_STRING');
  });
});

describe('usage', () => {
  test.each([
    [['replay', 'traces/golden/election.ndjson', '--record', 'x'], '--record belongs to a replay'],
    [['diff', 'traces/golden/election.ndjson'], 'two traces are compared, not 1'],
  ])('%j is refused', async (argv, text) => {
    const { code, err } = await ran(argv);
    expect(code).toBe(64);
    expect(err).toContain(text);
  });

  test('diff tells both sides and ends with 1', async () => {
    const pair = ['traces/golden/election.ndjson', 'traces/golden/one-write.ndjson'];
    const { code, out } = await ran(['diff', ...pair]);
    expect(code).toBe(1);
    expect(out).toMatch(
      /^✖ the traces part at record 0\n +election\.ndjson .*\n +one-write\.ndjson/,
    );
    const json = await ran(['diff', ...pair, '--json']);
    expect(JSON.parse(json.out)).toMatchObject({ schema: 'whitewater.diff/1', equal: false });
  });
});
