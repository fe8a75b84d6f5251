/**
 * What a second worker thread is worth to a campaign that is under way, beside what two processes
 * that know nothing of each other reach: cores share caches, memory and, where they are virtual, more.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Benchmark, Figure } from './measure.ts';
import type { Pace } from './workers-child.ts';

/** The campaign in a process of its own. */
function paceOf(workers: number): Promise<Pace> {
  const child = fork(fileURLToPath(new URL('workers-child.js', import.meta.url)), [
    String(workers),
  ]);
  return new Promise((resolve, reject) => {
    let told: Pace | null = null;
    child.on('message', (pace: Pace) => (told = pace));
    child.on('close', (code) => {
      if (told !== null) resolve(told);
      else reject(new Error(`the campaign ended with code ${code ?? '?'} and no figures`));
    });
  });
}

async function measure(): Promise<readonly Figure[]> {
  const one = await paceOf(1);
  const two = await paceOf(2);
  const apart = await Promise.all([paceOf(1), paceOf(1)]);
  const together = apart.reduce((sum, { runsPerSecond }) => sum + runsPerSecond, 0);
  const [first, second] = [one.runsPerSecond, two.runsPerSecond];
  return [
    { name: 'runs, one worker', value: first, unit: 'a second' },
    { name: 'runs, two workers', value: second, unit: 'a second' },
    {
      name: 'two workers beside one',
      value: second / first,
      unit: 'times',
      target: { kind: 'least', value: 1.9 },
    },
    { name: 'two processes beside one', value: together / first, unit: 'times' },
    { name: 'until the first chunk is in, one', value: one.startSeconds, unit: 'seconds' },
    { name: 'until the first chunk is in, two', value: two.startSeconds, unit: 'seconds' },
    { name: 'CPU for 1,000 runs, one worker', value: one.cpuSeconds, unit: 'seconds' },
    { name: 'CPU for 1,000 runs, two workers', value: two.cpuSeconds, unit: 'seconds' },
  ];
}

/** For the list of benchmarks. */
export const workersBenchmark: Benchmark = {
  name: 'workers',
  summary: 'a campaign with its coverage, by worker threads, from when it is under way',
  warmUps: 0,
  runs: 2,
  measure,
};
