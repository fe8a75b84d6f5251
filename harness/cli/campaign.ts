/** `whitewater campaign`: many runs, many faults, and an honest account at the end. */
import { partOf } from '../search/parts.ts';
import { campaignInBackground } from './background.ts';
import { jobFor, partKey } from './campaign-job.ts';
import { published } from './campaign-outcome.ts';
import { watched } from './campaign-watch.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import { labFor } from './lab.ts';
import { reportersOf } from './reporters.ts';
import type { Request } from './request.ts';

/** Searches, shrinks, writes everything down, and tells. */
export async function campaignCommand(request: Request): Promise<ExitCode> {
  const { given, io } = request;
  if (given.join === true) {
    const { joinCampaign } = await import('./distributed.ts');
    await joinCampaign(request);
    return exits.ok;
  }
  reportersOf(given); // as with the machine's name: refused before any work is done
  const job = jobFor(given);
  labFor(job);
  const attended = await watched(request, job, async (tell) => {
    if (given.distributed === undefined) return campaignInBackground(job, io, tell);
    // The SDK is loaded only where it is needed.
    const { campaignDistributed } = await import('./distributed.ts');
    return campaignDistributed(request, job, tell);
  });
  const part = partOf(attended.result, partKey(job), attended.wallMs);
  return published(request, { job, attended, parts: [part] });
}
