/**
 * The other thread. It shrinks one failure and ends; or, of a campaign, it does what it is sent,
 * one thing after another, until it is told to end.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { Bug } from '../search/campaign.ts';
import { shrinkFound, textOf, triesEach } from '../search/campaign.ts';
import type { ChunkResult, ChunkTask } from '../search/chunk.ts';
import { Bench } from '../search/chunk.ts';
import type { Shrinking } from '../search/conduct.ts';
import type { Found } from '../search/tally.ts';
import type { CampaignJob, Job, ShrinkJob, ShrinkResult, Standing } from './job.ts';
import { doShrink, optionsOf } from './work.ts';

export interface ThreadData {
  readonly job: Job;
  /** Two 32-bit integers; 1 means halt: the search, and shrinking; 2: and in a hurry. */
  readonly halt: SharedArrayBuffer;
}

/** What a thread of a campaign is sent. */
export type ThreadOrder =
  | { readonly kind: 'chunk'; readonly task: ChunkTask }
  | { readonly kind: 'shrink'; readonly found: Found; readonly bugs: number }
  | { readonly kind: 'end' };

export type ThreadMessage =
  | { readonly kind: 'standing'; readonly standing: Standing }
  | { readonly kind: 'shrunk'; readonly result: ShrinkResult }
  | { readonly kind: 'chunk'; readonly result: ChunkResult }
  | { readonly kind: 'shrinking'; readonly shrinking: Shrinking }
  /** The order could not be carried out; the thread waits for the next. */
  | { readonly kind: 'broke'; readonly text: string }
  | { readonly kind: 'bug'; readonly bug: Bug };

const post = (message: ThreadMessage): void => parentPort?.postMessage(message);

/** Answers an order, come what may. */
function answer(make: () => ThreadMessage): void {
  try {
    post(make());
  } catch (error) {
    post({ kind: 'broke', text: textOf(error) });
  }
}

function campaigning(job: CampaignJob, halt: Int32Array): void {
  const options = optionsOf(job);
  const { failFast = false, canaries = [] } = options;
  const bench = new Bench({ ...options, failFast, canaries });
  const stop = (): boolean => Atomics.load(halt, 0) !== 0;
  const stopShrinking = (): boolean => Atomics.load(halt, 1) !== 0;
  const hurried = (): boolean => Atomics.load(halt, 1) === 2;
  parentPort?.on('message', (order: ThreadOrder) => {
    switch (order.kind) {
      case 'chunk':
        answer(() => ({ kind: 'chunk', result: bench.work(order.task, stop) }));
        break;
      case 'shrink': {
        const shrinkTries = triesEach(job.shrinkTries, order.bugs);
        const part = { ...options, shrinkTries, stopShrinking, hurried };
        const said = (shrinking: Shrinking): void => post({ kind: 'shrinking', shrinking });
        answer(() => ({ kind: 'bug', bug: shrinkFound(order.found, part, said) }));
        break;
      }
      case 'end':
        parentPort?.close();
        break;
    }
  });
}

function shrinking(job: ShrinkJob, halt: Int32Array): void {
  const result = doShrink(job, {
    halted: () => Atomics.load(halt, 0) !== 0,
    tell: (standing) => post({ kind: 'standing', standing }),
    now: () => performance.now(),
  });
  post({ kind: 'shrunk', result });
}

function begin({ job, halt }: ThreadData): void {
  const flags = new Int32Array(halt);
  if (job.kind === 'campaign') campaigning(job, flags);
  else shrinking(job, flags);
}

begin(workerData);
