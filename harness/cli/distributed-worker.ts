/**
 * A worker of a distributed campaign: takes tasks from the queue, does them in threads, and sends
 * what they came to. A task is completed only when its result has been sent.
 */
import type { Account } from '../../adapters/azure/account.ts';
import { UserError } from '../trace/user-error.ts';
import { counted } from '../report/words.ts';
import { textOf } from '../search/campaign.ts';
import type { ChunkTask } from '../search/chunk.ts';
import type { Queues } from './distributed-crew.ts';
import { brokeBody, resultBody, taskIn } from './distributed-messages.ts';
import type { Received } from './distributed-post.ts';
import { Post } from './distributed-post.ts';
import { commit } from './failure-folder.ts';
import type { Io } from './io.ts';
import type { CampaignJob } from './job.ts';
import { labFor } from './lab.ts';
import { Halt, ThreadCrew } from './work-crew.ts';

/** Well below the shortest lock that a campaign gives. */
const renewEveryMs = 1_500;

export interface WorkerWish {
  readonly account: Account;
  readonly queues: Queues;
  readonly workers: number;
  readonly io: Io;
  /** Called once it waits for tasks. */
  readonly onReady: () => void;
}

class DistributedWorker {
  done = 0;
  private readonly wish: WorkerWish;
  private readonly post: Post;
  private readonly commit: string | null = commit();
  private crew: { readonly key: string; readonly threads: ThreadCrew } | null = null;

  constructor(wish: WorkerWish) {
    this.wish = wish;
    this.post = new Post(wish.account);
  }

  /** Works until the queue is gone, or `until` is. */
  async run(until: Promise<void>): Promise<void> {
    const { queues, workers } = this.wish;
    let ended: (error?: unknown) => void = () => undefined;
    const end = new Promise<void>((resolve, reject) => {
      ended = (error) => (error === undefined ? resolve() : reject(error));
    });
    await this.post.listen(queues.tasks, workers, {
      hear: (received) => void this.take(received).catch(ended),
      lost: () => ended(),
    });
    this.wish.onReady();
    try {
      await Promise.race([end, until]);
    } finally {
      await this.post.close();
      await this.crew?.threads.dismiss();
    }
  }

  private async take(received: Received): Promise<void> {
    const { job, task } = taskIn(received.body, this.commit);
    const renewal = setInterval(() => void received.renew().catch(() => undefined), renewEveryMs);
    try {
      const body = await this.answer(job, task);
      await this.post.send(this.wish.queues.results, `chunk-${task.chunk}`, body);
      this.done += 1;
    } finally {
      clearInterval(renewal);
    }
    await received.complete().catch(() => undefined);
  }

  private async answer(job: CampaignJob, task: ChunkTask): Promise<Buffer> {
    try {
      return resultBody(await this.threadsFor(job).work(task));
    } catch (error) {
      return brokeBody(task.chunk, textOf(error));
    }
  }

  /** Threads for this job; another job's are sent away. */
  private threadsFor(job: CampaignJob): ThreadCrew {
    const key = JSON.stringify(job);
    if (this.crew?.key === key) return this.crew.threads;
    labFor(job);
    void this.crew?.threads.dismiss();
    const threads = new ThreadCrew(job, this.wish.workers, new Halt());
    this.crew = { key, threads };
    return threads;
  }
}

/** Works for whoever conducts a campaign over these queues, until it is over or Ctrl-C. */
export async function workDistributed(wish: WorkerWish): Promise<void> {
  const { io, queues } = wish;
  let release = (): void => undefined;
  const until = new Promise<void>((resolve) => {
    release = io.onInterrupt(resolve);
  });
  const worker = new DistributedWorker(wish);
  try {
    await worker.run(until);
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`no more work from the queue "${queues.tasks}": ${what}`, {
      remedy: 'Is the campaign over? whitewater campaign --distributed names its queue',
      exitCode: 69,
      cause,
    });
  } finally {
    release();
  }
  io.err(`${counted(worker.done, 'chunk')} done\n`);
}
