/** What a judgement may cost, and the account of what it did cost. A spent budget is no verdict. */
import { bytesLent } from './column.ts';

export interface Budget {
  /** Configurations the searches may look at, for each key. */
  readonly configurations: number;
  /** Milliseconds for each key, by `now`. */
  readonly timeoutMs?: number;
  /** A clock in milliseconds; without one there is no time limit. */
  readonly now?: () => number;
  /** Bytes that judging a key may take, beside the history itself. */
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
  private nextLook = lookEvery;

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
    this.configurations += more;
    if (this.configurations >= this.budget.configurations) {
      this.reason ??= `not decided within ${this.budget.configurations} configurations`;
    } else if (this.configurations >= this.nextLook) this.lookAtClock();
  }

  private lookAtClock(): void {
    const { now, timeoutMs = 0 } = this.budget;
    this.nextLook = this.configurations + lookEvery;
    if (now !== undefined && now() > this.until) {
      this.reason ??= `not decided within ${timeoutMs} ms`;
    }
  }

  /** What a part of the judgement may cost. */
  part(configurations: number): Allowance {
    return new Allowance({ configurations, bytes: this.budget.bytes ?? Infinity });
  }

  /** May a memory of so many bytes double? Until it is given back, the old half stays. */
  grows(bytes: number): boolean {
    const { bytes: most = Infinity } = this.budget;
    if (bytesLent() + 2 * bytes <= most) return true;
    this.reason ??= `not decided within ${most} bytes of memory`;
    return false;
  }
}
