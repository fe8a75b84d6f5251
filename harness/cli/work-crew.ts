/**
 * Threads that share a campaign's chunks. Each has a task under way and one waiting, so that none
 * stands still while the main thread books a result.
 */
import { Worker } from 'node:worker_threads';
import type { Bug } from '../search/campaign.ts';
import type { ChunkResult } from '../search/chunk.ts';
import type { Crew, Shrinking } from '../search/conduct.ts';
import type { CampaignJob } from './job.ts';
import type { ThreadData, ThreadMessage, ThreadOrder } from './work-thread.ts';

const ordersEach = 2;
/**
 * For what lives shortly, megabytes a thread, twice what Node gives. A run leaves little behind, so the
 * rarer the collector comes, the less it copies: some 3 % less CPU for some 50 MB.
 */
const maxYoungGenerationSizeMb = 96;

/** Two flags that all threads see: the search is to end, and so is shrinking (2: in a hurry). */
export class Halt {
  readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(8);
  private readonly flags = new Int32Array(this.buffer);

  search(): void {
    Atomics.store(this.flags, 0, 1);
  }

  shrinking(): void {
    Atomics.compareExchange(this.flags, 1, 0, 1);
  }

  /** Everything is to end, and nobody waits for explanations. */
  hurry(): void {
    this.search();
    Atomics.store(this.flags, 1, 2);
  }
}

interface Awaited {
  readonly message: (message: ThreadMessage) => boolean;
  readonly reject: (error: Error) => void;
}

interface Hand {
  readonly thread: Worker;
  /** What it was sent and has not answered, oldest first. */
  readonly awaited: Awaited[];
}

interface Waiting extends Awaited {
  readonly order: ThreadOrder;
}

export class ThreadCrew implements Crew {
  readonly size: number;
  private readonly hands: readonly Hand[];
  private readonly waiting: Waiting[] = [];
  private readonly halt: Halt;
  private broken: Error | null = null;

  constructor(job: CampaignJob, workers: number, halt: Halt) {
    this.halt = halt;
    this.size = workers * ordersEach;
    const data: ThreadData = { job, halt: halt.buffer };
    this.hands = Array.from({ length: workers }, () => this.hire(data));
  }

  private hire(data: ThreadData): Hand {
    const url = new URL('./work-thread.js', import.meta.url);
    const resourceLimits = { maxYoungGenerationSizeMb };
    const thread = new Worker(url, { workerData: data, resourceLimits });
    const hand: Hand = { thread, awaited: [] };
    hand.thread.on('message', (message: ThreadMessage) => {
      if (hand.awaited[0]?.message(message) === true) hand.awaited.shift();
      this.pump();
    });
    hand.thread.on('error', (error) =>
      this.fail(error instanceof Error ? error : new Error(String(error))),
    );
    hand.thread.on('exit', (code) => {
      if (hand.awaited.length > 0 || code !== 0) {
        this.fail(new Error(`a thread of the campaign ended with code ${code}`));
      }
    });
    return hand;
  }

  /** A thread that is gone is everybody's: nothing is to be counted that was not done. */
  private fail(error: Error): void {
    this.broken ??= error;
    this.halt.search();
    this.halt.shrinking();
    for (const { awaited } of this.hands) {
      for (const one of awaited.splice(0)) one.reject(this.broken);
    }
    for (const one of this.waiting.splice(0)) one.reject(this.broken);
  }

  private pump(): void {
    for (;;) {
      const [next] = this.waiting;
      const [hand] = this.hands.toSorted((a, b) => a.awaited.length - b.awaited.length);
      if (next === undefined || hand === undefined || hand.awaited.length >= ordersEach) return;
      this.waiting.shift();
      hand.awaited.push(next);
      hand.thread.postMessage(next.order);
    }
  }

  private order<T>(order: ThreadOrder, take: (message: ThreadMessage) => T | null): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.broken !== null) {
        reject(this.broken);
        return;
      }
      const message = (said: ThreadMessage): boolean => {
        if (said.kind === 'broke') {
          reject(new Error(said.text));
          return true;
        }
        const taken = take(said);
        if (taken !== null) resolve(taken);
        return taken !== null;
      };
      this.waiting.push({ order, message, reject });
      this.pump();
    });
  }

  work(task: Extract<ThreadOrder, { readonly kind: 'chunk' }>['task']): Promise<ChunkResult> {
    return this.order({ kind: 'chunk', task }, (said) =>
      said.kind === 'chunk' ? said.result : null,
    );
  }

  shrink(
    found: Extract<ThreadOrder, { readonly kind: 'shrink' }>['found'],
    bugs: number,
    tell: (shrinking: Shrinking) => void,
  ): Promise<Bug> {
    return this.order({ kind: 'shrink', found, bugs }, (said) => {
      if (said.kind === 'shrinking') tell(said.shrinking);
      return said.kind === 'bug' ? said.bug : null;
    });
  }

  searched(): void {
    this.halt.search();
  }

  /** All threads end; what they are still at is of no use to anybody. */
  async dismiss(): Promise<void> {
    this.halt.search();
    this.halt.shrinking();
    const end: ThreadOrder = { kind: 'end' };
    const gone = this.hands.map(
      ({ thread }) => new Promise<void>((done) => void thread.once('exit', () => done())),
    );
    if (this.broken !== null) await Promise.all(this.hands.map(({ thread }) => thread.terminate()));
    else for (const { thread } of this.hands) thread.postMessage(end);
    if (this.broken === null) await Promise.all(gone);
  }
}
