/** A bug that a campaign found, recorded once more and written down. */
import type { FailureReport } from '../report/failure.ts';
import type { Bug } from '../search/campaign.ts';
import { exhibit, recorded } from './failure.ts';
import type { CampaignJob } from './job.ts';
import { labFor } from './lab.ts';

/** The campaign that found it: what was asked, where its folder goes, and how long it took. */
export interface Finder {
  readonly job: CampaignJob;
  readonly out: string;
  /** Null: not told, so that the report is the same on every machine. */
  readonly ms: number | null;
}

/** Writes the folder of the bug; returns what the terminal should say about it. */
export function exhibitBug(bug: Bug, { job, out, ms }: Finder): FailureReport {
  const { shrunk, scenario: before } = bug;
  const lab = labFor(job);
  return exhibit({
    id: bug.id,
    out,
    lab,
    scenario: shrunk.scenario,
    recorded: recorded(shrunk.scenario, lab),
    invariants: job.invariants ?? null,
    origin: { seed: bug.origin.seed, path: bug.origin.path },
    explained: bug,
    shrunk: {
      faults: before.faults.length,
      operations: before.workload.operations.length,
      tries: shrunk.tries,
      ms,
    },
  });
}
