/** The other thread: gets a job, tells how far it is, hands back the result. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Job, JobResult, Standing } from './job.ts';
import { work } from './work.ts';

export interface ThreadData {
  readonly job: Job;
  /** One 32-bit integer; 1 means halt. */
  readonly halt: SharedArrayBuffer;
}

export type ThreadMessage =
  | { readonly kind: 'standing'; readonly standing: Standing }
  | { readonly kind: 'result'; readonly result: JobResult };

function begin(data: ThreadData): void {
  const halt = new Int32Array(data.halt);
  const post = (message: ThreadMessage): void => parentPort?.postMessage(message);
  const result = work(data.job, {
    halted: () => Atomics.load(halt, 0) !== 0,
    tell: (standing) => post({ kind: 'standing', standing }),
    now: () => performance.now(),
  });
  post({ kind: 'result', result });
}

begin(workerData);
