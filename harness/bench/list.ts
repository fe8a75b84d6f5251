/** The benchmarks there are. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryLab } from '../cli/lab.ts';
import { execute, record } from '../search/execute.ts';
import { sampled } from './sample.ts';
import { traceWriter } from '../trace/write.ts';
import { Emitter, mark } from '../world/emitter.ts';
import type { Features, Scenario } from '../world/scenario.ts';
import { agreementBenchmark } from './agreement.ts';
import { brokerBenchmarks } from './broker.ts';
import { clusterBenchmarks } from './cluster.ts';
import { linearizabilityBenchmarks } from './linearizability.ts';
import { loaded } from './load.ts';
import { bareLoop } from './loop.ts';
import { machineBenchmark } from './machine.ts';
import type { Benchmark, Figure } from './measure.ts';
import { shrinkingBenchmark } from './shrinking.ts';
import { timed } from './measure.ts';
import { workersBenchmark } from './workers.ts';
import { raft } from '../raft/machine.ts';

const lab = memoryLab(raft);
let seed = 0;

function under(perSecond: number, lengthMs: number): Scenario {
  seed += 1;
  return loaded({ seed, servers: 5, clients: 32, lengthMs, perSecond });
}

function mustPass(verdict: string): void {
  if (verdict !== 'pass') throw new Error(`the load ended as ${verdict}`);
}

const loopEvents = 3_000_000;

/** All that Raft does beyond the paper's sections 5 and 8, with the figures a program would take. */
const everyFeature: Features = {
  preVote: true,
  checkQuorum: true,
  leaseDriftBound: 1.1,
  snapshotEvery: 1_000,
  snapshotKeep: 100,
  snapshotChunkBytes: 64_000,
  bytesPerAppendMax: 200_000,
  uncommittedMax: 10_000,
  sessionsMax: 1_000,
};

/** Messages a CPU second of the same load with every feature on. */
function fullyFeatured(): number {
  const load = under(500, 20_000);
  const scenario = { ...load, cluster: { ...load.cluster, features: everyFeature } };
  const { result, cpuSeconds } = timed(() => execute(scenario, lab));
  mustPass(result.verdict);
  return result.stats.messages / cpuSeconds;
}

/** The bare loop and the wheel in one run, so that their ratio does not depend on the machine. */
function wheel(): readonly Figure[] {
  const bare = timed(() => bareLoop(loopEvents));
  const { result, cpuSeconds, wallSeconds } = timed(() => execute(under(500, 20_000), lab));
  mustPass(result.verdict);
  const featured = fullyFeatured();
  const { messages } = result.stats;
  const perSecond = messages / wallSeconds;
  const bareSecond = loopEvents / bare.wallSeconds;
  return [
    {
      name: 'bus messages',
      value: perSecond,
      unit: 'a second',
      target: { kind: 'least', value: 2_500_000 },
    },
    { name: 'bus messages', value: messages / cpuSeconds, unit: 'a CPU second' },
    {
      name: '… with every feature on',
      value: (featured * cpuSeconds) / messages,
      unit: 'of that',
      target: { kind: 'least', value: 0.85 },
    },
    { name: 'bare event loop', value: bareSecond, unit: 'events a second' },
    { name: 'messages to bare events', value: perSecond / bareSecond, unit: 'ratio' },
  ];
}

/** Operations a virtual second, and how many times faster than real time they should go by. */
const paces = [
  { perSecond: 0, least: 20_000 },
  { perSecond: 10, least: null },
  { perSecond: 100, least: null },
  { perSecond: 1_000, least: 400 },
] as const;

/** How fast time flies. */
function pace(): readonly Figure[] {
  return paces.map(({ perSecond, least }): Figure => {
    const lengthMs = perSecond > 100 ? 10_000 : 60_000;
    const { result, wallSeconds } = timed(() => execute(under(perSecond, lengthMs), lab));
    mustPass(result.verdict);
    return {
      name: `at ${perSecond} operations a second`,
      value: result.stats.simMicros / 1e6 / wallSeconds,
      unit: 'times real time',
      ...(least === null ? {} : { target: { kind: 'least', value: least } }),
    };
  });
}

const campaignRuns = 500;
const megabyte = 2 ** 20;

/** Generated scenarios one after another, as a campaign runs them. */
function campaign(): readonly Figure[] {
  seed += 1;
  const scenarios = sampled({ seed, runs: campaignRuns });
  let messages = 0;
  let simMicros = 0;
  const { wallSeconds } = timed(() => {
    for (const scenario of scenarios) {
      const { stats } = execute(scenario, lab);
      messages += stats.messages;
      simMicros += stats.simMicros;
    }
  });
  return [
    { name: 'runs', value: campaignRuns / wallSeconds, unit: 'a second' },
    {
      name: 'as runs of 10 virtual seconds',
      value: simMicros / 1e7 / wallSeconds,
      unit: 'a second',
      target: { kind: 'least', value: 1_500 },
    },
    { name: 'bus messages', value: messages / wallSeconds, unit: 'a second' },
    {
      name: 'memory of the process',
      value: process.memoryUsage().rss / megabyte,
      unit: 'MB',
      target: { kind: 'most', value: 400 },
    },
  ];
}

/** What the digest of so many records takes: every run has one. */
function digesting(records: number): number {
  const emitter = new Emitter({ full: false, listen: () => null });
  const { cpuSeconds } = timed(() => {
    for (let seq = 1; seq <= records; seq += 1) emitter.take(mark.send, seq, emitter.digest, 1);
  });
  return cpuSeconds;
}

/** The digest taken often enough to be measured well. */
const digestings = 20;

/** The whole trace of a load, streamed to a file; beside the same load without. */
function trace(): readonly Figure[] {
  const load = under(500, 6_000);
  const folder = mkdtempSync(join(tmpdir(), 'whitewater-bench-'));
  let records = 0;
  const none = timed(() => execute(load, lab));
  const { cpuSeconds } = timed(() => {
    const writer = traceWriter(join(folder, 'trace.ndjson'));
    record(load, lab, (written) => {
      records += 1;
      writer.write(written);
    });
    writer.close();
  });
  rmSync(folder, { recursive: true });
  const digest = digesting(records * digestings) / digestings;
  return [
    {
      name: 'digest of all records, always taken',
      value: (100 * digest) / none.cpuSeconds,
      unit: '% of the time',
      target: { kind: 'most', value: 10 },
    },
    {
      name: 'records written',
      value: records / cpuSeconds,
      unit: 'a second',
      target: { kind: 'least', value: 300_000 },
    },
    {
      name: 'time, beside none written',
      value: cpuSeconds / none.cpuSeconds,
      unit: 'times',
      target: { kind: 'most', value: 3 },
    },
  ];
}

export const benchmarks: readonly Benchmark[] = [
  {
    name: 'wheel',
    summary: '5 servers, 500 operations a virtual second, all judges on line, no trace, one core',
    warmUps: 8,
    runs: 9,
    measure: wheel,
  },
  {
    name: 'pace',
    summary: '5 servers, little to do or much, all judges on line, no trace',
    warmUps: 2,
    runs: 5,
    measure: pace,
  },
  {
    name: 'campaign',
    summary: 'generated scenarios with all their faults, all judges on line, no trace',
    warmUps: 2,
    runs: 9,
    measure: campaign,
  },
  {
    name: 'trace',
    summary: 'the same with the whole NDJSON trace streamed to a file',
    warmUps: 2,
    runs: 5,
    measure: trace,
  },
  workersBenchmark,
  machineBenchmark,
  ...linearizabilityBenchmarks,
  agreementBenchmark,
  ...brokerBenchmarks,
  ...clusterBenchmarks,
  shrinkingBenchmark,
];
