/**
 * Zones for the commonest histories: reads and writes of values written once. With f the least return
 * and s the greatest call of a value's operations, [f, s] is its zone: forward when f < s, otherwise
 * backward. Such a history is linearizable exactly when no read returns before its write is called,
 * no two forward zones overlap and no backward zone lies inside a forward one: the theorem of Gibbons
 * and Korach (1997) for unique writes; the proof stands with the full engine (`zones.ts`). Three
 * passes, and nothing is kept but numbers; so it can only say yes. Everything else the full engine
 * looks at: what is illegal, for its proof; what has other operations or values written twice.
 */
import { at, borrowing, filled, zeros } from './column.ts';
import type { Columns } from './model.ts';
import { action } from './model.ts';
import { absent } from './states.ts';

/** True when the history surely is linearizable; false when nothing is known. */
export function plainlyLinearizable(columns: Columns): boolean {
  return borrowing(() => {
    const clusters = clustersOf(columns);
    if (clusters === null) return false;
    const zones = zonesOf(columns, clusters);
    return zones !== null && areApart(zones);
  });
}

/** Later than every position, and still far from where sums overflow. */
const never = 0x3fffffff;

/** By value the reads, and after all values, by value again, the writes; positions are from 1. */
interface Clusters {
  readonly values: number;
  /** The least return, or `never`. */
  readonly ended: Int32Array;
  /** The greatest call, or 0. */
  readonly called: Int32Array;
}

/** Null when there is anything but reads and writes, or a value was written twice. */
function clustersOf(columns: Columns): Clusters | null {
  const { count, actions, first, calls, returns } = columns;
  const values = columns.states.values.length;
  const ended = filled(2 * values, never);
  const called = zeros(2 * values);
  // A key that was never written holds its first value as if that had been written before all.
  ended[values] = 0;
  let twice = 0;
  for (let index = 0; index < count; index += 1) {
    const kind = actions[index] ?? 0;
    if (kind !== action.read && kind !== action.write) return null;
    // Reads and writes come in no order that a processor could foresee: sums instead of branches.
    const slot = at(first, index) + values * kind;
    const known = at(ended, slot);
    const earlier = at(returns, index) + 1 - known;
    twice |= (known - never) & -kind;
    ended[slot] = known + (earlier & (earlier >> 31));
    // Calls ascend with the index.
    called[slot] = at(calls, index) + 1;
  }
  return twice < 0 ? null : { values, ended, called };
}

/**
 * By position: a forward zone at its f as s, a backward one at its s as -f; null when a value was read
 * that nobody wrote in time. A write without a return that nobody read need not have happened.
 */
function zonesOf({ count, completed }: Columns, clusters: Clusters): Int32Array | null {
  const { values, ended, called } = clusters;
  const events = count + completed;
  const zones = filled(events + 1, -never);
  zones[0] = at(called, absent);
  for (let value = absent + 1; value < values; value += 1) {
    const written = at(called, values + value);
    const read = at(ended, value);
    const f = Math.min(read, at(ended, values + value));
    const s = Math.max(written, at(called, value));
    if (read === never) {
      if (f <= events) zones[s] = -f;
    } else if (written === 0 || read < written) return null;
    else if (f < s) zones[f] = s;
    else zones[s] = -f;
  }
  return zones;
}

/** No forward zone overlaps another one or has a backward one inside. */
function areApart(zones: Int32Array): boolean {
  let end = 0;
  for (let position = 0; position < zones.length; position += 1) {
    const other = at(zones, position);
    if (other >= 0) {
      if (position < end) return false;
      end = other;
    } else if (other > -end) return false;
  }
  return true;
}
