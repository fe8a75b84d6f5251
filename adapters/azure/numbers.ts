/**
 * Sequence numbers as the SDK wants them. It exports no way to make one, but each message and each
 * scheduling brings one, and they can be computed with.
 */
import type { Long } from './sdk.ts';

export class Numbers {
  private zero: Long | undefined;

  constructor() {
    this.zero = undefined;
  }

  see(number: Long | undefined): void {
    if (number !== undefined) this.zero ??= number.subtract(number);
  }

  /** Undefined as long as none was seen. */
  long(value: number): Long | undefined {
    return this.zero?.add(value);
  }
}
