/**
 * The memory of a search guided by coverage: scenarios that showed abstract states nobody had seen,
 * the more of them in the shorter time the likelier to be built upon. What it holds depends on the
 * chunks booked alone, and it changes between epochs only, so it does not matter who did the chunks,
 * or when.
 */
import type { Scenario } from '../world/scenario.ts';
import { childSeed } from './size.ts';

/** Chunks that build on the same corpus. */
export const epochChunks = 8;

/** Scenarios of a chunk that may enter the corpus, and those that a chunk gets to build on. */
export const discoveriesMax = 4;
const parentsMax = 8;
const entriesMax = 64;

/** A run that showed something new within its chunk. */
export interface Discovery {
  readonly run: number;
  /** How long it took, in events. */
  readonly events: number;
  readonly scenario: Scenario;
}

interface Entry extends Discovery {
  /** Abstract states that it was the first of all to show, by event; it ages with each epoch. */
  energy: number;
}

export class Corpus {
  private entries: Entry[] = [];

  /** Takes what a chunk found; `fresh` says how many states each run was the first to show. */
  add(discoveries: readonly Discovery[], fresh: ReadonlyMap<number, number>): void {
    for (const discovery of discoveries) {
      const energy = (fresh.get(discovery.run) ?? 0) / Math.max(1, discovery.events);
      if (energy > 0) this.entries.push({ ...discovery, energy });
    }
    if (this.entries.length <= entriesMax) return;
    this.entries = this.entries
      .toSorted((a, b) => b.energy - a.energy || a.run - b.run)
      .slice(0, entriesMax);
  }

  /** The scenarios that a chunk builds on, drawn by their energy; none: there are none yet. */
  parents(seed: number, chunk: number): readonly Scenario[] {
    const { entries } = this;
    const total = entries.reduce((sum, { energy }) => sum + energy, 0);
    if (total === 0) return [];
    return Array.from({ length: Math.min(parentsMax, entries.length) }, (_, i) => {
      let left = ((childSeed(childSeed(seed, chunk), i) >>> 0) / 0x1_0000_0000) * total;
      const entry = entries.find(({ energy }) => (left -= energy) < 0) ?? entries[0];
      if (entry === undefined) throw new Error('a corpus with energy has entries');
      return entry.scenario;
    });
  }

  /** An epoch is over: what was built upon for long gives way to what is new. */
  age(): void {
    for (const entry of this.entries) entry.energy *= 0.7;
  }
}
