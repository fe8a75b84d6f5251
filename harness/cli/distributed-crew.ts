/**
 * A crew at the far end of two queues. Tasks go into one; whoever is free takes the next, and what
 * it comes to arrives in the other. A worker that dies leaves its task to be delivered again; a chunk
 * that two did counts once, for both found the same.
 */
import type { Bug } from '../search/campaign.ts';
import type { ChunkResult, ChunkTask } from '../search/chunk.ts';
import type { Crew, Shrinking } from '../search/conduct.ts';
import type { Found } from '../search/tally.ts';
import { resultIn, taskBody } from './distributed-messages.ts';
import type { Post, Received } from './distributed-post.ts';
import type { CampaignJob } from './job.ts';

/** Results that may lie here unsettled. */
const prefetch = 16;

export interface Queues {
  readonly tasks: string;
  readonly results: string;
}

export interface QueueCrewWish {
  readonly post: Post;
  readonly queues: Queues;
  readonly job: CampaignJob;
  readonly commit: string | null;
  readonly size: number;
  /** Shrinks, and does what is too large to travel. */
  readonly local: () => Crew;
  readonly onLost: (error: unknown) => void;
}

type Done = (result: ChunkResult | null) => void;

export class QueueCrew implements Crew {
  readonly size: number;
  private readonly wish: QueueCrewWish;
  private readonly awaited = new Map<number, { readonly task: ChunkTask; readonly done: Done }>();
  private isOver = false;

  constructor(wish: QueueCrewWish) {
    this.wish = wish;
    this.size = wish.size;
  }

  /** Listens for results. */
  async open(): Promise<void> {
    const { post, queues, onLost } = this.wish;
    await post.listen(queues.results, prefetch, {
      hear: (received) => void this.arrived(received).catch(onLost),
      lost: (reason) => onLost(new Error(`the queue of results is gone: ${reason}`)),
    });
  }

  work(task: ChunkTask): Promise<ChunkResult | null> {
    if (this.isOver) return Promise.resolve(null);
    const { post, queues, job, commit, onLost } = this.wish;
    const done = new Promise<ChunkResult | null>((resolve) => {
      this.awaited.set(task.chunk, { task, done: resolve });
    });
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
    for (const { done } of this.awaited.values()) done(null);
    this.awaited.clear();
  }

  private async arrived(received: Received): Promise<void> {
    const message = resultIn(received.body);
    const chunk = message.kind === 'result' ? message.result.chunk : message.chunk;
    const awaited = this.awaited.get(chunk);
    this.awaited.delete(chunk);
    // A lock lost meanwhile brings the result again, and then nobody waits for it.
    received.complete().catch(() => undefined);
    if (awaited === undefined) return;
    const result =
      message.kind === 'result' ? message.result : await this.wish.local().work(awaited.task);
    awaited.done(result);
  }
}
