/**
 * Campaigns over the embedded broker, with workers as processes of their own. They load compiled
 * code, which `npm test` builds first.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { campaign } from '../search/campaign.ts';
import { Bench } from '../search/chunk.ts';
import { resultBody, resultIn, taskBody, taskIn } from './distributed-messages.ts';
import { exits } from './exit.ts';
import type { CampaignJob } from './job.ts';
import { folder, ran } from './main.test.kit.ts';
import { optionsOf } from './work.ts';

const main = resolve('dist/harness/main.js');
const words = '--runs 250 --seed 11 --strategy timed --profile mild';

/** The result document without what a clock said. */
function documentIn(out: string): string {
  const text = readFileSync(join(out, 'campaign.json'), 'utf8');
  return text.replaceAll(/"(?:wallMs|runsPerSec)": \d+/gu, '');
}

interface Ended {
  readonly code: number | null;
  readonly err: string;
}

/** Runs it; the first worker process that is named is killed once it has had time to take a task. */
function distributed(out: string, onErr: (err: string) => void): Promise<Ended> {
  const argv = [main, 'campaign', ...words.split(' '), '--distributed', 'broker', '--workers', '2'];
  const child = spawn(process.execPath, [...argv, '--out', out], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let err = '';
  child.stderr.on('data', (piece: Buffer) => {
    err += piece.toString();
    onErr(err);
  });
  return new Promise((done) => void child.on('close', (code) => done({ code, err })));
}

describe('a campaign over a Service Bus', () => {
  test(
    'whose worker is killed midway has the result of one that never left home',
    { timeout: 90_000 },
    async () => {
      const [there, here] = [folder(), folder()];
      let killed: number | null = null;
      const { code, err } = await distributed(there, (said) => {
        const [first, second] = [...said.matchAll(/^worker process (\d+)$/gmu)];
        if (killed !== null || first === undefined || second === undefined) return;
        killed = Number(first[1]);
        // Both are up: by the time it has a task, or is about to have one, it is gone.
        setTimeout(() => process.kill(killed ?? 0, 'SIGKILL'), 1_500);
      });
      expect(killed).not.toBeNull();
      expect(err).toContain(`worker process ${String(killed)} ended (SIGKILL)`);
      expect(err).not.toContain('SharedAccessKey');
      expect(code).toBe(exits.ok);
      await ran(['campaign', ...words.split(' '), '--out', here, '-q']);
      expect(documentIn(there)).toBe(documentIn(here));
    },
  );

  test.each([
    [['--join', '--queue', 'q'], '--join needs to know where'],
    [['--join', '--distributed', 'broker'], '--join needs to know where'],
    [['--distributed', '@/nowhere/at/all'], 'the connection string cannot be read'],
  ])('with %j is refused with 64', async (more, text) => {
    const { code, err } = await ran(['campaign', '--runs', '1', '--out', folder(), ...more]);
    expect(code).toBe(exits.usage);
    expect(err).toContain(text);
  });
});

describe('its messages', () => {
  const job: CampaignJob = {
    kind: 'campaign',
    mutant: undefined,
    invariants: undefined,
    options: { profile: 'mild' },
    seed: 3,
    runs: 4,
    searchMs: Infinity,
    shrinkMs: 1,
    shrinkTries: 1,
    failFast: false,
    maxBugs: 1,
    canaries: [],
  };
  const task = { chunk: 0, strategy: 'timed' as const, runs: 4, canaries: [] };

  test('carry a job whose chunk is the very same on the other side', () => {
    const { job: got, task: same } = taskIn(taskBody(job, task, 'abc'), 'abc');
    const options = { ...optionsOf(got), canaries: [], failFast: false };
    const result = new Bench(options).work(same, () => false);
    const body = resultBody(result);
    expect(resultIn(body)).toEqual({ schema: 'whitewater.chunk/2', kind: 'result', result });
    expect(result.tally.runs).toBe(4);
    const { tally } = campaign({ ...optionsOf(job), shrinkTries: 1 });
    expect(result.tally.events).toBe(tally.events);
  });

  test('of another commit are refused with what each side is', () => {
    expect(() => taskIn(taskBody(job, task, 'abc'), 'abd')).toThrow(/commit abc, .* commit abd/u);
  });

  test('that are none of ours are refused', () => {
    for (const body of [
      Buffer.from('hello'),
      gzipSync('{"schema":"other"}'),
      gzipSync('null'),
      resultBody({ ...JSON.parse('{"chunk":1}') }),
    ]) {
      expect(() => taskIn(body, null)).toThrow('a message in the queue is no');
    }
  });

  test('that are too large to travel say whose chunk they were', () => {
    const noise = Array.from({ length: 200_000 }, (_, i) => Math.imul(i + 7, 0x9e3779b1) >>> 0);
    const result = { chunk: 9, tally: noise } as unknown as Parameters<typeof resultBody>[0];
    const body = resultBody(result);
    expect(body.length).toBeLessThan(1_000);
    expect(resultIn(body)).toMatchObject({ kind: 'large', chunk: 9 });
  });
});
