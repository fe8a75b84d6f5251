/**
 * Lists whose items are all different, as registers. A read shows the whole chain of items, so it is
 * a read of the last one; an append that some read shows is a compare-and-set from the item before
 * it; one that no read shows is a blind write, for whatever was appended after it is not shown
 * either. The two histories are linearizable together: an order of one, read as one of the other,
 * gives every read the same list, for the chain of compare-and-sets up to an item is that list. (That
 * appended lists show their own order is the idea of Elle: Kingsbury & Alvaro 2020.)
 */
import { blank, bytes, signedBytes, zeros } from './column.ts';
import type { Columns } from './model.ts';
import { action } from './model.ts';
import { absent, emptyList, none } from './states.ts';
import type { Conflict, Illegal } from './verdict.ts';

export type Reduced =
  | { readonly kind: 'columns'; readonly columns: Columns }
  | { readonly kind: 'undecided'; readonly reason: string }
  | Illegal;

/** Histories without appends are returned as they are. */
export function withoutAppends(columns: Columns): Reduced {
  const { count, actions } = columns;
  if (!actions.includes(action.append) && !actions.includes(action.appendUnknown)) {
    return { kind: 'columns', columns };
  }
  let appends = 0;
  let reads = 0;
  for (let index = 0; index < count; index += 1) {
    const kind = actions[index];
    if (kind === action.append || kind === action.appendUnknown) appends += 1;
    else if (kind === action.read) reads += 1;
  }
  if (appends + reads < count) return undecided('appends are mixed with other changes');
  return reduce(columns);
}

function undecided(reason: string): Reduced {
  return { kind: 'undecided', reason };
}

function reduce(columns: Columns): Reduced {
  const { count, actions, first, states } = columns;
  const chain: Chain = {
    columns,
    appender: blank(states.values.length),
    before: blank(states.values.length),
    shownBy: blank(states.values.length),
    seen: bytes(states.values.length),
  };
  for (let index = 0; index < count; index += 1) {
    const item = first[index] ?? none;
    if (actions[index] === action.read) continue;
    if (item === absent || chain.appender[item] !== none) {
      return undecided('an item is appended twice');
    }
    chain.appender[item] = index;
  }
  // In the order of returns, so that the first proof to be complete is the one reported.
  for (let rank = 0; rank < count; rank += 1) {
    const index = columns.byReturn[rank] ?? 0;
    const conflict = actions[index] === action.read ? follow(chain, index) : null;
    if (conflict !== null) return { kind: 'illegal', stuck: null, possible: null, conflict };
  }
  return { kind: 'columns', columns: asRegister(columns, chain.before) };
}

interface Chain {
  readonly columns: Columns;
  /** By item: who appended it; the item before it; the read that first showed it. */
  readonly appender: Int32Array;
  readonly before: Int32Array;
  readonly shownBy: Int32Array;
  /** By list: followed already. */
  readonly seen: Uint8Array;
}

/** Notes what the list that a read returned says of the order of its items. */
function follow(chain: Chain, read: number): Conflict | null {
  const { states, first } = chain.columns;
  let list = first[read] ?? none;
  if (list === absent) return null;
  if (states.shorter[list] === none) return { kind: 'phantom', observer: read };
  while (list !== emptyList && chain.seen[list] === 0) {
    const item = states.last[list] ?? none;
    const other = chain.shownBy[item] ?? none;
    if (chain.appender[item] === none) return { kind: 'phantom', observer: read };
    if (other !== none) return { kind: 'diverged', left: other, right: read };
    chain.seen[list] = 1;
    chain.shownBy[item] = read;
    list = states.shorter[list] ?? emptyList;
    chain.before[item] = list === emptyList ? absent : (states.last[list] ?? none);
  }
  return null;
}

/** `before`: by item the one before it, `absent` for the first, `none` when no read shows it. */
function asRegister(columns: Columns, before: Int32Array): Columns {
  const { count, states } = columns;
  const actions = signedBytes(count);
  const first = zeros(count);
  const second = blank(count);
  for (let index = 0; index < count; index += 1) {
    const value = columns.first[index] ?? absent;
    if (columns.actions[index] === action.read) {
      actions[index] = action.read;
      first[index] = value === absent ? absent : (states.last[value] ?? none);
      continue;
    }
    const previous = before[value] ?? none;
    // Known or not: what a read shows did happen.
    actions[index] = previous === none ? action.write : action.cas;
    first[index] = previous === none ? value : previous;
    second[index] = previous === none ? none : value;
  }
  return { ...columns, actions, first, second };
}
