#!/usr/bin/env node
/** `npm run bench [-- NAME…]`: the figures Whitewater claims, measured on this machine. */
import { benchmarks } from './bench/list.ts';
import { report } from './bench/measure.ts';

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !benchmarks.some((bench) => bench.name === name));
if (unknown.length > 0) {
  const known = benchmarks.map((bench) => bench.name).join(', ');
  console.error(`error: no benchmark is called ${unknown.join(', ')}; there are ${known}`);
  process.exitCode = 64;
} else {
  for (const bench of benchmarks) {
    if (wanted.length === 0 || wanted.includes(bench.name)) report(bench);
  }
}
