#!/usr/bin/env node
/**
 * `npm run bench [-- NAME…]`: the figures Whitewater claims, measured on this machine. With `--export
 * FOLDER` the histories that the linearizability judge is measured with, for other checkers.
 */
import { mkdirSync } from 'node:fs';
import { exportAll } from './bench/linearizability-families.ts';
import { benchmarks } from './bench/list.ts';
import { report } from './bench/measure.ts';

const usage = 64;
const words = process.argv.slice(2);
const names = new Set(benchmarks.map(({ name }) => name.split(' ')[0] ?? name));

function exportTo(folder: string | undefined): void {
  if (folder === undefined) {
    console.error('error: --export wants a folder');
    process.exitCode = usage;
    return;
  }
  mkdirSync(folder, { recursive: true });
  for (const file of exportAll(folder)) console.log(file);
}

async function measure(): Promise<void> {
  const unknown = words.filter((word) => !names.has(word));
  if (unknown.length > 0) {
    const known = [...names].join(', ');
    console.error(`error: no benchmark is called ${unknown.join(', ')}; there are ${known}`);
    process.exitCode = usage;
    return;
  }
  for (const bench of benchmarks) {
    const [name] = bench.name.split(' ');
    const wanted = words.length === 0 ? bench.onlyByName !== true : words.includes(name ?? '');
    if (wanted) await report(bench);
  }
}

const at = words.indexOf('--export');
if (at >= 0) exportTo(words[at + 1]);
else await measure();
