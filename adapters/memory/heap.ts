/**
 * A binary heap of items under two numbers, the second breaking ties of the first. The numbers lie
 * in typed arrays, as do the items' places, so that sifting never touches an item.
 */
export class Heap<Item> {
  size: number;
  private keys: Float64Array;
  private ties: Float64Array;
  /** Where the items lie: the first `size` are in use, the rest are free places. */
  private places: Int32Array;
  private readonly items: (Item | undefined)[];

  constructor() {
    this.size = 0;
    this.keys = new Float64Array(8);
    this.ties = new Float64Array(8);
    this.places = Int32Array.from({ length: 8 }, (_, place) => place);
    this.items = [];
  }

  /** The least key, or Infinity. */
  topKey(): number {
    return this.size === 0 ? Infinity : (this.keys[0] ?? Infinity);
  }

  push(key: number, tie: number, item: Item): void {
    let hole = this.size++;
    if (hole === this.keys.length) this.grow();
    const { keys, ties, places } = this;
    const place = places[hole] ?? 0;
    this.items[place] = item;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const parentKey = keys[parent] ?? 0;
      const parentTie = ties[parent] ?? 0;
      if (parentKey < key || (parentKey === key && parentTie <= tie)) break;
      keys[hole] = parentKey;
      ties[hole] = parentTie;
      places[hole] = places[parent] ?? 0;
      hole = parent;
    }
    keys[hole] = key;
    ties[hole] = tie;
    places[hole] = place;
  }

  pop(): Item | undefined {
    if (this.size === 0) return undefined;
    const { items, places } = this;
    const freed = places[0] ?? 0;
    const top = items[freed];
    items[freed] = undefined;
    const last = --this.size;
    const place = places[last] ?? 0;
    places[last] = freed;
    if (last > 0) this.sink(this.keys[last] ?? 0, this.ties[last] ?? 0, place);
    return top;
  }

  /** The items in no particular (but always the same) order. */
  list(): Item[] {
    const found: Item[] = [];
    for (let i = 0; i < this.size; i++) {
      const item = this.items[this.places[i] ?? 0];
      if (item !== undefined) found.push(item);
    }
    return found;
  }

  /** Drops what `keep` refuses and gives the memory of cancelled items back. */
  prune(keep: (item: Item) => boolean): void {
    const { keys, ties, items, places, size } = this;
    const before = this.list();
    for (let i = 0; i < size; i++) items[places[i] ?? 0] = undefined;
    this.size = 0;
    for (let i = 0; i < size; i++) {
      const item = before[i];
      // Every earlier number has been read, and pushes only fill places up to this one.
      if (item !== undefined && keep(item)) this.push(keys[i] ?? 0, ties[i] ?? 0, item);
    }
  }

  private sink(key: number, tie: number, place: number): void {
    const { keys, ties, places, size } = this;
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
      places[hole] = places[child] ?? 0;
      hole = child;
    }
    keys[hole] = key;
    ties[hole] = tie;
    places[hole] = place;
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
    const places = Int32Array.from({ length: this.places.length * 2 }, (_, place) => place);
    places.set(this.places);
    this.places = places;
  }
}
