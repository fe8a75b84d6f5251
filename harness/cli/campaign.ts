/** `whitewater campaign`: many runs, many faults, and an honest account at the end. */
import { partOf } from '../search/parts.ts';
import { campaignInBackground } from './background.ts';
import { jobFor, partKey } from './campaign-job.ts';
import { published } from './campaign-outcome.ts';
import { watched } from './campaign-watch.ts';
import type { ExitCode } from './exit.ts';
import { labFor } from './lab.ts';
import { reportersOf } from './reporters.ts';
import type { Request } from './request.ts';

/** Searches, shrinks, writes everything down, and tells. */
export async function campaignCommand(request: Request): Promise<ExitCode> {
  const { given, io } = request;
  reportersOf(given); // as with the machine's name: refused before any work is done
  const job = jobFor(given);
  labFor(job);
  const attended = await watched(request, job, (tell) => campaignInBackground(job, io, tell));
  const part = partOf(attended.result, partKey(job), attended.wallMs);
  return published(request, { job, attended, parts: [part] });
}
