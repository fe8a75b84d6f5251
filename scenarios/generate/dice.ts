/**
 * The generator's own chance: xoshiro128** (Blackman and Vigna), seeded with one 32-bit integer.
 * One draw from fast-check is expanded here, so that a scenario costs fast-check one integer.
 */

/** `[weight, value]`: a value is picked in proportion to its weight. */
export type Weighted<T> = readonly [weight: number, value: T];

/** Spreads one 32-bit integer over four words (splitmix32), none of them all zero together. */
function expandSeed(seed: number): Uint32Array {
  const words = new Uint32Array(4);
  let state = seed >>> 0;
  for (let i = 0; i < 4; i++) {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    words[i] = (mixed ^ (mixed >>> 15)) >>> 0;
  }
  return words;
}

function rotateLeft(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

export class Dice {
  private s0: number;
  private s1: number;
  private s2: number;
  private s3: number;

  /** `seed`: any integer; its low 32 bits count. */
  constructor(seed: number) {
    const words = expandSeed(seed);
    this.s0 = words[0] ?? 1;
    this.s1 = words[1] ?? 2;
    this.s2 = words[2] ?? 3;
    this.s3 = words[3] ?? 4;
  }

  /** 32 fresh bits, unsigned. */
  next(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.s1, 5), 7), 9) >>> 0;
    const shifted = this.s1 << 9;
    this.s2 ^= this.s0;
    this.s3 ^= this.s1;
    this.s1 ^= this.s2;
    this.s0 ^= this.s3;
    this.s2 ^= shifted;
    this.s3 = rotateLeft(this.s3, 11);
    return result;
  }

  /** A whole number from `min` to `max`, both included. */
  between(min: number, max: number): number {
    return min + (this.next() % (max - min + 1));
  }

  /** True in `percent` of 100 cases. */
  chance(percent: number): boolean {
    return this.next() % 100 < percent;
  }

  pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.next() % values.length] ?? values[0];
  }

  weighted<T>(choices: readonly [Weighted<T>, ...Weighted<T>[]]): T {
    return this.weighed(choices, choices[0]);
  }

  /** As `weighted`, for a list that may be empty. */
  weightedOf<T>(choices: readonly Weighted<T>[]): T | undefined {
    const [first] = choices;
    return first === undefined ? undefined : this.weighed(choices, first);
  }

  private weighed<T>(choices: readonly Weighted<T>[], first: Weighted<T>): T {
    let total = 0;
    for (const [weight] of choices) total += weight;
    let left = this.next() % Math.max(1, total);
    for (const [weight, value] of choices) {
      if (left < weight) return value;
      left -= weight;
    }
    return first[1];
  }

  /** Small numbers often, large ones seldom: the scale is drawn first, then the number. */
  scaled(min: number, max: number): number {
    let top = max;
    const halvings = this.next() % 5;
    for (let i = 0; i < halvings && top >>> 1 > min; i++) top >>>= 1;
    return this.between(min, top);
  }

  /** A random subset of `size` values, in a random order. */
  subset<T>(values: readonly T[], size: number): T[] {
    const pool = [...values];
    const chosen: T[] = [];
    while (chosen.length < size && pool.length > 0) {
      chosen.push(...pool.splice(this.next() % pool.length, 1));
    }
    return chosen;
  }
}
