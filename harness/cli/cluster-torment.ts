/**
 * Rough water for real processes: servers are killed and started again, stopped and continued;
 * links are cut and messages hurt at every port to the bus. What is drawn is drawn from the seed;
 * when it strikes, the clock decides. Every fault is recorded, with its end.
 */
import { spawn } from 'node:child_process';
import { draw, purpose } from '../world/keyed.ts';
import type { Fault } from '../world/scenario.ts';
import type { Cluster } from './cluster-core.ts';
import type { ServerProcess } from './cluster-processes.ts';
import { pause } from './cluster-processes.ts';

export interface TormentPlan {
  readonly seed: number;
  /** Milliseconds between two of a kind; undefined: none of it. */
  readonly killEveryMs: number | undefined;
  readonly pauseEveryMs: number | undefined;
  readonly partitionEveryMs: number | undefined;
  /** Of 100 messages; undefined: none. */
  readonly roughPercent: number | undefined;
}

const shapes = ['halves', 'isolate', 'oneWay', 'bridge', 'ring'] as const;
/** Pauses and cuts last a part of the time between two of them, but not too long. */
const lastsMsMax = 2_000;
/** Longer than a timer is ever late. */
const rescueMs = 1_000;
const roughByMs = 30;
/** Whoever is hit, a majority must be able to work now and then: the leader only every other time. */
const leaderEvery = 2;

type Listed = Fault & { readonly forMs: number };

export class Torment {
  /** What struck, as the header tells it; the index is the fault's number. */
  readonly faults: Listed[];
  private readonly cluster: Cluster;
  private readonly plan: TormentPlan;
  /** Under way: link faults to be told to servers that start again. */
  private readonly active: Map<number, Fault>;
  /** By server: the kill it suffers from, and the number of that record. */
  private readonly killed: Map<string, { readonly index: number; readonly seq: number }>;
  private readonly paused: Map<string, number>;
  private readonly timers: Set<NodeJS.Timeout>;
  private draws: number;
  private isOver: boolean;

  constructor(cluster: Cluster, plan: TormentPlan) {
    this.faults = [];
    this.cluster = cluster;
    this.plan = plan;
    this.active = new Map();
    this.killed = new Map();
    this.paused = new Map();
    this.timers = new Set();
    this.draws = 0;
    this.isOver = false;
  }

  begin(): void {
    const { killEveryMs, pauseEveryMs, partitionEveryMs, roughPercent } = this.plan;
    if (killEveryMs !== undefined) this.every(killEveryMs, () => this.kill());
    if (pauseEveryMs !== undefined) this.every(pauseEveryMs, () => this.stop(lasts(pauseEveryMs)));
    if (partitionEveryMs !== undefined) {
      this.every(partitionEveryMs, () => this.cut(lasts(partitionEveryMs)));
    }
    if (roughPercent !== undefined) this.roughen(roughPercent);
  }

  /** Nothing new strikes. */
  halt(): void {
    this.isOver = true;
    for (const timer of this.timers) clearTimeout(timer);
  }

  /** Everything unkind ends; fulfilled when all servers are up again. */
  async end(withinMs: number): Promise<void> {
    this.halt();
    for (const index of this.active.keys()) this.heal(index);
    for (const server of this.cluster.processes.servers) {
      if (server.isPaused) this.resume(server);
    }
    const end = performance.now() + withinMs;
    const isUp = ({ standing }: ServerProcess): boolean => standing === 'up';
    while (!this.cluster.processes.servers.every(isUp) && performance.now() < end) await pause(5);
  }

  /** The server is there again: what hurts messages now hurts its messages, too. */
  connected(server: ServerProcess): void {
    const { processes } = this.cluster;
    for (const [index, fault] of this.active) {
      processes.tell(server, { kind: 'impose', index, fault });
    }
    processes.go(server);
    const kill = this.killed.get(server.name);
    if (kill === undefined) return;
    this.killed.delete(server.name);
    this.note(kill.index, 'end');
  }

  /** The server's process is gone, for whatever reason: recorded as a crash, and started again. */
  ended(server: ServerProcess): void {
    const { processes, clients } = this.cluster;
    const kill = this.killed.get(server.name);
    clients.reactor.note(({ seq, at }) => ({
      kind: 'crash',
      seq,
      at,
      cause: kill?.seq ?? -1,
      server: server.name,
      fault: kill?.index ?? -1,
      // What its disk held is read from what it tells when it starts again.
      survived: 0,
      torn: null,
      lost: 0,
    }));
    processes.start(server);
  }

  private every(ms: number, work: () => void): void {
    this.after(ms, () => {
      work();
      this.every(ms, work);
    });
  }

  private after(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      if (!this.isOver) work();
    }, ms);
    this.timers.add(timer);
  }

  private drawn(below: number): number {
    this.draws += 1;
    return draw(this.plan.seed, purpose.target, 0, this.draws) % below;
  }

  /** Servers that work; too few of them, and nobody is hit. */
  private victim(): ServerProcess | undefined {
    const { servers } = this.cluster.processes;
    const well = servers.filter(({ standing, isPaused }) => standing === 'up' && !isPaused);
    if (well.length <= Math.ceil(servers.length / 2)) return undefined;
    const leader = well.find(({ role }) => role === 'leader');
    if (leader !== undefined && this.drawn(leaderEvery) === 0) return leader;
    return well[this.drawn(well.length)];
  }

  private list(fault: Listed): number {
    this.faults.push(fault);
    return this.faults.length - 1;
  }

  private atMs(): number {
    return Math.floor(this.cluster.clock.now() / 1_000);
  }

  private note(index: number, phase: 'start' | 'end'): number {
    const detail = this.faults[index];
    if (detail === undefined) return -1;
    if (phase === 'end') {
      this.faults[index] = { ...detail, forMs: Math.max(1, this.atMs() - detail.atMs) };
    }
    const { kind: name } = detail;
    return this.cluster.clients.reactor.note(({ seq, at }) => {
      return { kind: 'fault', seq, at, cause: -1, fault: index, name, phase, detail };
    });
  }

  private kill(): void {
    const server = this.victim();
    if (server === undefined) return;
    const { name } = server;
    const lostMs = this.plan.killEveryMs ?? 0;
    const atMs = this.atMs();
    const index = this.list({ kind: 'crash', server: name, disk: 'lose', atMs, forMs: lostMs });
    this.killed.set(name, { index, seq: this.note(index, 'start') });
    this.cluster.processes.signal(server, 'SIGKILL');
  }

  private stop(forMs: number): void {
    const server = this.victim();
    const pid = server?.child?.pid;
    if (server === undefined || pid === undefined) return;
    const { name } = server;
    const index = this.list({ kind: 'pause', server: name, atMs: this.atMs(), forMs });
    // Should this process be killed meanwhile, the stopped one still goes on, and ends by itself.
    const seconds = ((forMs + rescueMs) / 1_000).toFixed(3);
    const rescue = ['-c', 'sleep "$1"; kill -CONT "$2"', 'rescue', seconds, String(pid)];
    spawn('/bin/sh', rescue, { detached: true, stdio: 'ignore' }).unref();
    this.cluster.processes.signal(server, 'SIGSTOP');
    server.isPaused = true;
    const fault = this.note(index, 'start');
    this.paused.set(name, index);
    this.noteMove('pause', { name, index, cause: fault });
    this.after(forMs, () => this.resume(server));
  }

  private resume(server: ServerProcess): void {
    const { name } = server;
    const index = this.paused.get(name);
    if (index === undefined || !server.isPaused) return;
    this.paused.delete(name);
    const cause = this.note(index, 'end');
    this.noteMove('resume', { name, index, cause });
    server.isPaused = false;
    this.cluster.processes.signal(server, 'SIGCONT');
  }

  private noteMove(
    kind: 'pause' | 'resume',
    of: { readonly name: string; readonly index: number; readonly cause: number },
  ): void {
    const { name: server, index: fault, cause } = of;
    this.cluster.clients.reactor.note(({ seq, at }) => {
      return { kind, seq, at, cause, server, fault };
    });
  }

  private cut(forMs: number): void {
    const names = this.cluster.processes.servers.map(({ name }) => name);
    const shape = shapes[this.drawn(shapes.length)] ?? 'halves';
    const first = this.drawn(names.length);
    const turned = [...names.slice(first), ...names.slice(0, first)];
    const size = shape === 'isolate' ? 1 : Math.max(1, Math.floor(names.length / 2));
    const side = shape === 'ring' ? [] : turned.slice(0, size);
    const clients = this.drawn(2) === 0;
    const fault = { kind: 'partition', shape, side, clients, atMs: this.atMs(), forMs } as const;
    const index = this.impose(fault);
    this.after(forMs, () => this.heal(index));
  }

  /** So many of a hundred messages each, as long as the torment lasts. */
  private roughen(percent: number): void {
    const any = { from: 'any', to: 'any', message: 'any', percent, forMs: 1 } as const;
    const atMs = this.atMs();
    this.impose({ kind: 'drop', ...any, atMs });
    this.impose({ kind: 'delay', byMs: roughByMs, ...any, atMs });
    this.impose({ kind: 'duplicate', afterMs: roughByMs, ...any, atMs });
    this.impose({ kind: 'reorder', byMs: roughByMs, ...any, atMs });
  }

  private impose(fault: Listed): number {
    const index = this.list(fault);
    this.note(index, 'start');
    this.active.set(index, fault);
    this.cluster.clients.reactor.impose(index, fault);
    this.cluster.processes.tellAll({ kind: 'impose', index, fault });
    return index;
  }

  private heal(index: number): void {
    if (!this.active.delete(index)) return;
    this.note(index, 'end');
    this.cluster.clients.reactor.relieve(index);
    this.cluster.processes.tellAll({ kind: 'relieve', index });
  }
}

function lasts(everyMs: number): number {
  return Math.min(lastsMsMax, Math.max(1, Math.floor(everyMs / 2)));
}
