/**
 * What happened and was not polled yet. Answers always find room, since each command asks for one at
 * most; deliveries wait for room, which holds back the receiver that brings them.
 */
import type { BusEvent } from '../../harness/bus/bus.ts';

export class Inbox<Body> {
  private readonly deliveriesMax: number;
  private readonly onEvents: () => void;
  private events: BusEvent<Body>[];
  private deliveries: number;
  private waiting: (() => void)[];

  constructor(deliveriesMax: number, onEvents: () => void) {
    this.deliveriesMax = deliveriesMax;
    this.onEvents = onEvents;
    this.events = [];
    this.deliveries = 0;
    this.waiting = [];
  }

  push(event: BusEvent<Body>): void {
    this.events.push(event);
    if (event.kind === 'delivered') this.deliveries++;
    if (this.events.length === 1) this.onEvents();
  }

  take(): readonly BusEvent<Body>[] {
    const { events, waiting } = this;
    if (events.length === 0) return events.slice();
    this.events = [];
    this.deliveries = 0;
    this.waiting = [];
    for (const go of waiting) go();
    return events;
  }

  get hasRoom(): boolean {
    return this.deliveries < this.deliveriesMax;
  }

  /** Fulfilled when there is room for deliveries; undefined if there is some now. */
  room(): Promise<void> | undefined {
    if (this.hasRoom) return undefined;
    return new Promise((resolve) => {
      this.waiting.push(resolve);
    });
  }
}
