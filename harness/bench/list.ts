/** The benchmarks there are. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryLab } from '../cli/lab.ts';
import { execute, record } from '../search/execute.ts';
import { traceWriter } from '../trace/write.ts';
import type { Scenario } from '../world/scenario.ts';
import { loaded } from './load.ts';
import { bareLoop } from './loop.ts';
import type { Benchmark, Figure } from './measure.ts';
import { timed } from './measure.ts';
import { raft } from '../raft/machine.ts';

const lab = memoryLab(raft);
let seed = 0;

function under(perMs: number, lengthMs: number): Scenario {
  seed += 1;
  return loaded({ seed, servers: 5, clients: 64, lengthMs, perMs });
}

function mustPass(verdict: string): void {
  if (verdict !== 'pass') throw new Error(`the load ended as ${verdict}`);
}

const loopEvents = 3_000_000;

/** The bare loop and the wheel in one run, so that their ratio does not depend on the machine. */
function wheel(): readonly Figure[] {
  const bare = timed(() => bareLoop(loopEvents));
  const scenario = under(1, 10_000);
  const { result, cpuSeconds } = timed(() => execute(scenario, lab));
  mustPass(result.verdict);
  const perSecond = result.stats.messages / cpuSeconds;
  return [
    {
      name: 'bus messages',
      value: perSecond,
      unit: 'a second',
      target: { kind: 'least', value: 1_000_000 },
    },
    {
      name: 'simulated to real time',
      value: result.stats.simMicros / 1e6 / cpuSeconds,
      unit: 'times',
      target: { kind: 'least', value: 200 },
    },
    { name: 'bare event loop', value: loopEvents / bare.cpuSeconds, unit: 'events a second' },
    {
      name: 'messages to bare events',
      value: perSecond / (loopEvents / bare.cpuSeconds),
      unit: 'ratio',
    },
  ];
}

/** The whole trace of a load, streamed to a file. */
function trace(): readonly Figure[] {
  const folder = mkdtempSync(join(tmpdir(), 'whitewater-bench-'));
  let records = 0;
  const { cpuSeconds } = timed(() => {
    const writer = traceWriter(join(folder, 'trace.ndjson'));
    record(under(1, 3_000), lab, (written) => {
      records += 1;
      writer.write(written);
    });
    writer.close();
  });
  rmSync(folder, { recursive: true });
  return [
    {
      name: 'records written',
      value: records / cpuSeconds,
      unit: 'a second',
      target: { kind: 'least', value: 300_000 },
    },
  ];
}

export const benchmarks: readonly Benchmark[] = [
  {
    name: 'wheel',
    summary: '5 servers, 1,000 operations a virtual second, all judges on line, no trace, one core',
    warmUps: 3,
    runs: 9,
    measure: wheel,
  },
  {
    name: 'trace',
    summary: 'the same with the whole NDJSON trace streamed to a file',
    warmUps: 2,
    runs: 5,
    measure: trace,
  },
];
