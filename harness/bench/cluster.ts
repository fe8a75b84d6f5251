/**
 * A real cluster over the embedded broker: committed operations a second, as many as clients that
 * wait for each answer can bring about, and the time of one AppendEntries round. Every operation is
 * durable on a majority of disks and has crossed the SDK and the broker four times.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultTopic } from '../../adapters/azure/routes.ts';
import type { Cluster } from '../cli/cluster-core.ts';
import { openCluster } from '../cli/cluster-core.ts';
import { pause } from '../cli/cluster-processes.ts';
import { readJournal } from '../live/journals.ts';
import type { TraceRecord } from '../trace/record.ts';
import type { Benchmark, Figure } from './measure.ts';
import { median } from './measure.ts';

const servers = 5;
const warmUpMs = 3_000;
const measuredMs = 5_000;
/** With the leader itself, a majority of five. */
const repliesNeeded = 2;

interface Load {
  readonly perSecond: number;
  /** Milliseconds from asking to the answer. */
  readonly latencyMs: number;
  /** Milliseconds from the leader's sends to the replies of a majority; NaN: not recorded. */
  readonly roundMs: number;
}

/** Every client asks again as soon as it is answered. */
class Loop {
  cluster: Cluster | null = null;
  answered = 0;
  isOver = false;
  readonly latencies: number[] = [];
  private readonly begun = new Map<string, number>();
  private asked = 0;

  readonly hear = (record: TraceRecord): void => {
    if (record.kind === 'invoke') this.begun.set(record.client, record.at);
    else if (record.kind === 'ok') {
      this.answered += 1;
      this.latencies.push((record.at - (this.begun.get(record.client) ?? record.at)) / 1_000);
      if (!this.isOver) setImmediate(() => this.ask(record.client));
    } else if (record.kind === 'info') throw new Error('an operation was not answered');
  };

  ask(client: string): void {
    this.asked += 1;
    const operation = { atMs: 0, client, f: 'write', key: client, value: this.asked } as const;
    this.cluster?.clients.ask(operation);
  }
}

async function underLoad(clients: number, isJournalled: boolean): Promise<Load> {
  const out = mkdtempSync(join(tmpdir(), 'whitewater-bench-'));
  const loop = new Loop();
  const cluster = await openCluster({
    account: undefined,
    topic: defaultTopic,
    layout: 'filteredTopic',
    servers,
    clients,
    guests: 0,
    seed: 1,
    operations: [],
    out,
    isJournalled,
    env: process.env,
    hear: loop.hear,
    onBroken: (error) => {
      throw error;
    },
    hooks: {
      onState: () => undefined,
      onConnected: () => undefined,
      onEnd: () => undefined,
      onFailed: (server, { text }) => {
        throw new Error(`${server}: ${text}`);
      },
      onNotice: () => undefined,
      onRebuilt: () => undefined,
    },
  });
  loop.cluster = cluster;
  try {
    const { processes } = cluster;
    for (const server of processes.servers) processes.go(server);
    while (!processes.servers.some(({ role }) => role === 'leader')) await pause(10);
    for (let number = 1; number <= clients; number += 1) loop.ask(`c${number}`);
    await pause(warmUpMs);
    const before = loop.answered;
    const at = performance.now();
    loop.latencies.length = 0;
    await pause(measuredMs);
    const perSecond = ((loop.answered - before) / (performance.now() - at)) * 1_000;
    const latencyMs = median(loop.latencies);
    loop.isOver = true;
    const { name } = processes.servers.find(({ role }) => role === 'leader') ?? { name: '' };
    await processes.stop(1_000);
    await cluster.close();
    const roundMs = isJournalled ? await roundOf(cluster.part.folder, name) : NaN;
    return { perSecond, latencyMs, roundMs };
  } finally {
    await cluster.close();
    rmSync(out, { recursive: true, force: true });
  }
}

/** Of the leader's journal: each time it sent entries, and when enough followers had them. */
async function roundOf(folder: string, leader: string): Promise<number> {
  const file = readdirSync(folder).find((name) => name.startsWith(`${leader}-`)) ?? '';
  const { records } = await readJournal(join(folder, file));
  const from = (records.at(-1)?.at ?? 0) - measuredMs * 1_000;
  const rounds: number[] = [];
  let sentAt = -1;
  let lastIndex = 0;
  let replies = 0;
  for (const record of records) {
    if (record.kind === 'send' && record.message.kind === 'AppendEntries') {
      const { prevIndex, entries } = record.message;
      if (record.at < from || prevIndex + entries.length <= lastIndex) continue;
      sentAt = record.at;
      lastIndex = prevIndex + entries.length;
      replies = 0;
    } else if (record.kind === 'match' && record.matchIndex === lastIndex) {
      replies += 1;
      if (replies === repliesNeeded) rounds.push((record.at - sentAt) / 1_000);
    }
  }
  return median(rounds);
}

async function measure(): Promise<readonly Figure[]> {
  const one = await underLoad(1, false);
  const many = await underLoad(32, false);
  const told = await underLoad(1, true);
  return [
    { name: 'committed, 1 client', value: one.perSecond, unit: 'a second' },
    { name: 'one operation, 1 client', value: one.latencyMs, unit: 'ms' },
    { name: 'committed, 32 clients', value: many.perSecond, unit: 'a second' },
    { name: 'one operation, 32 clients', value: many.latencyMs, unit: 'ms' },
    { name: 'committed, 1 client, recorded', value: told.perSecond, unit: 'a second' },
    {
      name: 'AppendEntries round, 5 servers',
      value: told.roundMs,
      unit: 'ms',
      target: { kind: 'most', value: 4 },
    },
  ];
}

export const clusterBenchmarks: readonly Benchmark[] = [
  {
    name: 'cluster',
    summary: '5 server processes over the SDK and the embedded broker, fsync on every write',
    warmUps: 0,
    runs: 3,
    measure,
  },
];
