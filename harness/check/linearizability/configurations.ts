/**
 * The configurations a search has seen, in one growing array of numbers: no objects, no strings. A
 * configuration is a key of fixed width.
 */
import { blank, zeros } from './column.ts';
import { hashOf } from './hash.ts';

export class Configurations {
  readonly width: number;
  count = 0;
  /** Keys one after the other. */
  private keys: Int32Array;
  /** For each key the one before it in its bucket, or -1. */
  private earlier: Int32Array;
  /** The latest key of each bucket, or -1; as many as a power of two. */
  private buckets: Int32Array;

  constructor(width: number, room: number = 64) {
    this.width = width;
    this.keys = zeros(room * width);
    this.earlier = zeros(room);
    this.buckets = blank(2 * room);
  }

  /** Bytes of the arrays. */
  get bytes(): number {
    return this.keys.byteLength + this.earlier.byteLength + this.buckets.byteLength;
  }

  /** Would one more key make the arrays grow? They then hold twice as much. */
  get full(): boolean {
    return this.count === this.earlier.length;
  }

  /** Adds a copy of the key; false when it was there already. */
  add(key: Int32Array): boolean {
    const hash = hashOf(key, 0, this.width);
    const bucket = hash & (this.buckets.length - 1);
    for (let entry = this.buckets[bucket] ?? -1; entry >= 0; entry = this.earlier[entry] ?? -1) {
      if (this.equals(entry, key)) return false;
    }
    if (this.full) this.grow();
    const place = hash & (this.buckets.length - 1);
    const start = this.count * this.width;
    // A loop: calling for a handful of words costs more than copying them.
    for (let word = 0; word < key.length; word += 1) this.keys[start + word] = key[word] ?? 0;
    this.earlier[this.count] = this.buckets[place] ?? -1;
    this.buckets[place] = this.count;
    this.count += 1;
    return true;
  }

  /** Number `word` of key `entry`. */
  at(entry: number, word: number): number {
    return this.keys[entry * this.width + word] ?? -1;
  }

  private equals(entry: number, key: Int32Array): boolean {
    const start = entry * this.width;
    for (let word = 0; word < key.length; word += 1) {
      if (this.keys[start + word] !== key[word]) return false;
    }
    return true;
  }

  private grow(): void {
    const keys = zeros(this.keys.length * 2);
    keys.set(this.keys);
    this.keys = keys;
    this.earlier = zeros(this.earlier.length * 2);
    this.buckets = blank(this.buckets.length * 2);
    for (let entry = 0; entry < this.count; entry += 1) {
      const start = entry * this.width;
      const bucket = hashOf(keys, start, start + this.width) & (this.buckets.length - 1);
      this.earlier[entry] = this.buckets[bucket] ?? -1;
      this.buckets[bucket] = entry;
    }
  }
}
