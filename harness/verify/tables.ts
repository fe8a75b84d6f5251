/**
 * Flat memory for many states: typed arrays that grow, and two hash tables without objects.
 *
 * The set of states keeps 64-bit fingerprints, not states: two states with one fingerprint would
 * count as one. With n states the chance of any such pair is below n² / 2^65.
 */

const seedOne = 0x9e3779b1;
const seedTwo = 0x85ebca6b;

/** An append-only list of 32-bit integers. */
export class IntList {
  data: Int32Array;
  length = 0;

  constructor(capacity: number = 1_024) {
    this.data = new Int32Array(capacity);
  }

  push(value: number): void {
    this.reserve(1);
    this.data[this.length] = value;
    this.length += 1;
  }

  /** Makes room for `count` more. */
  reserve(count: number): void {
    if (this.length + count <= this.data.length) return;
    const grown = new Int32Array(Math.max(this.data.length * 2, this.length + count));
    grown.set(this.data);
    this.data = grown;
  }

  get(at: number): number {
    return this.data[at] ?? 0;
  }

  get bytes(): number {
    return this.data.byteLength;
  }
}

/** Maps pairs of non-negative integers to non-negative integers. */
export class PairTable {
  private keys: Int32Array;
  private values: Int32Array;
  private mask: number;
  private size = 0;

  constructor(capacity: number = 4_096) {
    this.keys = new Int32Array(capacity * 2);
    this.values = new Int32Array(capacity).fill(-1);
    this.mask = capacity - 1;
  }

  /** The value of the pair; -1: none. */
  get(one: number, other: number): number {
    const { keys, values, mask } = this;
    let at = slotOf(one, other) & mask;
    for (;;) {
      const value = values[at] ?? -1;
      if (value === -1 || (keys[at * 2] === one && keys[at * 2 + 1] === other)) return value;
      at = (at + 1) & mask;
    }
  }

  set(one: number, other: number, value: number): void {
    if (this.size * 3 > this.mask * 2) this.grow();
    const { keys, values, mask } = this;
    let at = slotOf(one, other) & mask;
    while ((values[at] ?? -1) !== -1) {
      if (keys[at * 2] === one && keys[at * 2 + 1] === other) break;
      at = (at + 1) & mask;
    }
    if (values[at] === -1) this.size += 1;
    keys[at * 2] = one;
    keys[at * 2 + 1] = other;
    values[at] = value;
  }

  get count(): number {
    return this.size;
  }

  get bytes(): number {
    return this.keys.byteLength + this.values.byteLength;
  }

  private grow(): void {
    const { keys, values } = this;
    const capacity = values.length * 2;
    this.keys = new Int32Array(capacity * 2);
    this.values = new Int32Array(capacity).fill(-1);
    this.mask = capacity - 1;
    this.size = 0;
    for (let at = 0; at < values.length; at += 1) {
      const value = values[at] ?? -1;
      if (value !== -1) this.set(keys[at * 2] ?? 0, keys[at * 2 + 1] ?? 0, value);
    }
  }
}

function slotOf(one: number, other: number): number {
  let mixed = Math.imul(one ^ 0x2545f491, seedOne) ^ Math.imul(other + 0x1b873593, seedTwo);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, seedTwo);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}

/** A set of states by their 64-bit fingerprints. */
export class StateSet {
  private words: Int32Array;
  private mask: number;
  private count = 0;

  constructor(capacity: number = 65_536) {
    this.words = new Int32Array(capacity * 2);
    this.mask = capacity - 1;
  }

  get size(): number {
    return this.count;
  }

  get bytes(): number {
    return this.words.byteLength;
  }

  /** Enters the first `length` numbers of `state`; false: they were there. */
  add(state: Int32Array, length: number): boolean {
    let one = seedTwo ^ length;
    let other = length;
    for (let at = 0; at < length; at += 1) {
      const value = state[at] ?? 0;
      one = Math.imul(one ^ value, seedOne);
      one ^= one >>> 15;
      other = Math.imul(other + value, seedTwo) ^ (other >>> 13);
    }
    one = Math.imul(one ^ (other >>> 16), seedTwo);
    one ^= one >>> 13;
    other = Math.imul(other ^ (other >>> 15), seedOne);
    if (one === 0 && other === 0) one = 1;
    if (this.count * 3 > this.mask * 2) this.grow();
    return this.enter(one | 0, other | 0);
  }

  private enter(one: number, other: number): boolean {
    const { words, mask } = this;
    let at = (one ^ (other << 7)) & mask;
    for (;;) {
      const low = words[at * 2] ?? 0;
      const high = words[at * 2 + 1] ?? 0;
      if (low === 0 && high === 0) break;
      if (low === one && high === other) return false;
      at = (at + 1) & mask;
    }
    words[at * 2] = one;
    words[at * 2 + 1] = other;
    this.count += 1;
    return true;
  }

  private grow(): void {
    const { words } = this;
    const capacity = words.length;
    this.words = new Int32Array(capacity * 2);
    this.mask = capacity - 1;
    this.count = 0;
    for (let at = 0; at < words.length; at += 2) {
      const low = words[at] ?? 0;
      const high = words[at + 1] ?? 0;
      if (low !== 0 || high !== 0) this.enter(low, high);
    }
  }
}
