/**
 * One live run from its beginning to its verdict: the cluster stands up, is asked and tormented,
 * comes to rest, stops; the journals become one trace, and the trace is judged.
 */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Conclusion } from '../check/conclusion.ts';
import { readJournal } from '../live/journals.ts';
import { mergeJournals } from '../live/merge.ts';
import { agree } from '../live/server.ts';
import type { LiveRun } from '../live/trace.ts';
import { judgeLive } from '../live/trace.ts';
import { raft } from '../raft/machine.ts';
import type { HistoryRecord, TraceRecord } from '../trace/record.ts';
import { UserError } from '../trace/user-error.ts';
import { traceWriter } from '../trace/write.ts';
import type { Fault, Operation } from '../world/scenario.ts';
import type { Cluster, ClusterWish } from './cluster-core.ts';
import { openCluster } from './cluster-core.ts';
import type { FromChild } from './cluster-messages.ts';
import type { ServerProcess } from './cluster-processes.ts';
import { pause } from './cluster-processes.ts';
import type { TormentPlan } from './cluster-torment.ts';
import { Torment } from './cluster-torment.ts';
import { finalReads, operationsFor } from './cluster-work.ts';

export interface RunWish extends Pick<
  ClusterWish,
  'account' | 'topic' | 'layout' | 'servers' | 'clients' | 'guests' | 'seed' | 'out' | 'env'
> {
  readonly requests: number;
  /** The cluster stands at least so long; 0: until the requests are answered. */
  readonly durationMs: number;
  readonly torment: Omit<TormentPlan, 'seed'>;
  readonly trace: string;
  readonly events: RunEvents;
}

/** What is worth telling while it happens. Times are microseconds of the cluster's clock. */
export interface RunEvents {
  readonly onStanding: (cluster: Cluster) => void;
  readonly onLeader: (server: string, term: number, at: number) => void;
  readonly onAnswer: (answer: Answered) => void;
  readonly onEnd: (server: string, how: string, at: number) => void;
  readonly onBack: (server: string, at: number) => void;
  readonly onNotice: (server: string, text: string) => void;
  /** Asked again and again: true ends the run early, in good order. */
  readonly isInterrupted: () => boolean;
}

export interface Answered {
  /** From 0, in the order of asking. */
  readonly number: number;
  readonly ended: HistoryRecord;
  readonly tookMicros: number;
}

export interface RunResult {
  readonly conclusion: Conclusion;
  readonly records: number;
  readonly answered: number;
  readonly asked: number;
  readonly latenciesMicros: readonly number[];
  readonly faults: readonly Fault[];
  readonly dropped: Readonly<Record<string, number>>;
  /** Where the disks and journals are: kept when something was found. */
  readonly folder: string | null;
  readonly interrupted: boolean;
}

type Reason = LiveRun['reason'];
type Failed = Extract<FromChild, { readonly kind: 'failed' }>;

const lookEveryMs = 5;
/** Until a leader stands for the first time, and until all is settled after the quiet. */
const patienceMs = { near: 30_000, far: 180_000 };
const stopMs = 3_000;

class LiveRunning {
  readonly wish: RunWish;
  private readonly operations: readonly Operation[];
  private cluster: Cluster | null;
  private torment: Torment | null;
  private failure: { readonly server: string; readonly failed: Failed } | null;
  private error: unknown;
  private readonly begun: Map<number, HistoryRecord>;
  private asked: number;
  private ended: number;
  private answered: number;
  private isQuiet: boolean;
  private ledTerm: number;
  private readonly latencies: number[];

  constructor(wish: RunWish) {
    const { seed, requests, clients, durationMs: spreadMs } = wish;
    this.wish = wish;
    this.operations = operationsFor({ seed, requests, clients, spreadMs });
    this.cluster = null;
    this.torment = null;
    this.failure = null;
    this.error = null;
    this.begun = new Map();
    this.asked = 0;
    this.ended = 0;
    this.answered = 0;
    this.isQuiet = false;
    this.ledTerm = 0;
    this.latencies = [];
  }

  async run(): Promise<RunResult> {
    try {
      const cluster = await this.open();
      const reason = await this.live(cluster);
      this.torment?.halt();
      const online = cluster.processes.servers.filter(({ standing }) => standing === 'up');
      const names = online.map(({ name }) => name);
      await cluster.processes.stop(stopMs);
      await cluster.close();
      return await this.conclude(cluster, reason, names);
    } finally {
      this.torment?.halt();
      await this.cluster?.close();
    }
  }

  private async open(): Promise<Cluster> {
    const { wish, operations } = this;
    const cluster = await openCluster({
      ...wish,
      operations,
      isJournalled: true,
      hear: (record) => this.hear(record),
      onBroken: (error) => void (this.error ??= error),
      hooks: {
        onState: (server) => this.led(server),
        onConnected: (server) => this.connected(server),
        onEnd: (server, how) => this.serverEnded(server, how),
        onFailed: (server, failed) => void (this.failure ??= { server, failed }),
        onNotice: wish.events.onNotice,
        onRebuilt: (server) => this.rebuilt(server),
      },
    }).catch((error: unknown) => {
      this.mustStand();
      throw error;
    });
    this.cluster = cluster;
    this.torment = new Torment(cluster, { ...wish.torment, seed: wish.seed });
    wish.events.onStanding(cluster);
    return cluster;
  }

  private async live(cluster: Cluster): Promise<Reason> {
    const { clients, processes, clock } = cluster;
    const patience = cluster.isEmbedded ? patienceMs.near : patienceMs.far;
    for (const server of processes.servers) processes.go(server);
    const hasLeader = (): boolean => processes.servers.some(({ role }) => role === 'leader');
    if (!(await this.until(hasLeader, patience))) return 'time';
    const zero = clock.now();
    this.torment?.begin();
    await this.work(cluster, zero);
    if (this.isCutShort) return 'violation';
    await this.torment?.end(patience);
    this.isQuiet = true;
    clients.reactor.note(({ seq, at }) => ({ kind: 'quiet', seq, at, cause: -1 }));
    for (const read of finalReads(this.msAt(zero))) clients.ask(read);
    return (await this.settled(cluster, patience)) ? 'settled' : 'time';
  }

  /** Asks when each request's time has come, and waits for all answers and the end of the time. */
  private async work({ clients, clock }: Cluster, zero: number): Promise<void> {
    const { durationMs } = this.wish;
    for (const operation of this.operations) {
      const due = zero + operation.atMs * 1_000;
      if (!(await this.until(() => clock.now() >= due, Infinity))) return;
      clients.ask(operation);
    }
    const end = zero + durationMs * 1_000;
    await this.until(() => clients.isIdle && clock.now() >= end, Infinity);
  }

  private async settled({ processes, clients }: Cluster, withinMs: number): Promise<boolean> {
    const end = performance.now() + withinMs;
    while (performance.now() < end) {
      this.mustStand();
      const all = clients.isIdle ? await processes.statuses(1_000) : null;
      if (all !== null && clients.isIdle && agree(all)) return true;
      await pause(lookEveryMs * 4);
    }
    return false;
  }

  private get isCutShort(): boolean {
    return this.broken !== null || this.wish.events.isInterrupted();
  }

  /** False when the time is up or the run is interrupted. */
  private async until(isTrue: () => boolean, withinMs: number): Promise<boolean> {
    const end = performance.now() + withinMs;
    while (!isTrue()) {
      this.mustStand();
      if (this.isCutShort || performance.now() > end) return false;
      await pause(lookEveryMs);
    }
    return true;
  }

  /** Throws what a process died of, unless it was its machine: that the judges hear of. */
  private mustStand(): void {
    if (this.error !== null) throw this.error;
    if (this.failure === null || this.broken !== null) return;
    const { server, failed } = this.failure;
    if (failed.what === 'internal') throw new Error(`${server}: ${failed.text}`);
    const { text, remedy } = failed;
    throw new UserError(`${server}: ${text}`, {
      exitCode: 69,
      ...(remedy === null ? {} : { remedy }),
    });
  }

  /** A machine that broke an assertion of its own: the run ends, and that is its verdict. */
  private get broken(): { readonly server: string; readonly message: string } | null {
    if (this.failure?.failed.what !== 'machine') return null;
    return { server: this.failure.server, message: this.failure.failed.text };
  }

  private msAt(zero: number): number {
    return Math.floor(((this.cluster?.clock.now() ?? zero) - zero) / 1_000);
  }

  /* ---- what happens meanwhile ---- */

  private at(): number {
    return this.cluster?.clock.now() ?? 0;
  }

  private led(server: ServerProcess): void {
    if (server.role !== 'leader' || server.term <= this.ledTerm) return;
    this.ledTerm = server.term;
    this.wish.events.onLeader(server.name, server.term, this.at());
  }

  private connected(server: ServerProcess): void {
    // The first time, all servers come on line together.
    if (server.incarnation === 1 || this.torment === null) return;
    this.torment.connected(server);
    this.wish.events.onBack(server.name, this.at());
  }

  private serverEnded(server: ServerProcess, how: string): void {
    // What cannot go on is not started again: the run ends with what it said.
    if (this.torment === null || this.failure !== null) return;
    this.wish.events.onEnd(server.name, how, this.at());
    this.torment.ended(server);
  }

  private rebuilt(server: string): void {
    const text = 'its receiving connection was made anew';
    this.cluster?.clients.reactor.note(({ seq, at }) => {
      return { kind: 'bus', seq, at, cause: -1, what: 'disconnected', id: -1, to: server, text };
    });
  }

  private hear(record: TraceRecord): void {
    switch (record.kind) {
      case 'invoke':
        this.begun.set(record.process, record);
        if (!this.isQuiet) this.asked += 1;
        break;
      case 'ok':
      case 'fail':
      case 'info': {
        const began = this.begun.get(record.process);
        this.begun.delete(record.process);
        if (this.isQuiet) break;
        const number = this.ended;
        this.ended += 1;
        const tookMicros = record.at - (began?.at ?? record.at);
        if (record.kind !== 'info') {
          this.answered += 1;
          this.latencies.push(tookMicros);
        }
        this.wish.events.onAnswer({ number, ended: record, tookMicros });
        break;
      }
      default:
        break;
    }
  }

  /* ---- afterwards ---- */

  private async conclude(
    cluster: Cluster,
    reason: Reason,
    online: readonly string[],
  ): Promise<RunResult> {
    const { part, clock, processes, isEmbedded, bus } = cluster;
    const names = readdirSync(part.folder).filter((name) => name.endsWith('.ndjson'));
    const journals = await Promise.all(
      names.sort().map((name) => readJournal(join(part.folder, name))),
    );
    const merged = mergeJournals(journals);
    const faults = this.torment?.faults ?? [];
    const endedAt = clock.now();
    const runMs = Math.ceil(endedAt / 1_000);
    const { scenario } = part;
    const writer = traceWriter(this.wish.trace);
    let records = 0;
    const conclusion = judgeLive(
      {
        scenario: { ...scenario, faults, limits: { ...scenario.limits, runMs } },
        subject: raft.name,
        adapter: isEmbedded ? 'broker' : 'azure',
        reason,
        online,
        broken: this.broken,
        endedAt,
      },
      merged,
      (record) => {
        records += 1;
        writer.write(record);
      },
    );
    writer.close();
    const held = conclusion.verdict === 'pass';
    if (held) rmSync(part.folder, { recursive: true, force: true });
    const { strangers, stale, undecodable } = bus.counts;
    const { dropped } = processes;
    return {
      conclusion,
      records,
      answered: this.answered,
      asked: this.asked,
      latenciesMicros: this.latencies,
      faults,
      dropped: {
        ...dropped,
        strangers: dropped.strangers + strangers,
        stale: dropped.stale + stale,
        undecodable: dropped.undecodable + undecodable,
      },
      folder: held ? null : part.folder,
      interrupted: this.wish.events.isInterrupted(),
    };
  }
}

/** Rejects with a `UserError` when the bus cannot be reached or a server cannot go on. */
export function runCluster(wish: RunWish): Promise<RunResult> {
  return new LiveRunning(wish).run();
}
