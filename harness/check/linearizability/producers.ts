/**
 * Who made each observed value. The zone algorithm needs exactly one possible producer for every
 * value that somebody read or replaced; unknown operations count, because they may have happened.
 */
import { at, blank, bytes, zeros } from './column.ts';
import type { Columns } from './model.ts';
import { action } from './model.ts';
import { absent, none } from './states.ts';
import type { Illegal } from './verdict.ts';

/** The producer of the value that every key begins with. */
export const beginning = -2;

export interface Producers {
  /** By value: the operation that made it, `beginning`, or `none`. */
  readonly producer: Int32Array;
  /** By value: the compare-and-set that replaced it, or `none`. */
  readonly replacer: Int32Array;
  /** By operation: 1 when it surely happened. */
  readonly happened: Uint8Array;
}

export type ProducersResult =
  | { readonly kind: 'unique'; readonly producers: Producers }
  | { readonly kind: 'undecided'; readonly reason: string }
  | Illegal;

const illegal = (conflict: Illegal['conflict']): Illegal => ({
  kind: 'illegal',
  stuck: null,
  possible: null,
  conflict,
});

/** Finds producers and replacers; refused compare-and-sets are left out of account. */
export function producersOf(columns: Columns): ProducersResult {
  const values = columns.states.values.length;
  const { count } = columns;
  if (isAmbiguous(columns, values)) return ambiguous;
  const { happened, observed } = observations(columns, values);
  const producers: Producers = {
    producer: blank(values),
    replacer: blank(values),
    happened,
  };
  producers.producer[absent] = beginning;
  for (let index = 0; index < count; index += 1) {
    if (happened[index] === 0) continue;
    const made = madeBy(columns, index);
    if (made !== none && observed[made] === 1) {
      if (producers.producer[made] !== none) {
        return ambiguous;
      }
      producers.producer[made] = index;
    }
  }
  return withReplacers(columns, producers);
}

const ambiguous: ProducersResult = {
  kind: 'undecided',
  reason: 'an observed value was written more than once',
};

/** Do the answered operations show it? Where values repeat, the first few dozen do. */
function isAmbiguous(columns: Columns, values: number): boolean {
  const { count, completed, returns, first } = columns;
  const times = zeros(values);
  const observed = bytes(values);
  times[absent] = 1;
  for (let index = 0; index < count; index += 1) {
    if (at(returns, index) >= count + completed) continue;
    const made = madeBy(columns, index);
    if (made !== none) {
      times[made] = at(times, made) + 1;
      if (observed[made] === 1 && at(times, made) > 1) return true;
    }
    if (!observes(columns, index)) continue;
    const value = at(first, index);
    observed[value] = 1;
    if (at(times, value) > 1) return true;
  }
  return false;
}

/** The value that an operation makes of another one, or `none`. */
function madeBy({ actions, first, second }: Columns, index: number): number {
  const made = second[index] ?? none;
  switch (actions[index]) {
    case action.write:
      return first[index] ?? none;
    case action.cas:
    case action.casUnknown:
      return made === first[index] ? none : made;
    default:
      return none;
  }
}

/** Does operation `index`, if it happened, show what the value was? */
function observes({ actions }: Columns, index: number): boolean {
  const kind = actions[index];
  return kind === action.read || kind === action.cas || kind === action.casUnknown;
}

interface Observations {
  readonly happened: Uint8Array;
  readonly observed: Uint8Array;
}

/**
 * An unknown operation whose value somebody observed did happen; if it was a compare-and-set, it
 * observed a value itself: until nothing changes.
 */
function observations(columns: Columns, values: number): Observations {
  const { count, completed, returns, first } = columns;
  const happened = bytes(count);
  const observed = bytes(values);
  const unknown = new Map<number, number[]>();
  const pending: number[] = [];
  const happens = (index: number): void => {
    happened[index] = 1;
    const value = first[index] ?? none;
    if (!observes(columns, index) || observed[value] === 1) return;
    observed[value] = 1;
    pending.push(value);
  };
  for (let index = 0; index < count; index += 1) {
    if ((returns[index] ?? 0) < count + completed) happens(index);
    else {
      const made = madeBy(columns, index);
      const others = unknown.get(made);
      if (others === undefined) unknown.set(made, [index]);
      else others.push(index);
    }
  }
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    for (const index of unknown.get(value) ?? []) happens(index);
  }
  return { happened, observed };
}

function withReplacers(columns: Columns, producers: Producers): ProducersResult {
  const { count, actions, first, second, byReturn } = columns;
  const { producer, replacer, happened } = producers;
  // In the order of returns, so that the first proof to be complete is the one reported.
  for (let rank = 0; rank < count; rank += 1) {
    const index = byReturn[rank] ?? 0;
    if (happened[index] === 0 || !observes(columns, index)) continue;
    const value = first[index] ?? none;
    if (producer[value] === none) return illegal({ kind: 'phantom', observer: index });
    if (actions[index] === action.read || second[index] === value) continue;
    const left = replacer[value] ?? none;
    if (left !== none) return illegal({ kind: 'replacedTwice', left, right: index });
    replacer[value] = index;
  }
  return { kind: 'unique', producers };
}
