/** What a second worker thread is worth to a campaign. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Benchmark, Figure } from './measure.ts';
import { timed } from './measure.ts';

const runs = 2_000;

/** Runs a second of a campaign in a process of its own, its start and end included. */
function runsPerSecond(workers: number): number {
  const out = mkdtempSync(join(tmpdir(), 'whitewater-bench-'));
  const campaign = ['campaign', '--runs', String(runs), '--seed', '1', '--budget', '10m'];
  const words = [...campaign, '--workers', String(workers), '--out', out, '-q'];
  const { wallSeconds } = timed(() => {
    execFileSync(process.execPath, ['dist/harness/main.js', ...words], { stdio: 'ignore' });
  });
  rmSync(out, { recursive: true });
  return runs / wallSeconds;
}

function measure(): readonly Figure[] {
  const one = runsPerSecond(1);
  const two = runsPerSecond(2);
  return [
    { name: 'runs, one worker', value: one, unit: 'a second' },
    { name: 'runs, two workers', value: two, unit: 'a second' },
    {
      name: 'two beside one',
      value: two / one,
      unit: 'times',
      target: { kind: 'least', value: 1.9 },
    },
  ];
}

/** For the list of benchmarks. */
export const workersBenchmark: Benchmark = {
  name: 'workers',
  summary: 'a campaign with its coverage, by worker threads',
  warmUps: 0,
  runs: 3,
  measure,
};
