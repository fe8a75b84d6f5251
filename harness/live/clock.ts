/**
 * The one clock of a cluster: microseconds since its start. The operating system's monotonic clock
 * runs alike for all processes of a machine, so their times can be compared.
 */
import type { Micros } from '../bus/bus.ts';

export interface Clock {
  /** Whole microseconds, never less than before. */
  now(): Micros;
}

/** This moment, for `clockSince` in any process of this machine. */
export function origin(): string {
  return process.hrtime.bigint().toString();
}

export function clockSince(began: string): Clock {
  const zero = BigInt(began);
  return { now: () => Number((process.hrtime.bigint() - zero) / 1_000n) };
}
