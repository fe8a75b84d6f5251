/**
 * A campaign whose chunks others do: threads, processes, machines. It keeps them busy, books what
 * they bring, and has the failures shrunk. The result is that of `campaign` with the same options.
 */
import type { Books, Bug, Campaign, CampaignOptions } from './campaign.ts';
import { concluded, planOf, shrinkable, tell } from './campaign.ts';
import type { ChunkResult, ChunkTask } from './chunk.ts';
import { Ledger } from './ledger.ts';
import type { Found } from './tally.ts';

export interface Shrinking {
  readonly id: string;
  readonly tries: number;
  readonly smallest: Found['scenario'];
}

/** Whoever does the work. */
export interface Crew {
  /** Tasks that it can have at a time. */
  readonly size: number;
  /** Null: the search is over, and nobody did it. */
  work(task: ChunkTask): Promise<ChunkResult | null>;
  /** `bugs`: how many failures there are to shrink, this one among them. */
  shrink(found: Found, bugs: number, tell: (shrinking: Shrinking) => void): Promise<Bug>;
  /** Nothing more of the search is wanted: what is under way may end early. */
  searched(): void;
}

/** Runs the campaign; `options.stop` is asked before each task. */
export async function conduct(options: CampaignOptions, crew: Crew): Promise<Campaign> {
  const ledger = new Ledger(planOf(options));
  const stopped = await search(options, ledger, crew);
  ledger.close();
  return finishedBy(crew, options, { books: ledger, stopped });
}

/** As `finished`, but the crew shrinks, all bugs at a time. */
export async function finishedBy(
  crew: Pick<Crew, 'shrink'>,
  options: CampaignOptions,
  { books, stopped }: { readonly books: Books; readonly stopped: boolean },
): Promise<Campaign> {
  const left = shrinkable(books.tally, options.maxBugs);
  const bugs = await Promise.all(
    left.map((found) =>
      crew.shrink(found, left.length, (shrinking) => tell(options, books, 'shrink', shrinking)),
    ),
  );
  return concluded(options, books, { bugs, stopped });
}

/** Until all chunks are done, or somebody says stop, which is what it returns. */
async function search(options: CampaignOptions, ledger: Ledger, crew: Crew): Promise<boolean> {
  let stopped = false;
  const running = new Set<Promise<void>>();
  const begin = (task: ChunkTask): void => {
    const done = crew.work(task).then((result) => {
      running.delete(done);
      if (result === null) return;
      ledger.add(result);
      tell(options, ledger, task.runs > 0 ? 'search' : 'canaries');
      if (ledger.isOver()) crew.searched();
    });
    running.add(done);
  };
  for (;;) {
    while (running.size < crew.size && !stopped) {
      stopped = options.stop?.() === true;
      const task = stopped ? null : ledger.handOut();
      if (task === null) break;
      begin(task);
    }
    if (running.size === 0) return stopped;
    await Promise.race(running);
  }
}
