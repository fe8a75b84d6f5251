/** Values as small integers: equal JSON has equal numbers. A list is its beginning and a last item. */
import type { Json } from '../../trace/record.ts';

/** The number of a key that holds nothing; `null` reads the same. */
export const absent = 0;
/** The number of the empty list. */
export const emptyList = 1;
/** There is no such value. */
export const none = -1;

export interface States {
  /** By small integer: its number; 0 when it is not here. */
  integers: Int32Array;
  readonly scalars: Map<Json, number>;
  /** By their canonical text. */
  readonly objects: Map<string, number>;
  /** From (list, item) to the list with the item at its end. */
  readonly longer: Map<number, Map<number, number>>;
  readonly values: Json[];
  /** For a list: the list without its last item, and that item; `none` elsewhere. */
  readonly shorter: number[];
  readonly last: number[];
}

export function makeStates(): States {
  return {
    integers: new Int32Array(32),
    scalars: new Map<Json, number>([[null, absent]]),
    objects: new Map(),
    longer: new Map(),
    values: [null, []],
    shorter: [none, none],
    last: [none, none],
  };
}

/** The number of a value, given when it is first seen. */
export function intern(states: States, value: Json): number {
  if (typeof value === 'number') return numbered(states, value);
  if (isList(value)) {
    let list = emptyList;
    for (const item of value) list = append(states, list, intern(states, item));
    return list;
  }
  if (value !== null && typeof value === 'object') {
    return named(states, { map: states.objects, name: textOf(value), value });
  }
  return named(states, { map: states.scalars, name: value, value });
}

/**
 * Small integers are looked up in a table, as long as it is not much longer than there are values;
 * others in a map.
 */
function numbered(states: States, value: number): number {
  if (!Number.isInteger(value) || value < 0 || value >= 8 * states.values.length + 32) {
    return named(states, { map: states.scalars, name: value, value });
  }
  while (value >= states.integers.length) {
    const longer = new Int32Array(states.integers.length * 2);
    longer.set(states.integers);
    states.integers = longer;
  }
  const known = states.integers[value] ?? 0;
  if (known !== 0) return known;
  // It may have been too large for the table when it first came.
  const earlier = states.scalars.size > 1 ? states.scalars.get(value) : undefined;
  const state = earlier ?? add(states, { value, shorter: none, last: none });
  states.integers[value] = state;
  return state;
}

interface Named<Name> {
  readonly map: Map<Name, number>;
  readonly name: Name;
  readonly value: Json;
}

function named<Name>(states: States, { map, name, value }: Named<Name>): number {
  const known = map.get(name);
  if (known !== undefined) return known;
  const state = add(states, { value, shorter: none, last: none });
  map.set(name, state);
  return state;
}

/** The list `list` with `item` at its end; `none` when it is no list. Nothing counts as empty. */
export function append(states: States, list: number, item: number): number {
  const start = list === absent ? emptyList : list;
  if (start !== emptyList && states.shorter[start] === none) return none;
  let items = states.longer.get(start);
  if (items === undefined) {
    items = new Map();
    states.longer.set(start, items);
  }
  const known = items.get(item);
  if (known !== undefined) return known;
  const state = add(states, { value: undefined, shorter: start, last: item });
  items.set(item, state);
  return state;
}

/** The JSON that a number stands for. */
export function valueOf(states: States, state: number): Json {
  if (state === emptyList || state === absent || states.shorter[state] === none) {
    return states.values[state] ?? null;
  }
  const items: Json[] = [];
  for (let list = state; list !== emptyList; list = states.shorter[list] ?? emptyList) {
    items.push(valueOf(states, states.last[list] ?? absent));
  }
  return items.reverse();
}

interface NewState {
  readonly value: Json | undefined;
  readonly shorter: number;
  readonly last: number;
}

function add(states: States, { value, shorter, last }: NewState): number {
  states.values.push(value ?? null);
  states.shorter.push(shorter);
  states.last.push(last);
  return states.values.length - 1;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** JSON text that does not depend on the order of an object's fields. */
export function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
