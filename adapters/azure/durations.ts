/** Microseconds as the ISO 8601 durations of the administration. */
import type { Micros } from '../../harness/bus/bus.ts';

/** The longest that .NET knows: for ever. */
export const forever = 'P10675199DT2H48M5.4775807S';

export function durationOf(micros: Micros): string {
  const ms = Math.max(1, Math.round(micros / 1000));
  return `PT${ms / 1000}S`;
}
