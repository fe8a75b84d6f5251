/**
 * Online decomposition of a growing partial order into chains (Agarwal and Garg, 2007): each new
 * element comes with what it depends on, and must go to the end of a chain whose last element
 * precedes it. With queues kept in groups of 1, 2, 3, … chains, an order of width w needs no more
 * than w(w + 1)/2 chains.
 *
 * The order here is that of cause: an event precedes what its step made pending. Two steps of one
 * server, neither of which led to the other, are not ordered, for the schedule decides that.
 */

/** A chain, by number; its last element, or -1. */
interface Chain {
  readonly number: number;
  last: number;
}

export class Chains {
  /** The k-th group has k + 1 chains. */
  private readonly groups: Chain[][] = [];
  private readonly parents = new Map<number, number>();
  private count = 0;

  /** Adds the element with the id, led to by `parent` (-1: by nothing); returns its chain. */
  add(id: number, parent: number): number {
    this.parents.set(id, parent);
    const before = this.ancestors(parent);
    for (let k = 0; ; k += 1) {
      const group = this.group(k);
      const chain = group.find(({ last }) => last === -1 || before.has(last));
      if (chain === undefined) continue;
      chain.last = id;
      this.swap(k, chain);
      return chain.number;
    }
  }

  private ancestors(parent: number): ReadonlySet<number> {
    const found = new Set<number>();
    for (let at = parent; at !== -1; at = this.parents.get(at) ?? -1) found.add(at);
    return found;
  }

  private group(k: number): readonly Chain[] {
    for (let size = this.groups.length + 1; size <= k + 1; size += 1) {
      this.groups.push(Array.from({ length: size }, () => ({ number: this.count++, last: -1 })));
    }
    return this.groups[k] ?? [];
  }

  /** The group below takes over what the group of `used` holds besides it, and the other way. */
  private swap(k: number, used: Chain): void {
    const below = this.groups[k - 1];
    const group = this.groups[k];
    if (below === undefined || group === undefined) return;
    this.groups[k - 1] = group.filter((chain) => chain !== used);
    this.groups[k] = [used, ...below];
  }
}
