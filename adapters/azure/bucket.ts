/**
 * A token bucket: so many credits a second, a burst of so many. The Standard tier throttles a
 * namespace above 1,000 credits a second (Azure's documentation on throttling).
 */

export interface BucketOptions {
  readonly creditsPerSecond: number;
  /** The most that is saved up; one second's worth by default. */
  readonly burst?: number;
}

export class Bucket {
  private readonly creditsPerMs: number;
  private readonly burst: number;
  private readonly nowMs: () => number;
  private credits: number;
  private at: number;

  constructor({ creditsPerSecond, burst }: BucketOptions, nowMs: () => number) {
    this.creditsPerMs = creditsPerSecond / 1000;
    this.burst = burst ?? creditsPerSecond;
    this.nowMs = nowMs;
    this.credits = this.burst;
    this.at = nowMs();
  }

  /**
   * Takes the credits and returns 0, or takes nothing and returns the milliseconds to wait. What
   * costs more than the burst is let through when the bucket is full, and paid off afterwards.
   */
  take(credits: number): number {
    const now = this.nowMs();
    this.credits = Math.min(this.burst, this.credits + (now - this.at) * this.creditsPerMs);
    this.at = now;
    const needed = Math.min(credits, this.burst);
    if (this.credits < needed) return Math.ceil((needed - this.credits) / this.creditsPerMs);
    this.credits -= credits;
    return 0;
  }
}
