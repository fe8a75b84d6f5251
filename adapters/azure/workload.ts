/**
 * A small user of a bus, for the tests of what accidents do to it: publishes numbered messages,
 * receives and completes them, and looks around through management and administration meanwhile.
 * It does what a participant must do by itself: it opens a receiver again that was closed.
 */
import type { BusEvent, ReceiveMode } from '../../harness/bus/bus.ts';
import type { Bench } from './testing.ts';
import { queueOptions } from './testing.ts';

export interface WorkloadPaths {
  readonly sendTo: string;
  readonly receiveFrom: string;
  /** A queue that exists. */
  readonly other: string;
}

/** How it receives; with credit, it is given anew all the time. */
export interface Receiving {
  readonly mode: ReceiveMode;
  readonly credit?: number;
}

const receiver = 'workload';
const publishEveryMs = 10;
const peekEveryMs = 100;
const administerEveryMs = 250;
const reopenAfterMs = 50;
/** Publishes not answered yet. */
const waitingMax = 300;
/** Every so many messages one is renewed before it is completed. */
const renewEvery = 10;

export class Workload {
  /** Bodies that the bus has said it has. */
  readonly confirmed: Set<number>;
  readonly delivered: Set<number>;
  published: number;
  private readonly bench: Bench;
  private readonly paths: WorkloadPaths;
  private readonly receiving: Receiving;
  private readonly waiting: Map<number, number>;
  private readonly renewing: Map<number, number>;
  private isPublishing: boolean;
  private isOver: boolean;
  private opening: number;
  private reopenAt: number;
  private nextAt: { publish: number; peek: number; administer: number };

  constructor(bench: Bench, paths: WorkloadPaths, receiving: Receiving) {
    this.bench = bench;
    this.paths = paths;
    this.receiving = receiving;
    this.confirmed = new Set();
    this.delivered = new Set();
    this.published = 0;
    this.waiting = new Map();
    this.renewing = new Map();
    this.isPublishing = true;
    this.isOver = false;
    this.opening = 0;
    this.reopenAt = 0;
    this.nextAt = { publish: 0, peek: 0, administer: 0 };
  }

  /** Runs until `end`. */
  async run(): Promise<void> {
    const { bench } = this;
    while (!this.isOver) {
      for (const event of bench.bus.poll(bench.now())) this.see(event);
      this.act(bench.now() / 1000);
      await bench.wait(bench.now() + publishEveryMs * 1000);
    }
  }

  /** Publishes nothing more. */
  stopPublishing(): void {
    this.isPublishing = false;
  }

  end(): void {
    this.isOver = true;
  }

  /** Confirmed and not delivered. */
  missing(): readonly number[] {
    return [...this.confirmed].filter((number) => !this.delivered.has(number));
  }

  /** Delivered and never published. */
  invented(): readonly number[] {
    return [...this.delivered].filter((number) => !(number >= 0 && number < this.published));
  }

  private act(nowMs: number): void {
    const { bench, paths, nextAt } = this;
    if (this.opening === 0 && this.reopenAt <= nowMs) {
      this.reopenAt = Infinity;
      const rest = { receiver, path: paths.receiveFrom, prefetch: 64, ...this.receiving };
      this.opening = bench.send({ kind: 'openReceiver', ...rest });
    }
    const { credit } = this.receiving;
    if (credit !== undefined) bench.submit({ kind: 'setCredit', receiver, credit });
    if (this.isPublishing && nextAt.publish <= nowMs && this.waiting.size < waitingMax) {
      nextAt.publish = nowMs + publishEveryMs;
      const number = this.published++;
      this.waiting.set(bench.publish(paths.sendTo, `${number}`), number);
    }
    if (nextAt.peek <= nowMs) {
      nextAt.peek = nowMs + peekEveryMs;
      bench.send({ kind: 'peek', path: paths.receiveFrom, fromSequenceNumber: 0, count: 1 });
    }
    if (nextAt.administer <= nowMs) {
      nextAt.administer = nowMs + administerEveryMs;
      bench.send({ kind: 'createQueue', path: paths.other, options: queueOptions });
    }
  }

  private see(event: BusEvent<string>): void {
    switch (event.kind) {
      case 'delivered':
        this.delivered.add(Number(event.message.body));
        if (event.lock !== 0) this.take(event.lock);
        return;
      case 'accepted':
      case 'rejected':
        return this.answered(event);
      case 'disconnected':
        this.reopenAt = this.bench.now() / 1000 + reopenAfterMs;
        return;
      default:
        return;
    }
  }

  private take(lock: number): void {
    if (this.delivered.size % renewEvery !== 0) return this.complete(lock);
    this.renewing.set(this.bench.send({ kind: 'renewLock', lock }), lock);
  }

  private complete(lock: number): void {
    this.bench.send({ kind: 'settle', lock, settlement: { kind: 'complete' } });
  }

  private answered({ kind, token }: { readonly kind: string; readonly token: number }): void {
    if (token === this.opening) {
      this.opening = 0;
      if (kind === 'rejected') this.reopenAt = this.bench.now() / 1000 + reopenAfterMs;
      return;
    }
    const number = this.waiting.get(token);
    if (number !== undefined) {
      this.waiting.delete(token);
      if (kind === 'accepted') this.confirmed.add(number);
    }
    const lock = this.renewing.get(token);
    if (lock === undefined) return;
    this.renewing.delete(token);
    this.complete(lock);
  }
}
