/**
 * Gets from the live bus what the schedule delivers next: waits for it, has it brought again where
 * the trace delivers it again, and discards what the trace loses.
 */
import type { Micros, Ordering } from '../bus/bus.ts';
import type { BusRecord, DeliverRecord } from '../trace/record.ts';
import type { Arrival } from './arrivals.ts';
import type { Gate } from './gate.ts';
import type { Plan } from './plan.ts';
import type { Relay } from './relay.ts';
import type { Finding } from './result.ts';

/** The bus did not bring in time what the trace delivers. */
export class NeverCame extends Error {
  override readonly name = 'NeverCame';
}

export type Fetched =
  | {
      readonly arrival: Arrival;
      /** By the schedule's clock, as if the bus had the time it took and no other. */
      readonly arrivedAt: Micros;
      readonly remark: Pick<Finding, 'standing' | 'text'> | null;
    }
  | { readonly arrival: null; readonly why: string };

export interface CourierOptions {
  readonly relay: Relay;
  readonly gate: Gate;
  readonly plan: Plan;
  /** What the mock promised of the order of messages. */
  readonly ordering: Ordering;
  readonly nameOf: (participant: number) => string;
}

export class Courier {
  readonly travels: Micros[] = [];
  private readonly options: CourierOptions;
  private readonly discarded = new Set<string>();
  private position = 0;

  constructor(options: CourierOptions) {
    this.options = options;
  }

  /** What happens from now on happens at that place of the schedule, and at that time of it. */
  at(position: number, now: Micros): void {
    const { gate, relay } = this.options;
    this.position = position;
    gate.position = position;
    relay.scheduleNow = now;
  }

  /** Rejects with a `NeverCame`. */
  async fetch({ to, id, deliveryCount }: DeliverRecord): Promise<Fetched> {
    const { relay } = this.options;
    const { arrivals } = relay;
    for (;;) {
      relay.look();
      const arrival = arrivals.find(to, id, deliveryCount);
      if (arrival !== undefined) return this.handed(arrival);
      const why = this.summon(to, id, deliveryCount);
      if (why !== null) return { arrival: null, why };
      await this.arrival(to, id);
    }
  }

  private handed(arrival: Arrival): Fetched {
    const { relay } = this.options;
    const remark = this.overtaking(arrival);
    relay.arrivals.give(arrival);
    const { travelMicros, arrivedAt } = relay.travelOf(arrival);
    this.travels.push(travelMicros);
    return { arrival, arrivedAt, remark };
  }

  /** Sees to it that the bus brings it; a text says why it cannot. */
  private summon(to: string, id: number, deliveryCount: number): string | null {
    const { relay, gate } = this.options;
    const { arrivals } = relay;
    if (arrivals.isReturning(to, id)) return null;
    const held = deliveryCount === 0 ? undefined : arrivals.unsettled(to, id, deliveryCount);
    if (held !== undefined) {
      relay.giveBack(held);
      return null;
    }
    if (arrivals.isComing(to, id) || gate.hurry(id)) return null;
    // The bus repeats what was settled already: only another copy does that.
    return relay.publishAgain(to, id, deliveryCount) ? null : `m${id} was never published to ${to}`;
  }

  /** Waits for one more arrival of that message. */
  private async arrival(to: string, id: number): Promise<void> {
    const { relay } = this.options;
    const before = relay.arrivals.count(to, id);
    if (await relay.waitsUntil(() => relay.arrivals.count(to, id) > before, id)) return;
    const refused = relay.refusalOf(id);
    const seconds = relay.patienceMicros / 1_000_000;
    throw new NeverCame(
      refused === undefined
        ? `timed out: m${id} was published, and did not reach ${to} within ${seconds} s`
        : `the bus refused m${id}: ${refused}`,
    );
  }

  /** Did the bus bring things in an order that the trace turns round? */
  private overtaking(arrival: Arrival): Pick<Finding, 'standing' | 'text'> | null {
    const { relay, plan, ordering, nameOf } = this.options;
    if (arrival.deliveryCount > 0 || relay.isRepeated(arrival)) return null;
    const { to } = arrival;
    const { arrivals } = relay;
    for (const earlier of arrivals.overtaken(arrival)) {
      const { id, from } = earlier.envelope;
      const comes = plan.reaches(to, { id, deliveryCount: 0, behind: this.position });
      if (earlier.deliveryCount > 0 || !comes || relay.isRepeated(earlier)) continue;
      const isFree =
        ordering === 'none' ||
        (ordering === 'session' && from !== arrival.envelope.from) ||
        arrivals.hasTwins(arrival) ||
        arrivals.hasTwins(earlier);
      const order = `m${id} (from ${nameOf(from)}) before m${arrival.envelope.id}`;
      const text = `the bus brought ${order}${isFree ? '' : `, which is not in ${ordering} order`}`;
      return { standing: isFree ? 'reordered' : 'unmodelled', text };
    }
    return null;
  }

  /** Received and thrown away: the trace says that nobody gets it. */
  async discard(
    { to, id }: { readonly to: string; readonly id: number },
    how: 'complete' | 'bury' = 'complete',
  ): Promise<void> {
    const { relay, gate } = this.options;
    const { arrivals } = relay;
    const key = `${to}/${id}`;
    if (this.discarded.delete(key)) return;
    relay.look();
    while (arrivals.firstWaiting(to, id) === undefined) {
      if (!arrivals.isComing(to, id) && !gate.hurry(id)) break;
      await this.arrival(to, id);
    }
    const waiting = arrivals.firstWaiting(to, id);
    if (waiting !== undefined) arrivals.give(waiting);
    const arrival = waiting ?? arrivals.unsettled(to, id, Infinity);
    if (how === 'bury') this.discarded.add(key);
    if (arrival === undefined) return;
    if (how === 'bury') relay.bury(arrival);
    else relay.complete(arrival);
  }

  /**
   * What the broker did to a message is done to it on the live bus. A connection that a server lost
   * stays open here, for it is the harness that receives: its lost locks are records of their own.
   */
  async obey({ what, to, id }: BusRecord): Promise<void> {
    if (what === 'deadLettered') await this.discard({ to, id }, 'bury');
    else if (what === 'lockLost') await this.loseLock(to, id);
  }

  private async loseLock(to: string, id: number): Promise<void> {
    const { relay } = this.options;
    const { arrivals } = relay;
    relay.look();
    if (arrivals.isReturning(to, id)) return;
    if (arrivals.unsettled(to, id, Infinity) === undefined && arrivals.isComing(to, id)) {
      await this.arrival(to, id);
    }
    const held = arrivals.unsettled(to, id, Infinity);
    if (held !== undefined) relay.giveBack(held);
  }
}
