/**
 * For tests: a whole cluster in one process, on whatever bus it is given, with files for disks and a
 * journal each, as its processes have them. Three clients ask without end: one reads, writes and
 * compares, one writes keys of its own to be found again, one asks only when it is told to.
 */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Bus } from '../bus/bus.ts';
import type { Conclusion } from '../check/conclusion.ts';
import { raft } from '../raft/machine.ts';
import type { HistoryRecord, TraceRecord } from '../trace/record.ts';
import type { Operation, Scenario } from '../world/scenario.ts';
import { clientNames, serverNames } from '../world/setup.ts';
import { LiveClients } from './clients.ts';
import { clockSince, origin } from './clock.ts';
import type { Clock } from './clock.ts';
import { openFileDisk } from './file-disk.ts';
import { FileJournal, journalSchema } from './journal.ts';
import { readJournal } from './journals.ts';
import { mergeJournals } from './merge.ts';
import type { Routes } from './port.ts';
import type { Part } from './reactor.ts';
import { agree, LiveServer } from './server.ts';
import { judgeLive } from './trace.ts';

export interface LiveBus {
  readonly bus: Bus<Buffer>;
  close(): Promise<void>;
}

export interface ClusterOptions {
  readonly folder: string;
  readonly scenario: Scenario;
  readonly routes: Routes;
  /** The bus of one process; `wake` is to be called when it has something. */
  readonly busOf: (process: string, wake: () => void) => LiveBus;
}

/** What was asked and answered, and what became of it. */
export interface Outcome {
  readonly conclusion: Conclusion;
  readonly records: readonly TraceRecord[];
  /** Writes that were acknowledged, and what was found in their place at the end. */
  readonly acknowledged: ReadonlyMap<string, number>;
  readonly found: ReadonlyMap<string, unknown>;
}

const pauseMs = 15;
const lookEveryMs = 5;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

export class ClusterInProcess {
  readonly servers: readonly LiveServer[];
  readonly clients: LiveClients;
  readonly acknowledged: Map<string, number>;
  private readonly options: ClusterOptions;
  private readonly folder: string;
  private readonly clock: Clock;
  private readonly began: string;
  private readonly closers: (() => unknown)[];
  private readonly journals: string[];
  private readonly ended: Map<string, HistoryRecord>;
  private readonly found: Map<string, unknown>;
  private error: unknown;
  private asked: number;
  private isWorking: boolean;

  constructor(options: ClusterOptions) {
    const { scenario } = options;
    this.options = options;
    this.folder = mkdtempSync(join(options.folder, 'cluster-'));
    this.began = origin();
    this.clock = clockSince(this.began);
    this.closers = [];
    this.journals = [];
    this.ended = new Map();
    this.acknowledged = new Map();
    this.found = new Map();
    this.error = null;
    this.asked = 0;
    this.isWorking = true;
    this.servers = serverNames(scenario).map((name, index) => this.server(name, index + 1));
    const reactor = (): LiveClients => this.clients;
    const part = this.part({ process: 'client', processNumber: 0 }, () => reactor().reactor.wake());
    this.clients = new LiveClients(part, clientNames(scenario));
  }

  /**
   * Connects one after another, and tells of each; then a leader is elected, and the clients ask
   * without end.
   */
  async open(withinMs: number, connected: (process: string) => Promise<void>): Promise<void> {
    const { clients, servers } = this;
    clients.connect();
    await this.until(() => clients.isConnected, withinMs, 'the clients are connected');
    await connected('client');
    for (const server of servers) {
      const { server: name } = server.status();
      const isConnected = (): boolean => {
        server.connect();
        return server.isConnected;
      };
      await this.until(isConnected, withinMs, `${name} is connected`);
      await connected(name);
    }
    for (const server of servers) server.start();
    await this.until(() => this.leader !== undefined, withinMs, 'a leader stands');
    this.askNext('c1');
    this.askNext('c2');
  }

  get leader(): string | undefined {
    return this.servers.map((one) => one.status()).find(({ role }) => role === 'leader')?.server;
  }

  /** A request, from now to its answer: rejects when there is none in time. In milliseconds. */
  async answers(withinMs: number): Promise<number> {
    const start = performance.now();
    await this.ask({ f: 'write', key: 'z', value: (this.asked += 1) }, withinMs);
    return performance.now() - start;
  }

  /** What the journals cannot tell: from now back, messages of all may have been lost. */
  noteLosses(text: string): void {
    const { scenario } = this.options;
    for (const to of [...serverNames(scenario), ...clientNames(scenario)]) {
      this.clients.reactor.note(({ seq, at }) => {
        return { kind: 'bus', seq, at, cause: -1, what: 'disconnected', id: -1, to, text };
      });
    }
  }

  /** Asks no more, lets everything come to rest, looks for what was acknowledged, and judges. */
  async conclude(withinMs: number): Promise<Outcome> {
    this.isWorking = false;
    const { clients, servers, acknowledged, found } = this;
    await this.until(() => clients.isIdle, withinMs, 'all are answered');
    clients.reactor.note(({ seq, at }) => ({ kind: 'quiet', seq, at, cause: -1 }));
    for (const key of acknowledged.keys()) {
      const { value } = await this.ask({ f: 'read', key, value: null }, withinMs);
      found.set(key, value);
    }
    const isSettled = (): boolean => agree(servers.map((server) => server.status()));
    await this.until(isSettled, withinMs, 'the servers agree');
    await this.close();
    return { ...(await this.judge()), acknowledged, found };
  }

  async close(): Promise<void> {
    this.isWorking = false;
    for (const { reactor } of [...this.servers, this.clients]) reactor.stop();
    const closers = this.closers.splice(0);
    await Promise.all(closers.map((close) => close()));
  }

  async until(isTrue: () => boolean, withinMs: number, what: string): Promise<void> {
    const end = performance.now() + withinMs;
    while (!isTrue()) {
      if (this.error !== null) throw this.error;
      if (performance.now() > end) throw new Error(`after ${withinMs} ms not yet: ${what}`);
      await pause(lookEveryMs);
    }
  }

  private server(process: string, processNumber: number): LiveServer {
    const path = join(this.folder, `${process}.log`);
    const disk = openFileDisk(path, { server: process, cluster: this.options.scenario.name });
    this.closers.push(() => disk.close());
    const made: { server: LiveServer | null } = { server: null };
    const part = this.part({ process, processNumber }, () => made.server?.reactor.wake());
    made.server = new LiveServer(part, disk);
    return made.server;
  }

  private part(who: Pick<Part, 'process' | 'processNumber'>, wake: () => void): Part {
    const { scenario, routes, busOf } = this.options;
    const path = join(this.folder, `${who.process}.ndjson`);
    const { process } = who;
    const head = { schema: journalSchema, process, incarnation: 1, found: null } as const;
    const hear = process === 'client' ? (record: TraceRecord) => this.hear(record) : null;
    const journal = new FileJournal(path, head, hear);
    this.journals.push(path);
    const live = busOf(process, wake);
    this.closers.push(
      () => journal.close(),
      () => live.close(),
    );
    return {
      ...who,
      scenario,
      subject: raft,
      bus: live.bus,
      routes,
      incarnation: 1,
      timeToLiveMicros: scenario.bus.timeToLiveMs * 1_000,
      clock: this.clock,
      journal,
      onBroken: (error) => void (this.error ??= error),
    };
  }

  private async ask(
    what: Pick<Operation, 'f' | 'key' | 'value'>,
    withinMs: number,
  ): Promise<HistoryRecord> {
    this.ended.delete('c3');
    this.clients.ask({ ...what, atMs: 0, client: 'c3' });
    await this.until(() => this.ended.has('c3'), withinMs, `an answer to ${what.f} ${what.key}`);
    const ended = this.ended.get('c3');
    if (ended?.kind !== 'ok')
      throw new Error(`${what.f} ${what.key} ended as ${ended?.kind ?? ''}`);
    return ended;
  }

  private hear(record: TraceRecord): void {
    if (record.kind !== 'ok' && record.kind !== 'fail' && record.kind !== 'info') return;
    const { client, kind, key, value } = record;
    this.ended.set(client, record);
    if (client === 'c2' && kind === 'ok' && typeof value === 'number') {
      this.acknowledged.set(key, value);
    }
    if (client !== 'c3') setTimeout(() => this.askNext(client), pauseMs);
  }

  private askNext(client: string): void {
    if (!this.isWorking) return;
    this.asked += 1;
    const value = this.asked;
    const key = client === 'c2' ? `k${value}` : 'x';
    const rest = { atMs: 0, client, key };
    const turn = client === 'c2' ? 0 : value % 3;
    if (turn === 1) this.clients.ask({ ...rest, f: 'read', value: null });
    else if (turn === 2) this.clients.ask({ ...rest, f: 'cas', value: [value - 3, value] });
    else this.clients.ask({ ...rest, f: 'write', value });
  }

  private async judge(): Promise<Pick<Outcome, 'conclusion' | 'records'>> {
    const { scenario } = this.options;
    const journals = await Promise.all(this.journals.map((path) => readJournal(path)));
    const endedAt = this.clock.now();
    const records: TraceRecord[] = [];
    const limits = { ...scenario.limits, runMs: Math.ceil(endedAt / 1_000) };
    const conclusion = judgeLive(
      {
        scenario: { ...scenario, limits },
        subject: raft.name,
        adapter: 'broker',
        reason: 'settled',
        online: serverNames(scenario),
        broken: null,
        endedAt,
      },
      mergeJournals(journals),
      (record) => records.push(record),
    );
    return { conclusion, records };
  }
}
