/** The last due time of each session or sender, so that nothing of theirs overtakes. */
import type { Micros } from '../../harness/bus/bus.ts';

const kept = 1024;

export class DueTimes {
  private readonly last: Map<string, Micros>;
  private forgetAt: number;

  constructor() {
    this.last = new Map();
    this.forgetAt = kept;
  }

  /** The due time, or the last one of that key if it is later. */
  notBefore(key: string, due: Micros, now: Micros): Micros {
    const before = this.last.get(key);
    if (before !== undefined && before >= due) return before;
    if (before === undefined && this.last.size >= this.forgetAt) this.forget(now);
    this.last.set(key, due);
    return due;
  }

  /** Past due times hold nobody back; the next look comes when as many have been added. */
  private forget(now: Micros): void {
    for (const [key, due] of this.last) if (due <= now) this.last.delete(key);
    this.forgetAt = Math.max(kept, 2 * this.last.size);
  }
}
