/** Numbers in a row that only grow or are dropped, and the greatest of a stretch of them. */
export class MaxTree {
  private leaves = 64;
  /** The root at 1, children of i at 2i and 2i + 1, leaves last. */
  private nodes: Float64Array = new Float64Array(128).fill(-Infinity);

  at(place: number): number {
    return place < 0 || place >= this.leaves ? -Infinity : (this.nodes[this.leaves + place] ?? 0);
  }

  raise(place: number, value: number): void {
    while (place >= this.leaves) this.grow();
    for (let node = this.leaves + place; node >= 1; node >>= 1) {
      if ((this.nodes[node] ?? 0) >= value) return;
      this.nodes[node] = value;
    }
  }

  drop(place: number): void {
    let node = this.leaves + place;
    this.nodes[node] = -Infinity;
    for (node >>= 1; node >= 1; node >>= 1) {
      this.nodes[node] = Math.max(this.nodes[2 * node] ?? 0, this.nodes[2 * node + 1] ?? 0);
    }
  }

  /** The greatest from `start` up to but without `end`. */
  max(start: number, end: number): number {
    let most = -Infinity;
    let low = this.leaves + start;
    let high = this.leaves + Math.min(end, this.leaves);
    while (low < high) {
      if ((low & 1) === 1) most = Math.max(most, this.nodes[low++] ?? 0);
      if ((high & 1) === 1) most = Math.max(most, this.nodes[--high] ?? 0);
      low >>= 1;
      high >>= 1;
    }
    return most;
  }

  private grow(): void {
    const { leaves, nodes } = this;
    this.leaves = leaves * 2;
    this.nodes = new Float64Array(this.leaves * 2).fill(-Infinity);
    this.nodes.set(nodes.subarray(leaves), this.leaves);
    for (let node = this.leaves - 1; node >= 1; node -= 1) {
      this.nodes[node] = Math.max(this.nodes[2 * node] ?? 0, this.nodes[2 * node + 1] ?? 0);
    }
  }
}
