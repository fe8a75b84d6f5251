/** Small helpers for sorted lists of numbers: every seek of the page is a binary search. */

/** The number at a place, 0 outside: typed arrays are dense, so outside never happens. */
export function numberAt(list: ArrayLike<number>, index: number): number {
  return list[index] ?? 0;
}

/** How many of the ascending numbers are at most `limit`. */
export function countUpTo(list: ArrayLike<number>, limit: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numberAt(list, middle) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first of the ascending numbers above `from`, or undefined. */
export function nextAbove(list: ArrayLike<number>, from: number): number | undefined {
  return list[countUpTo(list, from)];
}

/** The last of the ascending numbers below `from`, or undefined. */
export function lastBelow(list: ArrayLike<number>, from: number): number | undefined {
  return list[countUpTo(list, from - 1) - 1];
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
