/**
 * Leases of one duration. Time never runs backwards, so appending keeps the list sorted by expiry;
 * the links live in the items, so that ending a lease leaves nothing behind.
 */
import type { Micros } from '../../harness/bus/bus.ts';

export interface Leased<Item> {
  lockedUntil: Micros;
  previous: Item | undefined;
  next: Item | undefined;
}

export class LeaseList<Item extends Leased<Item>> {
  readonly durationMicros: Micros;
  head: Item | undefined;
  private tail: Item | undefined;

  constructor(durationMicros: Micros) {
    this.durationMicros = durationMicros;
    this.head = undefined;
    this.tail = undefined;
  }

  /** When the first lease ends, or Infinity. */
  topAt(): Micros {
    return this.head === undefined ? Infinity : this.head.lockedUntil;
  }

  append(item: Item, lockedUntil: Micros): void {
    const { tail } = this;
    // Only a lease that was made under a longer duration ends later than a new one.
    if (tail !== undefined && tail.lockedUntil > lockedUntil) return this.insert(item, lockedUntil);
    item.lockedUntil = lockedUntil;
    item.next = undefined;
    item.previous = tail;
    if (tail === undefined) this.head = item;
    else tail.next = item;
    this.tail = item;
  }

  /** Puts a lease of another duration at its place, for the change of a duration. */
  insert(item: Item, lockedUntil: Micros): void {
    let after = this.tail;
    while (after !== undefined && after.lockedUntil > lockedUntil) after = after.previous;
    const before = after === undefined ? this.head : after.next;
    item.lockedUntil = lockedUntil;
    item.previous = after;
    item.next = before;
    if (after === undefined) this.head = item;
    else after.next = item;
    if (before === undefined) this.tail = item;
    else before.previous = item;
  }

  /** The item must be in this list. */
  remove(item: Item): void {
    const { previous, next } = item;
    if (previous === undefined) this.head = next;
    else previous.next = next;
    if (next === undefined) this.tail = previous;
    else next.previous = previous;
    item.previous = undefined;
    item.next = undefined;
  }

  list(): Item[] {
    const found: Item[] = [];
    for (let item = this.head; item !== undefined; item = item.next) found.push(item);
    return found;
  }
}

/** The list of that duration, made if it is the first. */
export function leasesFor<Item extends Leased<Item>>(
  lists: LeaseList<Item>[],
  durationMicros: Micros,
): LeaseList<Item> {
  const known = lists.find((list) => list.durationMicros === durationMicros);
  if (known !== undefined) return known;
  const made = new LeaseList<Item>(durationMicros);
  lists.push(made);
  return made;
}

/** The earliest end in all the lists, or Infinity. */
export function earliest<Item extends Leased<Item>>(lists: readonly LeaseList<Item>[]): Micros {
  let at = Infinity;
  for (let i = 0; i < lists.length; i++) {
    const top = lists[i]?.topAt() ?? Infinity;
    if (top < at) at = top;
  }
  return at;
}
