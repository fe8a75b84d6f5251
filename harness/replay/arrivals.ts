/**
 * What the live bus has brought and the schedule has not called for yet. A copy that comes back
 * because the harness gave it back is the delivery that the trace counts one higher; one that comes
 * back by itself, or twice, is a surprise, and its receiver is spared it.
 */
import type { Delivered, Micros } from '../bus/bus.ts';
import type { Envelope } from '../world/world.ts';
import type { Parcel } from './parcel.ts';

export interface Arrival {
  readonly to: string;
  readonly envelope: Envelope;
  /** Places in the order in which the bus brought things to this receiver. */
  readonly order: number;
  readonly sequenceNumber: number;
  /** Deliveries before this one that the schedule asked for. */
  readonly deliveryCount: number;
  readonly arrivedAt: Micros;
  /** 0: none, or none any more. */
  lock: number;
  /** Handed to its receiver. */
  isGiven: boolean;
}

export interface Surprise {
  readonly id: number;
  readonly to: string;
  readonly what: string;
}

const keyOf = (to: string, id: number): string => `${to}/${id}`;

/** Everything known of one message on its way to one receiver. */
interface Way {
  /** Copies published, and how many of them have been seen. */
  published: number;
  seen: number;
  /** Deliveries that the next copies are taken to have had, in the order of publishing. */
  readonly pledged: number[];
  /** Sequence numbers of copies given back, with the deliveries they had. */
  readonly returning: Map<number, number>;
  readonly arrivals: Arrival[];
}

export class Arrivals {
  readonly surprises: Surprise[] = [];
  private readonly ways = new Map<string, Way>();
  /** Waiting, by receiver, in the order of arrival. */
  private readonly waiting = new Map<string, Arrival[]>();
  private readonly locked = new Map<number, Arrival>();
  /** Receivers that were opened anew: what was on its way to them comes again. */
  private readonly shaken = new Set<string>();
  private next = 0;

  shake(to: string): void {
    this.shaken.add(to);
  }

  private way(to: string, id: number): Way {
    const key = keyOf(to, id);
    const known = this.ways.get(key);
    if (known !== undefined) return known;
    const way: Way = { published: 0, seen: 0, pledged: [], returning: new Map(), arrivals: [] };
    this.ways.set(key, way);
    return way;
  }

  /** A copy leaves that counts as having been delivered so often before. */
  noteCopy(to: string, id: number, deliveryCount: number): void {
    const way = this.way(to, id);
    way.published += 1;
    way.pledged.push(deliveryCount);
  }

  /** Returns the lock to complete at once when the delivery is nobody's, or 0. */
  add(event: Delivered<Parcel>, envelope: Envelope, now: Micros): number {
    const { receiver: to, sequenceNumber, lock } = event;
    const { id } = envelope;
    const way = this.way(to, id);
    const before = way.returning.get(sequenceNumber);
    const earlier = way.arrivals.find((one) => one.sequenceNumber === sequenceNumber);
    if (before === undefined && earlier !== undefined) {
      this.surprise(to, id, 'came again by itself');
      if (earlier.isGiven && earlier.lock === 0) return lock;
      this.relock(earlier, lock);
      return 0;
    }
    if (before === undefined && way.seen >= way.published) {
      this.surprise(to, id, 'came once more than it was published');
      return lock;
    }
    if (before === undefined) way.seen += 1;
    else way.returning.delete(sequenceNumber);
    const deliveryCount = before === undefined ? (way.pledged.shift() ?? 0) : before + 1;
    const place = { order: this.next++, sequenceNumber, deliveryCount, arrivedAt: now };
    const arrival: Arrival = { to, envelope, ...place, lock, isGiven: false };
    if (before === undefined && event.deliveryCount > 0 && !this.shaken.has(to)) {
      this.surprise(to, id, `had been delivered ${event.deliveryCount} times before`);
    }
    way.arrivals.push(arrival);
    this.queueOf(to).push(arrival);
    if (lock !== 0) this.locked.set(lock, arrival);
    return 0;
  }

  private surprise(to: string, id: number, what: string): void {
    this.surprises.push({ to, id, what });
  }

  private relock(arrival: Arrival, lock: number): void {
    this.locked.delete(arrival.lock);
    arrival.lock = lock;
    if (lock !== 0) this.locked.set(lock, arrival);
  }

  private queueOf(to: string): Arrival[] {
    const known = this.waiting.get(to);
    if (known !== undefined) return known;
    const queue: Arrival[] = [];
    this.waiting.set(to, queue);
    return queue;
  }

  /** Waiting for its turn after so many deliveries, or undefined. */
  find(to: string, id: number, deliveryCount: number): Arrival | undefined {
    return this.way(to, id).arrivals.find(
      (one) => !one.isGiven && one.deliveryCount === deliveryCount,
    );
  }

  /** A copy that is locked still and has fewer deliveries: it can be given back. */
  unsettled(to: string, id: number, below: number): Arrival | undefined {
    return this.way(to, id).arrivals.findLast((one) => one.lock !== 0 && one.deliveryCount < below);
  }

  /** Is a copy on its way to the receiver, as far as anybody knows? */
  isComing(to: string, id: number): boolean {
    const { published, seen, returning } = this.way(to, id);
    return seen < published || returning.size > 0;
  }

  /** A copy that was given back has not come again yet. */
  isReturning(to: string, id: number): boolean {
    return this.way(to, id).returning.size > 0;
  }

  /** Arrivals of that message so far. */
  count(to: string, id: number): number {
    return this.way(to, id).arrivals.length;
  }

  /** Copies of it were published one by one: which is which, nobody knows. */
  hasTwins({ to, envelope }: Arrival): boolean {
    return this.way(to, envelope.id).published > 1;
  }

  firstWaiting(to: string, id: number): Arrival | undefined {
    return this.way(to, id).arrivals.find((one) => !one.isGiven);
  }

  give(arrival: Arrival): void {
    arrival.isGiven = true;
    const queue = this.queueOf(arrival.to);
    queue.splice(queue.indexOf(arrival), 1);
  }

  /** What the bus brought to that receiver earlier than this and waits still. */
  overtaken({ to, order }: Arrival): readonly Arrival[] {
    return this.queueOf(to).filter((one) => one.order < order);
  }

  byLock(lock: number): Arrival | undefined {
    return this.locked.get(lock);
  }

  /** The lock is gone: settled, or lost. */
  unlock(arrival: Arrival): void {
    this.locked.delete(arrival.lock);
    arrival.lock = 0;
  }

  /** The copy will come back, and counts one delivery more. */
  expectReturn(arrival: Arrival): void {
    const { to, envelope, sequenceNumber, deliveryCount } = arrival;
    this.way(to, envelope.id).returning.set(sequenceNumber, deliveryCount);
  }
}
