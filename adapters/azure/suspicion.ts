/**
 * When to give a client up: it has failed at least twice in a row, for at least so long. The SDK
 * itself may stay wedged for ever after an AMQP Close without an error, and for a minute or two
 * after other losses.
 */

export class Suspicion {
  private readonly limitMs: number;
  private readonly nowMs: () => number;
  private since: number | undefined;
  private failures: number;

  constructor(limitMs: number, nowMs: () => number) {
    this.limitMs = limitMs;
    this.nowMs = nowMs;
    this.since = undefined;
    this.failures = 0;
  }

  good(): void {
    this.since = undefined;
    this.failures = 0;
  }

  /** True when enough is enough; the count begins anew then. */
  bad(): boolean {
    const now = this.nowMs();
    this.since ??= now;
    this.failures++;
    if (this.limitMs <= 0 || this.failures < 2 || now - this.since < this.limitMs) return false;
    this.good();
    return true;
  }
}
