/** First in, first out, in one array that is used again and again: nothing is allocated per item. */
export class Fifo<Item> {
  private readonly items: (Item | undefined)[] = [];
  private head = 0;
  private tail = 0;

  get length(): number {
    return this.tail - this.head;
  }

  /** The item `at` places behind the first, or undefined past the end. */
  at(at: number): Item | undefined {
    return at < this.tail - this.head ? this.items[this.head + at] : undefined;
  }

  last(): Item | undefined {
    return this.tail > this.head ? this.items[this.tail - 1] : undefined;
  }

  push(item: Item): void {
    if (this.head === this.tail) this.rewind();
    this.items[this.tail] = item;
    this.tail += 1;
  }

  shift(): Item | undefined {
    if (this.head === this.tail) return undefined;
    const item = this.items[this.head];
    this.items[this.head] = undefined;
    this.head += 1;
    return item;
  }

  clear(): void {
    this.items.fill(undefined, this.head, this.tail);
    this.rewind();
  }

  private rewind(): void {
    this.head = 0;
    this.tail = 0;
  }
}
