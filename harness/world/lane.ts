/**
 * Numbers that come in ascending order, taken out first to first: what happens a fixed time after
 * now needs no heap. A ring over typed arrays, so that nothing is allocated per item.
 */
export class Lane {
  private keys: Float64Array = new Float64Array(64);
  private codes: Int32Array = new Int32Array(64);
  private mask = 63;
  private head = 0;
  private tail = 0;
  /** The first key; Infinity: the lane is empty. */
  key: number = Infinity;
  private lastKey: number = -Infinity;

  get length(): number {
    return this.tail - this.head;
  }

  /** The code that belongs to `key`. */
  get code(): number {
    return this.codes[this.head & this.mask] ?? 0;
  }

  /** False, and nothing done, when the key would have to stand before one that is here. */
  offer(key: number, code: number): boolean {
    if (key < this.lastKey) return false;
    if (this.tail - this.head > this.mask) this.grow();
    const at = this.tail & this.mask;
    this.keys[at] = key;
    this.codes[at] = code;
    if (this.head === this.tail) this.key = key;
    this.lastKey = key;
    this.tail += 1;
    return true;
  }

  /** Drops the first; the lane must not be empty. */
  shift(): void {
    this.head += 1;
    if (this.head === this.tail) {
      this.key = Infinity;
      this.lastKey = -Infinity;
    } else {
      this.key = this.keys[this.head & this.mask] ?? Infinity;
    }
  }

  private grow(): void {
    const { keys: before, codes: codesBefore, mask, head, tail } = this;
    const keys = new Float64Array(before.length * 2);
    const codes = new Int32Array(before.length * 2);
    for (let at = head; at < tail; at += 1) {
      keys[at - head] = before[at & mask] ?? 0;
      codes[at - head] = codesBefore[at & mask] ?? 0;
    }
    this.keys = keys;
    this.codes = codes;
    this.mask = keys.length - 1;
    this.head = 0;
    this.tail = tail - head;
  }
}
