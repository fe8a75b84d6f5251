/** A campaign in the background, watched: a screen on a terminal, elsewhere a line now and then. */
import { grouped } from '../report/words.ts';
import type { Campaign, CampaignProgress } from '../search/campaign.ts';
import type { Attended } from './background.ts';
import { CampaignScreen } from './campaign-screen.ts';
import type { CampaignJob, Standing } from './job.ts';
import { progressOf } from './progress.ts';
import type { Request } from './request.ts';

type Begin = (
  tell: (standing: Standing, reached: CampaignProgress | null) => void,
) => Promise<Attended<Campaign>>;

/** Shows how far the campaign is while it runs. */
export async function watched(
  request: Request,
  job: CampaignJob,
  begin: Begin,
): Promise<Attended<Campaign>> {
  const { given, io } = request;
  const progress = progressOf(request);
  const screen = new CampaignScreen(job);
  if (given.quiet !== true) io.err(`${screen.heading()}\n`);
  const began = io.now();
  const told = new Set<string>();
  try {
    return await begin((_, reached) => {
      if (reached === null) return;
      const elapsedMs = io.now() - began;
      for (const { id, first } of reached.tally.found.values()) {
        if (!told.has(id)) progress.note(`✖ ${id} found (run ${grouped(first.run)})`);
        told.add(id);
      }
      progress.show(
        () => screen.line(reached, elapsedMs),
        () => screen.lines(reached, elapsedMs),
      );
    });
  } finally {
    progress.clear();
  }
}
