/**
 * A crew at the far end of two queues. Tasks go into one; whoever is free takes the next, and what
 * it comes to arrives in the other. A worker that dies leaves its task to be delivered again; a chunk
 * that two did counts once, for both found the same. A task that the queue gives up, or that nobody
 * answers for long, is done here: no chunk is waited for in vain.
 */
import type { Bug } from '../search/campaign.ts';
import { textOf } from '../search/campaign.ts';
import type { ChunkResult, ChunkTask } from '../search/chunk.ts';
import type { Crew, Shrinking } from '../search/conduct.ts';
import type { Found } from '../search/tally.ts';
import { resultIn, taskBody, taskIn } from './distributed-messages.ts';
import type { Post, Received } from './distributed-post.ts';
import type { CampaignJob } from './job.ts';

/** Results that may lie here unsettled. */
const prefetch = 16;
/** When nothing came for so long, the chunk waited for longest is done here. */
const patienceMs = 120_000;

export interface Queues {
  readonly tasks: string;
  readonly results: string;
}

/** Where a queue puts what was delivered too often. */
export function deadLettersOf(path: string): string {
  return `${path}/$DeadLetterQueue`;
}

export interface QueueCrewWish {
  readonly post: Pick<Post, 'listen' | 'send'>;
  readonly queues: Queues;
  readonly job: CampaignJob;
  readonly commit: string | null;
  readonly size: number;
  /** Shrinks, and does what is too large to travel. */
  readonly local: () => Crew;
  readonly onLost: (error: unknown) => void;
  /** Hears which chunk has to be done here, and why. */
  readonly onRescue: (text: string) => void;
  /** Two minutes unless given. */
  readonly patienceMs?: number;
}

interface Awaited {
  readonly task: ChunkTask;
  readonly done: (result: ChunkResult | null) => void;
  readonly fail: (error: Error) => void;
  /** It is being done here, too; whoever is first counts. */
  isRescued: boolean;
}

export class QueueCrew implements Crew {
  readonly size: number;
  private readonly wish: QueueCrewWish;
  private readonly awaited = new Map<number, Awaited>();
  private isOver = false;
  /** Runs out when nothing arrives. */
  private patience: NodeJS.Timeout | null = null;

  constructor(wish: QueueCrewWish) {
    this.wish = wish;
    this.size = wish.size;
  }

  /** Listens for results, and for tasks that were delivered too often. */
  async open(): Promise<void> {
    const { post, queues, onLost } = this.wish;
    await post.listen(deadLettersOf(queues.tasks), 1, {
      hear: (received) => void this.givenUp(received).catch(onLost),
      lost: (reason) => onLost(new Error(`the queue of tasks is gone: ${reason}`)),
    });
    await post.listen(queues.results, prefetch, {
      hear: (received) => void this.arrived(received).catch(onLost),
      lost: (reason) => onLost(new Error(`the queue of results is gone: ${reason}`)),
    });
  }

  work(task: ChunkTask): Promise<ChunkResult | null> {
    if (this.isOver) return Promise.resolve(null);
    const { post, queues, job, commit, onLost } = this.wish;
    const done = new Promise<ChunkResult | null>((resolve, reject) => {
      this.awaited.set(task.chunk, { task, done: resolve, fail: reject, isRescued: false });
    });
    if (this.patience === null) this.waitOn();
    const id = `chunk-${task.chunk}`;
    post.send(queues.tasks, id, taskBody(job, task, commit)).catch((error: unknown) => {
      if (!this.isOver) onLost(error);
    });
    return done;
  }

  shrink(found: Found, bugs: number, tell: (shrinking: Shrinking) => void): Promise<Bug> {
    return this.wish.local().shrink(found, bugs, tell);
  }

  /** Nobody waits for what is still under way. */
  searched(): void {
    this.isOver = true;
    clearTimeout(this.patience ?? undefined);
    for (const { done } of this.awaited.values()) done(null);
    this.awaited.clear();
  }

  private async arrived(received: Received): Promise<void> {
    const message = resultIn(received.body);
    const chunk = message.kind === 'result' ? message.result.chunk : message.chunk;
    this.waitOn();
    // A lock lost meanwhile brings the result again, and then nobody waits for it.
    received.complete().catch(() => undefined);
    if (message.kind === 'large') {
      await this.rescue(chunk, 'its result was too large to travel');
      return;
    }
    const awaited = this.awaited.get(chunk);
    this.awaited.delete(chunk);
    if (message.kind === 'result') awaited?.done(message.result);
    else awaited?.fail(new Error(message.text));
  }

  private waitOn(): void {
    clearTimeout(this.patience ?? undefined);
    if (this.isOver) return;
    const { patienceMs: ms = patienceMs } = this.wish;
    this.patience = setTimeout(() => {
      this.waitOn();
      const oldest = [...this.awaited.values()].find(({ isRescued }) => !isRescued);
      if (oldest !== undefined) void this.rescue(oldest.task.chunk, 'nobody answered for it');
    }, ms).unref();
  }

  private async givenUp(received: Received): Promise<void> {
    const { task } = taskIn(received.body, this.wish.commit);
    received.complete().catch(() => undefined);
    await this.rescue(task.chunk, 'it was delivered again and again and never done');
  }

  private async rescue(chunk: number, why: string): Promise<void> {
    const awaited = this.awaited.get(chunk);
    if (awaited === undefined || awaited.isRescued) return;
    awaited.isRescued = true;
    this.wish.onRescue(`chunk ${chunk} is done here: ${why}`);
    const { task, done, fail } = awaited;
    try {
      done(await this.wish.local().work(task));
    } catch (cause) {
      fail(new Error(`chunk ${chunk} cannot be done: ${textOf(cause)}`, { cause }));
    }
    this.awaited.delete(chunk);
  }
}
