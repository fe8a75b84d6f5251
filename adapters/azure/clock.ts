/**
 * Between the caller's microseconds and the service's dates. The first moment the caller names is
 * taken for this one, unless the caller said when its clock was 0.
 */
import type { Micros } from '../../harness/bus/bus.ts';

export class Clock {
  /** Milliseconds since 1970 at the caller's 0. */
  private startedAtMs: number | undefined;

  constructor(startedAtMs?: number) {
    this.startedAtMs = startedAtMs;
  }

  see(now: Micros): void {
    this.startedAtMs ??= Math.floor(Date.now() - now / 1000);
  }

  micros(date: Date): Micros {
    return Math.round((date.getTime() - (this.startedAtMs ?? 0)) * 1000);
  }

  now(): Micros {
    return this.micros(new Date());
  }

  /** Never earlier than the moment: the service counts in milliseconds. */
  date(at: Micros): Date {
    return new Date(Math.ceil(at / 1000 + (this.startedAtMs ?? 0)));
  }
}
