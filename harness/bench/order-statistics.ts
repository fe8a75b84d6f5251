/** Medians of how long hunts took, where some ended without a find: those count as infinite. */

export interface Interval {
  readonly from: number;
  /** Infinity: not bounded by what was measured. */
  readonly to: number;
}

/** Of an even number of values the later one of the two in the middle; Infinity of none. */
export function laterMedian(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Infinity;
}

/** How likely it is that of `count` values at most `rank` lie below the median. */
function tail(count: number, rank: number): number {
  let term = 0.5 ** count;
  let sum = 0;
  for (let k = 0; k <= rank; k++) {
    sum += term;
    term *= (count - k) / (k + 1);
  }
  return sum;
}

/**
 * An interval that holds the median of what the values were drawn from with at least 95 % (order
 * statistics: David and Nagaraja, section 7.1), or null for fewer than six values.
 */
export function medianInterval(values: readonly number[]): Interval | null {
  const { length } = values;
  let left = -1;
  while (tail(length, left + 1) <= 0.025) left += 1;
  if (left < 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return { from: sorted[left] ?? Infinity, to: sorted[length - 1 - left] ?? Infinity };
}
