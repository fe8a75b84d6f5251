/** Fixed chance: the same seed and ordinal give the same 32 bits, on every machine. */

/** 32 bits, unsigned. */
export function draw(seed: number, ordinal: number): number {
  let h = Math.imul(seed ^ 0x9e37_79b9, 0x85eb_ca6b) ^ Math.imul(ordinal, 0xcc9e_2d51);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b_3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a_2d39);
  return (h ^ (h >>> 15)) >>> 0;
}
