/**
 * Keyed randomness: a draw is a hash of the seed, what it is for, whose it is and its ordinal. No
 * stream is shared, so taking one fault or operation out of a scenario leaves all other draws alone.
 */

/** What a draw is for. The numbers are part of the meaning of every stored scenario: only add. */
export const purpose = {
  latency: 1,
  election: 2,
  heartbeat: 3,
  disk: 4,
  crash: 5,
  torn: 6,
  percent: 7,
  reorder: 8,
  target: 9,
  reconnect: 10,
  client: 11,
  late: 12,
  read: 13,
  pending: 14,
  choice: 15,
} as const;

export type Purpose = (typeof purpose)[keyof typeof purpose];

/** Folds 32 bits into a hash. */
export function mix(hash: number, value: number): number {
  let k = Math.imul(value, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  const h = hash ^ Math.imul(k, 0x1b873593);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

/** 32 bits, unsigned. */
export function draw(seed: number, what: Purpose, owner: number, ordinal: number): number {
  let h = mix(mix(mix(seed | 0, what), owner), ordinal);
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A drawn number brought into [min, max], both inclusive. */
export function within(drawn: number, min: number, max: number): number {
  return min + (drawn % (max - min + 1));
}

/** A 32-bit key for a piece of text (FNV-1a). */
export function keyOf(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}
