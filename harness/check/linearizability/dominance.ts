/**
 * The dead ends of the directed search. A configuration is a key of fixed width and, beside it, how
 * many unknown operations of each class were used. One that was seen with no class used more often
 * dominates: whatever could follow now could have followed then.
 */
import { at, blank, zeros } from './column.ts';
import { hashOf } from './hash.ts';

export class Dominance {
  readonly keyWidth: number;
  readonly width: number;
  count = 0;
  /** Key and uses, one configuration after the other. */
  private entries: Int32Array;
  private earlier: Int32Array;
  private buckets: Int32Array;

  constructor(keyWidth: number, classes: number, room: number = 64) {
    this.keyWidth = keyWidth;
    this.width = keyWidth + classes;
    this.entries = zeros(room * this.width);
    this.earlier = zeros(room);
    this.buckets = blank(2 * room);
  }

  /** Bytes of the arrays. */
  get bytes(): number {
    return this.entries.byteLength + this.earlier.byteLength + this.buckets.byteLength;
  }

  /** Would one more configuration make the arrays grow? They then hold three times as much. */
  get full(): boolean {
    return this.count === this.earlier.length;
  }

  clear(): void {
    this.count = 0;
    this.buckets.fill(-1);
  }

  /** Adds a copy of the configuration; false when it is dominated by one seen before. */
  add(configuration: Int32Array): boolean {
    const hash = hashOf(configuration, 0, this.keyWidth);
    const bucket = hash & (this.buckets.length - 1);
    for (let entry = at(this.buckets, bucket); entry >= 0; entry = at(this.earlier, entry)) {
      if (this.dominates(entry, configuration)) return false;
    }
    if (this.full) this.grow();
    const place = hash & (this.buckets.length - 1);
    const start = this.count * this.width;
    // A loop: calling for a handful of words costs more than copying them.
    for (let word = 0; word < this.width; word += 1) {
      this.entries[start + word] = at(configuration, word);
    }
    this.earlier[this.count] = at(this.buckets, place);
    this.buckets[place] = this.count;
    this.count += 1;
    return true;
  }

  private dominates(entry: number, configuration: Int32Array): boolean {
    const { entries, keyWidth, width } = this;
    const start = entry * width;
    for (let word = 0; word < keyWidth; word += 1) {
      if (at(entries, start + word) !== at(configuration, word)) return false;
    }
    for (let word = keyWidth; word < width; word += 1) {
      if (at(entries, start + word) > at(configuration, word)) return false;
    }
    return true;
  }

  private grow(): void {
    const entries = zeros(this.entries.length * 2);
    entries.set(this.entries);
    this.entries = entries;
    const earlier = zeros(this.earlier.length * 2);
    this.buckets = blank(this.buckets.length * 2);
    for (let entry = 0; entry < this.count; entry += 1) {
      const start = entry * this.width;
      const bucket = hashOf(entries, start, start + this.keyWidth) & (this.buckets.length - 1);
      earlier[entry] = at(this.buckets, bucket);
      this.buckets[bucket] = entry;
    }
    this.earlier = earlier;
  }
}
