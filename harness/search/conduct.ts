/**
 * A campaign whose chunks others do: threads, processes, machines. It keeps them busy, books what
 * they bring, and has the failures shrunk. The result is that of `campaign` with the same options.
 * When one of them breaks, what the others have is kept.
 */
import type { Books, Bug, Campaign, CampaignOptions, SearchEnd } from './campaign.ts';
import { concluded, planOf, shrinkable, shrinkFound, tell, textOf } from './campaign.ts';
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
  const end = await search(options, ledger, crew);
  ledger.close();
  return finishedBy(crew, options, { ...end, books: ledger });
}

/** As `finished`, but the crew shrinks, all bugs at a time. */
export async function finishedBy(
  crew: Pick<Crew, 'shrink'>,
  options: CampaignOptions,
  { books, ...end }: SearchEnd & { readonly books: Books },
): Promise<Campaign> {
  const left = shrinkable(books.tally, options.maxBugs);
  let broke = end.broke ?? null;
  const shrunk = async (found: Found): Promise<Bug> => {
    try {
      return await crew.shrink(found, left.length, (shrinking) =>
        tell(options, books, 'shrink', shrinking),
      );
    } catch (error) {
      broke ??= `shrinking ${found.id}: ${textOf(error)}`;
      const asItIs = { ...options, stopShrinking: () => true, hurried: () => true };
      return shrinkFound(found, asItIs, () => undefined);
    }
  };
  const bugs = await Promise.all(left.map(shrunk));
  return concluded(options, books, { ...end, broke, bugs });
}

/** Until all chunks are done, somebody says stop, or one breaks. */
async function search(
  options: CampaignOptions,
  ledger: Ledger,
  crew: Crew,
): Promise<Required<SearchEnd>> {
  let stopped = false;
  let broke: string | null = null;
  const running = new Set<Promise<void>>();
  const work = async (task: ChunkTask): Promise<void> => {
    const result = await crew.work(task);
    if (result === null) return;
    ledger.add(result);
    tell(options, ledger, task.runs > 0 ? 'search' : 'canaries');
    if (ledger.isOver()) crew.searched();
  };
  const begin = (task: ChunkTask): void => {
    const done = work(task)
      .catch((error: unknown) => {
        broke ??= textOf(error);
        crew.searched();
      })
      .finally(() => running.delete(done));
    running.add(done);
  };
  for (;;) {
    while (running.size < crew.size && !stopped && broke === null) {
      stopped = options.stop?.() === true;
      const task = stopped ? null : ledger.handOut();
      if (task === null) break;
      begin(task);
    }
    if (running.size === 0) return { stopped, broke };
    await Promise.race(running);
  }
}
