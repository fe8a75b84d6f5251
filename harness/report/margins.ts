/** How far a failure's faults and operations may be moved, and how many neighbours fail alike. */
import { joined } from './words.ts';

/** Earliest and latest moment in milliseconds at which it still fails. */
export interface Moments {
  readonly fromMs: number;
  readonly toMs: number;
}

/** `at 310 to 480 ms`, of a run that is unkind for `runMs`. */
export function momentsText({ fromMs, toMs }: Moments, runMs: number): string {
  if (fromMs === toMs) return `at ${String(fromMs)} ms`;
  if (fromMs <= 0) return toMs >= runMs ? 'at any time' : `up to ${String(toMs)} ms`;
  return toMs >= runMs
    ? `from ${String(fromMs)} ms on`
    : `at ${String(fromMs)} to ${String(toMs)} ms`;
}

export interface Nearby {
  /** Of so many schedules under other network seeds so many fail. */
  readonly failing: number;
  readonly of: number;
  /** `write(x, 1) at 0 to 120 ms`: operations and wishes that it needs. */
  readonly operations: readonly string[];
}

/** `fails in 41 of 64 neighbouring schedules; needs write(x, 1) at 0 to 120 ms` */
export function nearbyText({ failing, of, operations }: Nearby): string {
  const share = `fails in ${String(failing)} of ${String(of)} neighbouring schedules`;
  return operations.length === 0 ? share : `${share}; needs ${joined(operations)}`;
}
