/** Campaigns as processes: threads, Ctrl-C. They load compiled code, which `npm test` builds. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exits } from './exit.ts';
import { folder, ran } from './main.test.kit.ts';

const main = resolve('dist/harness/main.js');
const mutant = 'votes-counted-as-integer';

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a campaign in a process of its own; `onErr` sees what it says on standard error. */
function campaign(
  words: string,
  out: string,
  onErr: (child: ChildProcess, text: string) => void = () => undefined,
): Promise<Ended> {
  const child = spawn(process.execPath, [main, 'campaign', ...words.split(' '), '--out', out], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  let err = '';
  child.stdout.on('data', (piece: Buffer) => (text += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => {
    err += piece.toString();
    onErr(child, err);
  });
  return new Promise((done) => {
    child.on('close', (code) => done({ code, out: text, err }));
  });
}

/** The result document without what a clock said and where it lies. */
function documentIn(out: string): string {
  const text = readFileSync(join(out, 'campaign.json'), 'utf8');
  return text.replaceAll(/"(?:wallMs|runsPerSec)": \d+/gu, '').replaceAll(out, '');
}

describe('workers', () => {
  test(
    'make no difference to the result, however many there are',
    { timeout: 90_000 },
    async () => {
      const words = '--runs 200 --seed 4 -n 3 -q';
      const documents: string[] = [];
      for (const workers of [1, 3]) {
        const out = folder();
        const { code } = await campaign(`${words} --workers ${workers}`, out);
        expect(code).toBe(exits.ok);
        documents.push(documentIn(out));
      }
      const [one, three] = documents;
      expect(one).toContain('"runs": 200,');
      expect(one).toMatch(/"runsHash": "[0-9a-f]{16}"/u);
      expect(three).toBe(one);
      const here = folder();
      await ran(['campaign', ...words.split(' '), '--out', here]);
      expect(documentIn(here)).toBe(one);
    },
  );

  test('all stop at the same first bug with --fail-fast', { timeout: 60_000 }, async () => {
    const words = `--runs 3000 --seed 4 --mutant ${mutant} --strategy timed --fail-fast -q`;
    const [one, three] = [folder(), folder()];
    await campaign(`${words} --workers 1`, one);
    await campaign(`${words} --workers 3`, three);
    expect(documentIn(three)).toBe(documentIn(one));
    expect(documentIn(one)).toMatch(/"failed": 1,/u);
  });
});

test('Ctrl-C keeps everything found', { timeout: 60_000 }, async () => {
  const out = folder();
  let pressed = false;
  const words = `--budget 10m --seed 4 --mutant ${mutant} --workers 2`;
  const { code, out: text } = await campaign(words, out, (child, err) => {
    if (!pressed && err.includes('✖')) pressed = child.kill('SIGINT');
  });
  expect(code).toBe(exits.interrupted);
  expect(text).toMatch(/[1-9]\d* failed\n$/u);
  const document: unknown = JSON.parse(readFileSync(join(out, 'campaign.json'), 'utf8'));
  expect(document).toMatchObject({ verdict: 'violation', stopped: true });
  const { bugs } = document as { bugs: readonly { trace: string }[] };
  expect(bugs.length).toBeGreaterThan(0);
  for (const { trace } of bugs) expect(existsSync(trace)).toBe(true);
});

describe('gates', () => {
  test('--require-coverage exits with 3 and names what is missing', async () => {
    const words = 'campaign --runs 32 --seed 7 --strategy timed --require-coverage 100 -q --out';
    const { code, out } = await ran([...words.split(' '), folder()]);
    expect(code).toBe(exits.vacuous);
    expect(out).toContain("100 % of the table's cells were required");
    const low = words.replace('100', '10');
    expect((await ran([...low.split(' '), folder()])).code).toBe(exits.ok);
  });

  test('--sometimes exits with 3 for an event that was not seen, 64 for one unknown', async () => {
    const argv = ['campaign', '--runs', '1', '--seed', '7', '-q', '--out', folder(), '--sometimes'];
    const unseen = await ran([...argv, 'fault: brokerRestart', '--profile', 'none']);
    expect(unseen.code).toBe(exits.vacuous);
    expect(unseen.out).toContain('never seen: fault: brokerRestart');
    const unknown = await ran([...argv, 'torn writes']);
    expect(unknown.code).toBe(exits.usage);
    expect(unknown.err).toContain('Did you mean torn write');
  });
});

describe('the screen', () => {
  test('of a terminal is rewritten in place and shows coverage growing', async () => {
    const words = 'campaign --runs 96 --seed 7 --strategy timed --color --out';
    const { err } = await ran([...words.split(' '), folder()], { terminal: true, stepMs: 300 });
    // oxlint-disable-next-line no-control-regex -- escape codes are what it consists of
    const screens = err.split(/\u001b\[0J/u).slice(1);
    expect(screens.length).toBeGreaterThanOrEqual(2);
    expect(screens[0]).toContain('coverage  cells');
    const states = screens.map((text) =>
      Number(/states ([\d,]+)/u.exec(text)?.[1]?.replace(',', '')),
    );
    expect(states[1]).toBeGreaterThan(states[0] ?? Infinity);
    for (const line of err.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });

  test('elsewhere is a line now and then, and one for each bug', async () => {
    const words = `campaign --runs 160 --seed 4 --mutant ${mutant} --strategy timed --out`;
    const { err } = await ran([...words.split(' '), folder()], { stepMs: 5_000 });
    expect(err).toMatch(/\[[^\]]+\] \d+ % · .* · cells \d+\/\d+ · states [\d,]+ · /u);
    expect(err).toMatch(/^✖ \w+-[0-9a-f]{6} found \(run \d+\)$/mu);
  });
});

describe('merge', () => {
  const words = 'campaign --runs 200 --seed 9 -q --out';

  test('of all shards is the campaign that was never cut', { timeout: 60_000 }, async () => {
    const [whole, one, two, merged] = [folder(), folder(), folder(), folder()];
    expect((await ran([...words.split(' '), whole])).code).toBe(exits.ok);
    for (const [part, out] of [
      ['1/2', one],
      ['2/2', two],
    ] as const) {
      const { code } = await ran([...words.split(' '), out, '--shard', part]);
      expect(code).toBe(exits.ok);
      expect(documentIn(out)).toContain(`"shard": "${part}"`);
    }
    const { code, out } = await ran([
      'merge',
      two,
      join(one, 'campaign.json'),
      '--out',
      merged,
      '-q',
    ]);
    expect(code).toBe(exits.ok);
    expect(out).toContain('✓ every promise held in 200 runs');
    expect(documentIn(merged)).toBe(documentIn(whole));
    const again = folder();
    await ran(['merge', merged, one, '--out', again, '-q']);
    expect(documentIn(again)).toBe(documentIn(whole));
  });

  test('of a folder without results is refused', async () => {
    const empty = folder();
    for (const name of [empty, join(empty, 'nowhere')]) {
      const { code, err } = await ran(['merge', name]);
      expect(code).toBe(exits.usage);
      expect(err).toContain(name);
    }
  });
});
