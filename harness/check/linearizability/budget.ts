/** What a judgement may cost, and the account of what it did cost. A spent budget is no verdict. */

export interface Budget {
  /** Configurations the searches may look at, for each key. */
  readonly configurations: number;
  /** Milliseconds for each key, by `now`. */
  readonly timeoutMs?: number;
  /** A clock in milliseconds; without one there is no time limit. */
  readonly now?: () => number;
  /** Bytes that the memory of a search may take. */
  readonly bytes?: number;
}

/** Configurations between two looks at the clock. */
const lookEvery = 4096;

/** One key's account. */
export class Allowance {
  /** Why the judgement has to end, or null. */
  reason: string | null = null;
  configurations = 0;
  private readonly budget: Budget;
  private readonly until: number;
  private bytes = 0;

  constructor(budget: Budget) {
    const { timeoutMs, now } = budget;
    this.budget = budget;
    this.until = timeoutMs === undefined || now === undefined ? Infinity : now() + timeoutMs;
  }

  get spent(): boolean {
    return this.reason !== null;
  }

  /** So many configurations more. */
  spend(more: number = 1): void {
    const before = this.configurations;
    this.configurations += more;
    const { configurations, now, timeoutMs = 0 } = this.budget;
    if (this.configurations >= configurations) {
      this.reason ??= `not decided within ${configurations} configurations`;
      return;
    }
    const looks = Math.floor(before / lookEvery) < Math.floor(this.configurations / lookEvery);
    if (looks && now !== undefined && now() > this.until) {
      this.reason ??= `not decided within ${timeoutMs} ms`;
    }
  }

  /** May a memory of so many bytes double? While it is copied it takes three times as much. */
  grows(bytes: number): boolean {
    const { bytes: most = Infinity } = this.budget;
    if (this.bytes + 3 * bytes > most) {
      this.reason ??= `not decided within ${most} bytes of memory`;
      return false;
    }
    this.bytes += bytes;
    return true;
  }

  /** A memory was given up, after it had been counted up to so many bytes. */
  release(bytes: number): void {
    this.bytes = Math.max(0, this.bytes - bytes);
  }
}
