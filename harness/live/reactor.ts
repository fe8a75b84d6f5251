/**
 * The world's wheel on the wall clock: one process's part of a cluster. Bus events and what is due
 * are taken in turns; a turn writes its journal before its messages can leave and before its disk
 * is asked for anything, so that whatever others know of this process, its journal tells.
 */
import type { Bus, Micros } from '../bus/bus.ts';
import type { Subject } from '../raft/step.ts';
import type { TraceRecord } from '../trace/record.ts';
import { onBus } from '../world/arrive.ts';
import { mark } from '../world/emitter.ts';
import { happen } from '../world/happen.ts';
import type { Fault, Scenario } from '../world/scenario.ts';
import { newWorld } from '../world/setup.ts';
import { store } from '../world/store.ts';
import { aimed, impose, reconnect } from '../world/strike.ts';
import { synced } from '../world/turn.ts';
import type { ActiveFault, Host, World } from '../world/world.ts';
import { happening, indexOf, kindOf, sameStamp } from '../world/world.ts';
import type { Clock } from './clock.ts';
import type { FileDisk } from './file-disk.ts';
import type { Journal } from './journal.ts';
import { firstSeqOf } from './journal.ts';
import type { Routes } from './port.ts';
import { Port } from './port.ts';

/** What every process of a cluster is given. */
export interface Part {
  readonly scenario: Scenario;
  readonly subject: Subject;
  readonly bus: Bus<Buffer>;
  readonly routes: Routes;
  /** `S1` or `client`: with the incarnation it begins the ids of messages. */
  readonly process: string;
  readonly incarnation: number;
  /** Of all starts of processes in the cluster. */
  readonly processNumber: number;
  readonly timeToLiveMicros: Micros;
  readonly clock: Clock;
  readonly journal: Journal;
  /** The process cannot go on: its disk refused, or the machine broke an assertion of its own. */
  readonly onBroken: (error: unknown) => void;
}

/** Longer than any wait of the world; timers of the platform end at 2^31 ms. */
const waitMsMax = 60_000;
const lazyMs = 50;

export class Reactor {
  readonly world: World;
  readonly port: Port;
  private readonly part: Part;
  private readonly disks: Map<number, FileDisk>;
  private readonly faults: Map<number, ActiveFault>;
  private timer: NodeJS.Timeout | undefined;
  private timerAt: Micros;
  private toldAt: number;
  private lazily: NodeJS.Timeout | undefined;
  private isTurning: boolean;
  private isAwake: boolean;
  private isStopped: boolean;

  constructor(part: Part) {
    const { bus, routes, process: name, incarnation, timeToLiveMicros } = part;
    const port = new Port({ bus, routes, sender: `${name}-${incarnation}`, timeToLiveMicros });
    this.part = part;
    this.port = port;
    this.world = newWorld({
      scenario: part.scenario,
      subject: part.subject,
      application: store,
      bus: () => port,
      observer: part.journal,
      stop: () => false,
      firstSeq: firstSeqOf(part.processNumber),
    });
    this.world.now = part.clock.now();
    this.disks = new Map();
    this.faults = new Map();
    this.timer = undefined;
    this.timerAt = Infinity;
    this.toldAt = 0;
    this.lazily = undefined;
    this.isTurning = false;
    this.isAwake = false;
    this.isStopped = false;
  }

  /** The disk behind a server of this process. */
  attach(host: Host, disk: FileDisk): void {
    this.disks.set(host.index, disk);
  }

  /** Something has come: a turn follows soon. */
  readonly wake = (): void => {
    if (this.isAwake || this.isStopped) return;
    this.isAwake = true;
    setImmediate(() => {
      this.isAwake = false;
      this.turn();
    });
  };

  /** Does `work` at this moment, with a turn of its own. */
  now(work: (world: World) => void): void {
    if (this.isStopped) return;
    this.guarded(() => {
      this.world.now = this.part.clock.now();
      this.world.cause = -1;
      work(this.world);
    });
    this.turn();
  }

  /** Messages suffer from now on; faults of one server that are not its clock or disk do nothing. */
  impose(index: number, fault: Fault): void {
    const active = aimed(this.world, fault, index);
    if (active === undefined || this.faults.has(index)) return;
    this.faults.set(index, active);
    impose(this.world, active);
  }

  relieve(index: number): void {
    const active = this.faults.get(index);
    if (active === undefined) return;
    this.faults.delete(index);
    reconnect(this.world, active);
  }

  /** Adds a record of what was done to the cluster from outside; returns its number. */
  note(make: (at: { seq: number; at: Micros }) => TraceRecord): number {
    const at = this.part.clock.now();
    const seq = this.world.emitter.take(mark.fault, at, 0);
    this.part.journal.take(make({ seq, at }));
    return seq;
  }

  /** Nothing happens any more; the journal holds all that did. */
  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
    clearTimeout(this.lazily);
    this.part.journal.flush();
  }

  private turn(): void {
    if (this.isStopped || this.isTurning) return;
    this.isTurning = true;
    this.guarded(() => this.takeAll());
    this.isTurning = false;
  }

  private guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.stop();
      this.part.onBroken(error);
    }
  }

  private takeAll(): void {
    const { world, part } = this;
    world.now = part.clock.now();
    for (const event of world.bus.poll(world.now)) onBus(world, event);
    const { queue } = world;
    let syncing: Host[] | null = null;
    while (queue.nextTime() <= world.now) {
      queue.pop();
      const { code, payload } = queue;
      if (kindOf(code) !== happening.disk) {
        happen(world, code, payload);
        continue;
      }
      const host = world.hosts[indexOf(code)];
      if (host !== undefined && sameStamp(code, host.incarnation)) (syncing ??= []).push(host);
    }
    this.tellJournal(syncing !== null);
    if (syncing !== null) for (const host of syncing) this.sync(host);
    this.rest(queue.nextTime());
  }

  /**
   * What nobody else can know of yet may wait: were the process killed now, it would be as if it had
   * not happened.
   */
  private tellJournal(mustTell: boolean): void {
    const { published } = this.port;
    if (mustTell || published !== this.toldAt) {
      this.toldAt = published;
      this.part.journal.flush();
      return;
    }
    this.lazily ??= setTimeout(() => {
      this.lazily = undefined;
      this.part.journal.flush();
    }, lazyMs);
  }

  /** The writes that the fsync now due covers go to the real disk. */
  private sync(host: Host): void {
    const disk = this.disks.get(host.index);
    if (disk === undefined) throw new Error(`${host.id} has no disk in this process`);
    const writes = [];
    for (let at = 0; at < host.disk.syncing; at += 1) {
      const pending = host.disk.pending.at(at);
      if (pending !== undefined) writes.push(pending.write);
    }
    disk.append(host.incarnation, writes, (error) => {
      if (this.isStopped) return;
      if (error === null) return this.now((world) => synced(world, host));
      this.stop();
      this.part.onBroken(error);
    });
  }

  private rest(until: Micros): void {
    if (this.isStopped || (until >= this.timerAt && this.timer !== undefined)) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.timerAt = Infinity;
    if (until === Infinity) return;
    this.timerAt = until;
    const ms = Math.min(waitMsMax, Math.max(0, (until - this.part.clock.now()) / 1_000));
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.timerAt = Infinity;
      this.turn();
    }, ms);
  }
}
