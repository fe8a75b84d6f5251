/** `whitewater merge`: shards of a campaign, or several campaigns, as one result. */
import { raft } from '../raft/machine.ts';
import type { Part } from '../search/parts.ts';
import { campaignKey, gathered, strategyOfParts, summed } from '../search/parts.ts';
import type { StrategyShare } from '../search/shares.ts';
import { sharesOf, sharesTogether } from '../search/shares.ts';
import { campaignInBackground } from './background.ts';
import { partsAt } from './campaign-files.ts';
import { shrinking } from './campaign-job.ts';
import { published } from './campaign-outcome.ts';
import { watched } from './campaign-watch.ts';
import type { ExitCode } from './exit.ts';
import type { CampaignJob } from './job.ts';
import { labFor } from './lab.ts';
import { reportersOf } from './reporters.ts';
import type { Given, Request } from './request.ts';
import { processors } from './values.ts';

/** A job that has been searched: it says what is left to be shrunk, and how. */
function jobOf(parts: readonly Part[], given: Given): CampaignJob {
  const of = parts[0]?.of;
  return {
    kind: 'campaign',
    mutant: of === undefined || of.subject === raft.name ? undefined : of.subject,
    invariants: of?.invariants ?? undefined,
    options: of?.options ?? {},
    seed: of?.seed ?? 0,
    runs: Math.max(0, ...parts.map((part) => part.of.runs)),
    searchMs: Infinity,
    ...shrinking(given),
    failFast: false,
    keepWhenBroken: true,
    canaries: [],
    strategy: strategyOfParts(parts),
    workers: given.workers ?? processors(),
    ...(given.requireCoverage === undefined ? {} : { coverage: given.requireCoverage }),
  };
}

/** Of each campaign by itself: which strategy saw a state first is a question within one. */
function sharesIn(parts: readonly Part[]): readonly StrategyShare[] {
  const campaigns = new Map<string, Part[]>();
  for (const part of parts) {
    const key = campaignKey(part.of);
    campaigns.set(key, [...(campaigns.get(key) ?? []), part]);
  }
  return sharesTogether(
    [...campaigns.values()].map((own) => {
      const strategy = own[0]?.of.strategy ?? 'timed';
      return sharesOf({ ...summed(own, ''), strategy });
    }),
  );
}

/** Adds up, shrinks what was found, writes everything down, and tells. */
export async function mergeCommand(request: Request): Promise<ExitCode> {
  const { given, io, args } = request;
  reportersOf(given);
  const parts = gathered(args.map(partsAt));
  const { wallMs, stopped, ...books } = summed(parts, args.join(', '));
  const job = jobOf(parts, given);
  labFor(job);
  const attended = await watched(request, job, (tell) =>
    campaignInBackground(job, io, tell, { books, stopped }),
  );
  const shares = sharesIn(parts);
  return published(request, { job, attended: { ...attended, wallMs }, parts, shares });
}
