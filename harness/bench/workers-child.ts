/**
 * A campaign's search as a process of its own, for the benchmark `workers`: how long it takes until
 * it is under way, and how fast it is from then on. Ends with its answer.
 */
import { jobFor } from '../cli/campaign-job.ts';
import { Halt, ThreadCrew } from '../cli/work-crew.ts';
import { optionsOf } from '../cli/work.ts';
import { conduct } from '../search/conduct.ts';

/** Runs until the compiler of each of two threads has done most of its work; those measured then. */
const warmRuns = 1_536;
const measuredRuns = 1_024;
/** Never done: no worker waits for another's last chunk. */
const spareRuns = 512;

export interface Pace {
  /** CPU seconds of all threads, the compiler's and the collector's among them, per 1,000 runs. */
  readonly cpuSeconds: number;
  /** Runs a second once it is under way. */
  readonly runsPerSecond: number;
  /** Seconds until the first chunk is in: threads begin, and nothing is compiled yet. */
  readonly startSeconds: number;
}

async function pace(workers: number): Promise<Pace> {
  const job = jobFor({ runs: warmRuns + measuredRuns + spareRuns, seed: 1, workers });
  const crew = new ThreadCrew(job, workers, new Halt());
  const wall = (): number => performance.now() / 1_000;
  const cpu = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  const began = wall();
  let first = 0;
  let warm = { wall: 0, cpu: 0, runs: 0 };
  let end = warm;
  await conduct(
    {
      ...optionsOf(job),
      canaries: [],
      stop: () => end.runs > 0,
      onProgress: ({ tally: { runs } }) => {
        const now = { wall: wall(), cpu: cpu(), runs };
        if (first === 0) first = now.wall;
        if (warm.runs === 0 && runs >= warmRuns) warm = now;
        if (end.runs > 0 || runs < warmRuns + measuredRuns) return;
        end = now;
        crew.searched();
      },
    },
    crew,
  );
  await crew.dismiss();
  const runs = end.runs - warm.runs;
  const runsPerSecond = runs / (end.wall - warm.wall);
  return {
    cpuSeconds: ((end.cpu - warm.cpu) / runs) * 1_000,
    runsPerSecond,
    startSeconds: first - began,
  };
}

process.on('disconnect', () => process.exit());
process.send?.(await pace(Number(process.argv[2])));
process.disconnect?.();
