/**
 * The locks alive now, by number. A number's low bits are its slot; a number whose slot is taken by
 * a long-lived lock is skipped, so the table stays as small as the count of live locks. Odd numbers
 * lock messages of sessions: a stale number still tells which kind of lock was lost.
 */
export interface Locked {
  /** 0: not locked. */
  lock: number;
}

export class LockTable<Item extends Locked> {
  live: number;
  private slots: (Item | undefined)[];
  private mask: number;
  private nextPair: number;

  constructor() {
    this.live = 0;
    this.slots = emptySlots(64);
    this.mask = 63;
    this.nextPair = 1;
  }

  /** Gives the item a number that no lock had before. */
  add(item: Item, ofSession: boolean): void {
    if (this.live * 4 >= this.slots.length) this.grow();
    const odd = ofSession ? 1 : 0;
    let lock = this.nextPair * 2 + odd;
    while (this.slots[lock & this.mask] !== undefined) {
      this.nextPair++;
      lock = this.nextPair * 2 + odd;
    }
    this.nextPair++;
    this.slots[lock & this.mask] = item;
    this.live++;
    item.lock = lock;
  }

  get(lock: number): Item | undefined {
    const item = this.slots[lock & this.mask];
    return item !== undefined && item.lock === lock ? item : undefined;
  }

  /** The item must be in the table. */
  remove(item: Item): void {
    this.slots[item.lock & this.mask] = undefined;
    this.live--;
    item.lock = 0;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = emptySlots(old.length * 2);
    this.mask = this.slots.length - 1;
    for (const item of old) if (item !== undefined) this.slots[item.lock & this.mask] = item;
  }
}

export function lockIsOfSession(lock: number): boolean {
  return lock % 2 === 1;
}

function emptySlots<Item>(length: number): (Item | undefined)[] {
  return Array.from({ length }, () => undefined);
}
