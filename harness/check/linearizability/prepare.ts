/**
 * What no answer can depend on is left out before any engine starts. An unknown operation need not
 * happen, so leaving it out only takes orders away; and from an order in which it happens it can be
 * taken out when nobody observes the difference: when it changes nothing, or makes what nobody reads,
 * replaces or is refused by, so that the next change or the end hides it.
 */
import type { Columns } from './model.ts';
import { action } from './model.ts';
import { select } from './partition.ts';

/**
 * Leaves out unknown operations that constrain nothing and help nobody: a compare-and-set of a value
 * with itself; and, where neither appends nor refused compare-and-sets look at the value in other
 * ways, writes and compare-and-sets that make a value nobody observed.
 */
export function prepared(columns: Columns): Columns {
  if (columns.completed === columns.count) return columns;
  const { actions, first, second } = columns;
  const observed = observedValues(columns);
  const unknown = (index: number): boolean =>
    (columns.returns[index] ?? 0) >= columns.count + columns.completed;
  let needless = 0;
  const keep = (index: number): boolean => {
    if (!unknown(index)) return true;
    const made = actions[index] === action.casUnknown ? second[index] : first[index];
    if (actions[index] === action.casUnknown && first[index] === made) return false;
    return observed === null || observed.has(made ?? -1);
  };
  for (let index = 0; index < columns.count; index += 1) if (!keep(index)) needless += 1;
  return needless === 0 ? columns : select(columns, keep);
}

/** Null when observation is more than being read or replaced. */
function observedValues({ count, actions, first }: Columns): ReadonlySet<number> | null {
  const observed = new Set<number>();
  for (let index = 0; index < count; index += 1) {
    switch (actions[index]) {
      case action.write:
        break;
      case action.read:
      case action.cas:
      case action.casUnknown:
        observed.add(first[index] ?? -1);
        break;
      default:
        return null;
    }
  }
  return observed;
}
