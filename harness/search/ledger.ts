/**
 * The books of a campaign: which chunk is to be done next, and what those done add up to. Results
 * may come in any order; they are added in the order of their numbers, so the sum is the same
 * whoever did them. Knows neither threads nor time.
 */
import type { Canary, CanaryState } from './canary.ts';
import type { ChunkResult, ChunkTask } from './chunk.ts';
import { chunkRuns } from './chunk.ts';
import type { Discovery } from './corpus.ts';
import { Corpus, epochChunks } from './corpus.ts';
import type { Coverage } from './coverage.ts';
import { mergeCoverage, newCoverage } from './coverage.ts';
import { coverageFrom } from './coverage-json.ts';
import type { StrategyChoice } from './portfolio.ts';
import type { Tally } from './tally.ts';
import { merge, newTally } from './tally.ts';
import { tallyFrom } from './tally-json.ts';

/** The `index`-th of `of` shards does every `of`-th chunk, from its own number on; from 0. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

export const wholeCampaign: Shard = { index: 0, of: 1 };

export interface Plan {
  readonly seed: number;
  readonly runs: number;
  readonly strategy: StrategyChoice;
  readonly shard: Shard;
  readonly failFast: boolean;
  readonly canaries: readonly Pick<Canary, 'name' | 'runs'>[];
}

interface Found {
  readonly discoveries: readonly Discovery[];
  readonly fresh: ReadonlyMap<number, number>;
}

export class Ledger {
  readonly tally: Tally = newTally();
  readonly coverage: Coverage = newCoverage();
  readonly canaries: readonly CanaryState[];
  /** The numbers of the chunks added up that had runs of the campaign's own, ascending. */
  get chunks(): readonly number[] {
    return this.booked;
  }
  private readonly booked: number[] = [];
  private readonly plan: Plan;
  /** The next chunk to hand out, and the next to add. */
  private next: number;
  private awaited: number;
  /** Results that came before their turn. */
  private readonly early = new Map<number, ChunkResult>();
  private outstanding = 0;
  /** By canary: the first chunk known to have caught it. */
  private readonly caughtIn: number[];
  private ended = false;
  /** Guided search: the epoch's corpus, and what was found since it began. */
  private epoch = 0;
  private readonly corpus = new Corpus();
  private readonly discovered: Found[] = [];

  constructor(plan: Plan) {
    this.plan = plan;
    this.next = plan.shard.index;
    this.awaited = plan.shard.index;
    this.caughtIn = plan.canaries.map(() => Infinity);
    this.canaries = plan.canaries.map(({ name }) => ({
      name,
      runs: 0,
      killedAtRun: null,
      invariant: null,
    }));
  }

  /** What is to be done next; null: nothing, or nothing before more results are in. */
  handOut(): ChunkTask | null {
    if (this.ended) return null;
    const { runs, strategy, shard } = this.plan;
    const chunk = this.next;
    const own = Math.max(0, Math.min(chunkRuns, runs - chunk * chunkRuns));
    const canaries = this.living(chunk);
    if (own === 0 && canaries.length === 0) return null;
    const guided = strategy === 'guided';
    if (guided && !this.isEpochReady(chunk)) return null;
    this.next += shard.of;
    this.outstanding += 1;
    const task = { chunk, strategy, runs: own, canaries };
    return guided ? { ...task, parents: this.corpus.parents(this.plan.seed, chunk) } : task;
  }

  /** An epoch begins when all chunks before it are booked; from then on its corpus stays. */
  private isEpochReady(chunk: number): boolean {
    const epoch = Math.floor(chunk / epochChunks);
    if (epoch === this.epoch) return true;
    if (this.awaited < chunk) return false;
    this.epoch = epoch;
    this.corpus.age();
    for (const { discoveries, fresh } of this.discovered.splice(0)) {
      this.corpus.add(discoveries, fresh);
    }
    return true;
  }

  private living(chunk: number): ChunkTask['canaries'] {
    const fed: { readonly place: number; readonly runs: number }[] = [];
    for (const [place, canary] of this.plan.canaries.entries()) {
      const runs = Math.min(chunkRuns, canary.runs - chunk * chunkRuns);
      if (runs > 0 && chunk < (this.caughtIn[place] ?? 0)) fed.push({ place, runs });
    }
    return fed;
  }

  /** Takes a result; each chunk counts once, and only if it was handed out. */
  add(result: ChunkResult): void {
    const { chunk } = result;
    if (chunk < this.awaited || chunk >= this.next || this.early.has(chunk)) return;
    this.outstanding -= 1;
    for (const { place, caughtAt } of result.canaries) {
      const known = this.caughtIn[place] ?? 0;
      if (caughtAt !== null && chunk < known) this.caughtIn[place] = chunk;
    }
    this.early.set(chunk, result);
    for (;;) {
      const due = this.early.get(this.awaited);
      if (due === undefined) return;
      this.early.delete(this.awaited);
      this.awaited += this.plan.shard.of;
      this.book(due);
    }
  }

  /** No more chunks; those that are in count, even where earlier ones never came. */
  close(): void {
    const left = [...this.early.values()].toSorted((a, b) => a.chunk - b.chunk);
    this.early.clear();
    for (const result of left) this.book(result);
    this.ended = true;
  }

  /** Everything was handed out, and everything came back. */
  isOver(): boolean {
    if (this.ended) return true;
    return this.outstanding === 0 && this.isDone();
  }

  private isDone(): boolean {
    return this.plan.runs <= this.next * chunkRuns && this.living(this.next).length === 0;
  }

  private book(result: ChunkResult): void {
    if (this.ended) return;
    const { chunk } = result;
    const alive = this.canaries.some(({ killedAtRun }) => killedAtRun === null);
    if (result.tally.runs === 0 && !alive) return;
    if (result.tally.runs > 0) this.booked.push(chunk);
    merge(this.tally, tallyFrom(result.tally));
    this.learn(result);
    mergeCoverage(this.coverage, coverageFrom(result.coverage));
    for (const { place, runs, caughtAt, invariant } of result.canaries) {
      const state = this.canaries[place];
      if (state === undefined || state.killedAtRun !== null) continue;
      state.runs += runs;
      if (caughtAt === null) continue;
      state.killedAtRun = chunk * chunkRuns + caughtAt;
      state.runs = state.killedAtRun;
      state.invariant = invariant;
    }
    if (this.plan.failFast && this.tally.failed > 0) this.ended = true;
  }

  /** Counts for each run the states that it is the first of all to show. */
  private learn({ discoveries, coverage }: ChunkResult): void {
    if (discoveries.length === 0) return;
    const fresh = new Map<number, number>();
    const { seen } = coverage.states;
    for (let i = 0; i < seen.length; i += 2) {
      const run = seen[i + 1] ?? 0;
      if (!this.coverage.states.has(seen[i] ?? 0)) fresh.set(run, (fresh.get(run) ?? 0) + 1);
    }
    this.discovered.push({ discoveries, fresh });
  }
}
