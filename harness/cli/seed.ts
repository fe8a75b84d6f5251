/** Where chance enters the house: the one seed nobody gave. It is always printed. */
import { randomInt } from 'node:crypto';

/** 32 bits, unsigned. */
export function drawnSeed(): number {
  return randomInt(2 ** 32);
}
