/**
 * Long work away from the main thread, which stays free for Ctrl-C and the clock. From TypeScript
 * sources (in tests) the work is done right here, because threads load only compiled code.
 */
import { Worker } from 'node:worker_threads';
import type { Books, Campaign, CampaignOptions, CampaignProgress } from '../search/campaign.ts';
import { campaign, finished } from '../search/campaign.ts';
import type { Crew } from '../search/conduct.ts';
import { conduct, finishedBy } from '../search/conduct.ts';
import type { Io } from './io.ts';
import type { CampaignJob, ShrinkJob, ShrinkResult, Standing } from './job.ts';
import { doShrink, limit, optionsOf, standingOf } from './work.ts';
import { Halt, ThreadCrew } from './work-crew.ts';
import type { ThreadData, ThreadMessage } from './work-thread.ts';

export interface Attended<Result> {
  readonly result: Result;
  readonly interrupted: boolean;
  readonly wallMs: number;
}

/** Of a campaign it is also told what there is so far: to be looked at, not to be kept. */
export type Tell = (standing: Standing, progress: CampaignProgress | null) => void;

/** Timers take 32 bits of milliseconds. */
const timerMaxMs = 2_147_483_647;

const compiled: boolean = import.meta.url.endsWith('.js');

/** Calls `work` with a flag that Ctrl-C raises, and says how long it took. */
async function attended<Result>(
  io: Io,
  onInterrupt: () => void,
  work: (halted: () => boolean) => Promise<Result>,
): Promise<Attended<Result>> {
  let interrupted = false;
  const release = io.onInterrupt(() => {
    interrupted = true;
    onInterrupt();
  });
  const began = io.now();
  try {
    const result = await work(() => interrupted);
    return { result, interrupted, wallMs: io.now() - began };
  } finally {
    release();
  }
}

/** Raises a flag when the time is up, unless it is called off before. */
function after(ms: number, raise: () => void): () => void {
  if (ms > timerMaxMs) return () => undefined;
  const timer = setTimeout(raise, ms);
  return () => clearTimeout(timer);
}

/** A crew that has been put together for one campaign. */
export interface Hired {
  readonly crew: Crew;
  /** Rejects when the crew can work no more. */
  readonly broken?: Promise<never>;
  /** Called when the time for the search is up; unless given, what is under way ends at once. */
  readonly late?: () => void;
  readonly dismiss: () => Promise<void>;
}

interface Watch {
  /** What was searched before: only shrinking is left. */
  readonly found?: Searched | undefined;
  readonly halted: () => boolean;
  readonly tell: Tell;
  /** Called once the time for shrinking is up. */
  readonly shrunk: () => void;
}

async function attend(
  job: CampaignJob,
  { crew, broken, late, dismiss }: Hired,
  { found, halted, tell, shrunk }: Watch,
): Promise<Campaign> {
  let timeIsUp = false;
  const upSearching = (): void => {
    timeIsUp = true;
    if (late === undefined) crew.searched();
    else late();
  };
  const callOff = [after(job.searchMs, upSearching)];
  let shrinks = false;
  const options: CampaignOptions = {
    ...optionsOf(job),
    stop: () => timeIsUp || halted(),
    onProgress: (progress) => tell(standingOf(progress), progress),
  };
  const timed: Crew = {
    size: crew.size,
    work: (task) => crew.work(task),
    shrink: (bug, bugs, report) => {
      if (!shrinks) callOff.push(after(job.shrinkMs, shrunk));
      shrinks = true;
      return crew.shrink(bug, bugs, report);
    },
    searched: () => crew.searched(),
  };
  try {
    const done = found === undefined ? conduct(options, timed) : finishedBy(timed, options, found);
    return await (broken === undefined ? done : Promise.race([done, broken]));
  } finally {
    for (const cancel of callOff) cancel();
    await dismiss();
  }
}

async function byThreads(
  job: CampaignJob,
  halt: Halt,
  watch: Omit<Watch, 'shrunk'>,
): Promise<Campaign> {
  const crew = new ThreadCrew(job, Math.max(1, job.workers ?? 1), halt);
  const hired = { crew, dismiss: () => crew.dismiss() };
  return attend(job, hired, { ...watch, shrunk: () => halt.shrinking() });
}

/** Runs a campaign by a crew of any kind; after Ctrl-C it ends soon and keeps what it has. */
export async function campaignByCrew(
  job: CampaignJob,
  io: Io,
  tell: Tell,
  hire: () => Promise<Hired & { readonly shrunk: () => void; readonly hurry: () => void }>,
): Promise<Attended<Campaign>> {
  const hired = await hire();
  const stopAll = (): void => {
    hired.crew.searched();
    hired.hurry();
  };
  return attended(io, stopAll, (halted) =>
    attend(job, hired, { halted, tell, shrunk: () => hired.shrunk() }),
  );
}

/** A search that is over. */
export interface Searched {
  readonly books: Books;
  readonly stopped: boolean;
}

/**
 * Runs a campaign; after Ctrl-C it ends soon and keeps what it has. Of one that was searched before
 * it only shrinks what was found.
 */
export async function campaignInBackground(
  job: CampaignJob,
  io: Io,
  tell: Tell,
  found?: Searched,
): Promise<Attended<Campaign>> {
  const halt = new Halt();
  const stopAll = (): void => halt.hurry();
  return attended(io, stopAll, async (halted) => {
    if (compiled) return byThreads(job, halt, { found, halted, tell });
    const hooks = { halted, tell, now: () => io.now() };
    const options: CampaignOptions = {
      ...optionsOf(job),
      stop: limit(hooks, job.searchMs),
      stopShrinking: limit(hooks, job.shrinkMs),
      hurried: halted,
      onProgress: (progress) => tell(standingOf(progress), progress),
    };
    return found === undefined ? campaign(options) : finished(options, found.books, found);
  });
}

function shrinkInThread(job: ShrinkJob, halt: Halt, tell: Tell): Promise<ShrinkResult> {
  return new Promise((resolve, reject) => {
    const data: ThreadData = { job, halt: halt.buffer };
    const thread = new Worker(new URL('./work-thread.js', import.meta.url), { workerData: data });
    let result: ShrinkResult | null = null;
    thread.on('message', (message: ThreadMessage) => {
      if (message.kind === 'standing') tell(message.standing, null);
      else if (message.kind === 'shrunk') result = message.result;
    });
    thread.on('error', reject);
    thread.on('exit', (code) => {
      if (result !== null) resolve(result);
      else reject(new Error(`the worker thread ended with code ${code} and no result`));
    });
  });
}

/** Shrinks a failing scenario; after Ctrl-C it ends with the smallest so far. */
export async function shrinkInBackground(
  job: ShrinkJob,
  io: Io,
  tell: Tell,
): Promise<Attended<ShrinkResult>> {
  const halt = new Halt();
  return attended(
    io,
    () => halt.search(),
    async (halted) =>
      compiled
        ? shrinkInThread(job, halt, tell)
        : doShrink(job, { halted, tell: (told) => tell(told, null), now: () => io.now() }),
  );
}
