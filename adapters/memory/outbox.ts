/** Events waiting for the next poll. What a poll returns is the caller's to keep. */
import type { BusEvent } from '../../harness/bus/bus.ts';

const nothing: readonly never[] = Object.freeze([]);
/** Larger batches are handed over with their buffer, smaller ones are copied out of it. */
const copiedMax = 32;

export class Outbox<Body> {
  count: number;
  private events: BusEvent<Body>[];

  constructor() {
    this.count = 0;
    this.events = [];
  }

  push(event: BusEvent<Body>): void {
    this.events[this.count++] = event;
  }

  /** Everything since the last call; the same frozen array whenever there is nothing. */
  take(): readonly BusEvent<Body>[] {
    const { count, events } = this;
    if (count === 0) return nothing;
    this.count = 0;
    const first = events[0];
    if (count === 1 && first !== undefined) return [first];
    if (count <= copiedMax) return events.slice(0, count);
    events.length = count;
    this.events = [];
    return events;
  }
}
