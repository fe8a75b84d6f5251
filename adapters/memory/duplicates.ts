/** Duplicate detection: the message ids accepted within the window, oldest first. */
import type { Micros } from '../../harness/bus/bus.ts';

const compactAt = 1024;

export class DuplicateWindow {
  readonly durationMicros: Micros;
  private readonly seen: Set<string>;
  private ids: string[];
  private times: Micros[];
  private oldest: number;

  /** 0: no detection. */
  constructor(durationMicros: Micros) {
    this.durationMicros = durationMicros;
    this.seen = new Set();
    this.ids = [];
    this.times = [];
    this.oldest = 0;
  }

  /** Whether the id is a duplicate now; if not, it is remembered. Duplicates prolong nothing. */
  check(messageId: string, now: Micros): boolean {
    this.forget(now - this.durationMicros);
    if (this.seen.has(messageId)) return true;
    this.seen.add(messageId);
    this.ids.push(messageId);
    this.times.push(now);
    return false;
  }

  private forget(until: Micros): void {
    while (this.oldest < this.times.length && (this.times[this.oldest] ?? Infinity) <= until) {
      this.seen.delete(this.ids[this.oldest++] ?? '');
    }
    if (this.oldest < compactAt || this.oldest * 2 < this.times.length) return;
    this.ids = this.ids.slice(this.oldest);
    this.times = this.times.slice(this.oldest);
    this.oldest = 0;
  }
}
