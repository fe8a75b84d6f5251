/**
 * Online decomposition of a growing partial order into chains (Agarwal and Garg, PODC 2005): each
 * new element goes to the end of a chain whose last element precedes it, or begins one. Chains are
 * kept in groups of 1, 2, 3, …, and a group that was used changes places with the one below it but
 * for the chain used; so an order of width w needs no more than w(w + 1)/2 chains.
 */

interface Chain {
  readonly number: number;
  /** The id of its last element; -1: it has none yet. */
  last: number;
}

export class Chains {
  /** The k-th group has k + 1 chains. */
  private readonly groups: (readonly Chain[])[] = [];
  private count = 0;

  /** Adds an element; `follows` says whether another, by its id, precedes it. Returns its chain. */
  add(id: number, follows: (other: number) => boolean): number {
    for (let k = 0; ; k += 1) {
      const chain = this.group(k).find(({ last }) => last === -1 || follows(last));
      if (chain === undefined) continue;
      chain.last = id;
      this.swap(k, chain);
      return chain.number;
    }
  }

  private group(k: number): readonly Chain[] {
    const known = this.groups[k];
    if (known !== undefined) return known;
    const group = Array.from({ length: k + 1 }, () => ({ number: this.count++, last: -1 }));
    this.groups.push(group);
    return group;
  }

  private swap(k: number, used: Chain): void {
    const below = this.groups[k - 1];
    const group = this.groups[k];
    if (below === undefined || group === undefined) return;
    this.groups[k - 1] = group.filter((chain) => chain !== used);
    this.groups[k] = [used, ...below];
  }
}
