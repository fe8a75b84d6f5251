/**
 * A binary heap of items under two numbers, the second breaking ties of the first. The numbers lie
 * in typed arrays, so that sifting never touches an item.
 */
export class Heap<Item> {
  size: number;
  private keys: Float64Array;
  private ties: Float64Array;
  private readonly items: (Item | undefined)[];

  constructor() {
    this.size = 0;
    this.keys = new Float64Array(8);
    this.ties = new Float64Array(8);
    this.items = [];
  }

  /** The least key, or Infinity. */
  topKey(): number {
    return this.size === 0 ? Infinity : (this.keys[0] ?? Infinity);
  }

  push(key: number, tie: number, item: Item): void {
    let hole = this.size++;
    if (hole === this.keys.length) this.grow();
    const { keys, ties, items } = this;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const parentKey = keys[parent] ?? 0;
      const parentTie = ties[parent] ?? 0;
      if (parentKey < key || (parentKey === key && parentTie <= tie)) break;
      keys[hole] = parentKey;
      ties[hole] = parentTie;
      items[hole] = items[parent];
      hole = parent;
    }
    keys[hole] = key;
    ties[hole] = tie;
    items[hole] = item;
  }

  pop(): Item | undefined {
    if (this.size === 0) return undefined;
    const items = this.items;
    const top = items[0];
    const last = --this.size;
    const item = items[last];
    items[last] = undefined;
    if (last > 0) this.sink(this.keys[last] ?? 0, this.ties[last] ?? 0, item);
    return top;
  }

  /** The items in no particular (but always the same) order. */
  list(): Item[] {
    const found: Item[] = [];
    for (let i = 0; i < this.size; i++) {
      const item = this.items[i];
      if (item !== undefined) found.push(item);
    }
    return found;
  }

  /** Drops what `keep` refuses and gives the memory of cancelled items back. */
  prune(keep: (item: Item) => boolean): void {
    const { keys, ties, items, size } = this;
    this.size = 0;
    for (let i = 0; i < size; i++) {
      const item = items[i];
      items[i] = undefined;
      // Every earlier slot has been read, and pushes only fill slots up to this one.
      if (item !== undefined && keep(item)) this.push(keys[i] ?? 0, ties[i] ?? 0, item);
    }
  }

  private sink(key: number, tie: number, item: Item | undefined): void {
    const { keys, ties, items, size } = this;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      let childKey = keys[child] ?? 0;
      const right = child + 1;
      if (right < size) {
        const rightKey = keys[right] ?? 0;
        if (rightKey < childKey || (rightKey === childKey && this.tieBefore(right, child))) {
          child = right;
          childKey = rightKey;
        }
      }
      const childTie = ties[child] ?? 0;
      if (key < childKey || (key === childKey && tie <= childTie)) break;
      keys[hole] = childKey;
      ties[hole] = childTie;
      items[hole] = items[child];
      hole = child;
    }
    keys[hole] = key;
    ties[hole] = tie;
    items[hole] = item;
  }

  private tieBefore(left: number, right: number): boolean {
    return (this.ties[left] ?? 0) < (this.ties[right] ?? 0);
  }

  private grow(): void {
    const keys = new Float64Array(this.keys.length * 2);
    keys.set(this.keys);
    this.keys = keys;
    const ties = new Float64Array(this.ties.length * 2);
    ties.set(this.ties);
    this.ties = ties;
  }
}
