/**
 * Long work away from the main thread, which stays free for Ctrl-C and the clock. From TypeScript
 * sources (in tests) the work is done right here, because threads load only compiled code.
 */
import { Worker } from 'node:worker_threads';
import type { Campaign } from '../search/campaign.ts';
import type { Io } from './io.ts';
import type { CampaignJob, Job, JobResult, ShrinkJob, ShrinkResult, Standing } from './job.ts';
import type { ThreadData, ThreadMessage } from './work-thread.ts';
import { work } from './work.ts';

export interface Attended<Result> {
  readonly result: Result;
  readonly interrupted: boolean;
  readonly wallMs: number;
}

type Tell = (standing: Standing) => void;

function inThread(job: Job, halt: Int32Array<SharedArrayBuffer>, tell: Tell): Promise<JobResult> {
  return new Promise((resolve, reject) => {
    const data: ThreadData = { job, halt: halt.buffer };
    const thread = new Worker(new URL('./work-thread.js', import.meta.url), { workerData: data });
    let result: JobResult | null = null;
    thread.on('message', (message: ThreadMessage) => {
      if (message.kind === 'standing') tell(message.standing);
      else result = message.result;
    });
    thread.on('error', reject);
    thread.on('exit', (code) => {
      if (result !== null) resolve(result);
      else reject(new Error(`the worker thread ended with code ${code} and no result`));
    });
  });
}

async function attended(job: Job, io: Io, tell: Tell): Promise<Attended<JobResult>> {
  const halt = new Int32Array(new SharedArrayBuffer(4));
  const release = io.onInterrupt(() => void Atomics.store(halt, 0, 1));
  const began = io.now();
  try {
    const compiled = import.meta.url.endsWith('.js');
    const halted = (): boolean => Atomics.load(halt, 0) !== 0;
    const result = compiled
      ? await inThread(job, halt, tell)
      : work(job, { halted, tell, now: () => io.now() });
    return { result, interrupted: halted(), wallMs: io.now() - began };
  } finally {
    release();
  }
}

/** Runs a campaign; after Ctrl-C it ends soon and keeps what it has. */
export async function campaignInBackground(
  job: CampaignJob,
  io: Io,
  tell: Tell,
): Promise<Attended<Campaign>> {
  const { result, interrupted, wallMs } = await attended(job, io, tell);
  if (result.kind !== 'campaign') throw new Error('the thread did another job');
  return { result: result.campaign, interrupted, wallMs };
}

/** Shrinks a failing scenario; after Ctrl-C it ends with the smallest so far. */
export async function shrinkInBackground(
  job: ShrinkJob,
  io: Io,
  tell: Tell,
): Promise<Attended<ShrinkResult>> {
  const { result, interrupted, wallMs } = await attended(job, io, tell);
  if (result.kind !== 'shrink') throw new Error('the thread did another job');
  return { result: result.result, interrupted, wallMs };
}
