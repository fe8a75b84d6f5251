/**
 * The live side of a replay: publishes what the schedule lets out, keeps what the bus brings until
 * its turn comes, settles as the servers settle, and gives back what the trace delivers again.
 */
import type { BusEvent, BusMessage, Micros, ReceiveMode } from '../bus/bus.ts';
import type { Envelope } from '../world/world.ts';
import type { Arrival } from './arrivals.ts';
import { Arrivals } from './arrivals.ts';
import type { LiveBus, Parcel } from './parcel.ts';

export interface Receiver {
  readonly id: string;
  readonly path: string;
  readonly mode: ReceiveMode;
}

export interface RelayOptions {
  readonly live: LiveBus;
  /** Names this replay on the bus. */
  readonly run: string;
  /** Where everything is published; subscriptions select by the address. */
  readonly topic: string;
  readonly receivers: readonly Receiver[];
  /** So long the bus may take for anything. */
  readonly patienceMicros: Micros;
}

/** The bus cannot be used: nothing was replayed. */
export class BusUnusable extends Error {
  override readonly name = 'BusUnusable';
}

interface Sent {
  readonly now: Micros;
  readonly scheduled: Micros;
}

/** Held at once by one receiver: the SDK's window has room for 2,048. */
const prefetch = 1_000;
const attemptsMax = 3;

interface Publishing {
  readonly message: BusMessage<Envelope>;
  attempts: number;
}

export interface Refused {
  readonly id: number;
  readonly text: string;
}

export class Relay {
  readonly arrivals: Arrivals = new Arrivals();
  /** Publishes that the bus would not take, however often they were tried. */
  readonly refused: Refused[] = [];
  published = 0;
  received = 0;
  /** Receivers lost and opened again, refusals tried again: for the report. */
  readonly remarks: string[] = [];
  private readonly options: RelayOptions;
  private readonly publishing = new Map<number, Publishing>();
  private readonly opening = new Map<number, string>();
  /** The schedule's time, by which the world goes. */
  scheduleNow: Micros = 0;
  /** When the copy that travels last was sent, by message. */
  private readonly sentAt = new Map<number, Sent>();
  private readonly messages = new Map<string, BusMessage<Envelope>>();
  private readonly repeated = new Set<string>();
  private readonly tried = new Set<string>();
  private token = 0;
  private failure: string | null = null;

  constructor(options: RelayOptions) {
    this.options = options;
  }

  private get now(): Micros {
    return this.options.live.now();
  }

  /** Opens every receiver and sends each of them a trial. Rejects with a `BusUnusable`. */
  async open(): Promise<void> {
    for (const receiver of this.options.receivers) this.openReceiver(receiver);
    await this.until(() => this.opening.size === 0, 'opening the receivers');
    const { run } = this.options;
    for (const { id } of this.options.receivers) {
      this.send({ messageId: `${run}-trial-${id}`, body: { run, envelope: null }, to: id });
    }
    const { receivers } = this.options;
    await this.until(() => this.tried.size === receivers.length, 'a trial to every receiver');
  }

  private async until(isDone: () => boolean, what: string): Promise<void> {
    const end = this.now + this.options.patienceMicros;
    for (;;) {
      this.look();
      if (isDone()) return;
      if (this.failure !== null) throw new BusUnusable(`${what}: ${this.failure}`);
      if (this.now >= end) throw new BusUnusable(`${what}: nothing came of it in time`);
      await this.options.live.wait(end);
    }
  }

  private openReceiver({ id, path, mode }: Receiver): void {
    this.token += 1;
    this.opening.set(this.token, id);
    const { bus } = this.options.live;
    const { token } = this;
    bus.submit({ kind: 'openReceiver', token, receiver: id, path, mode, prefetch }, this.now);
  }

  close(): void {
    for (const { id } of this.options.receivers) {
      this.options.live.bus.submit({ kind: 'closeReceiver', receiver: id }, this.now);
    }
  }

  private send(message: Omit<BusMessage<Parcel>, 'sizeBytes'> & { sizeBytes?: number }): number {
    this.token += 1;
    const { bus } = this.options.live;
    const { token, options } = this;
    const sized = { ...message, sizeBytes: message.sizeBytes ?? 200 };
    bus.submit({ kind: 'publish', token, path: options.topic, message: sized }, this.now);
    return token;
  }

  publish(message: BusMessage<Envelope>, deliveryCount: number = 0): void {
    this.published += 1;
    const { to = '', body } = message;
    this.messages.set(`${to}/${body.id}`, message);
    this.arrivals.noteCopy(to, body.id, deliveryCount);
    this.attempt({ message, attempts: 0 });
  }

  /** Publishes once more what was delivered so often before; false: nobody ever sent it there. */
  publishAgain(to: string, id: number, deliveryCount: number): boolean {
    const message = this.messages.get(`${to}/${id}`);
    if (message === undefined) return false;
    this.repeated.add(`${to}/${id}`);
    this.publish(message, deliveryCount);
    return true;
  }

  /** A copy of it was published only because the trace has the bus repeat itself. */
  isRepeated({ to, envelope }: Arrival): boolean {
    return this.repeated.has(`${to}/${envelope.id}`);
  }

  private stamp(id: number): void {
    this.sentAt.set(id, { now: this.now, scheduled: this.scheduleNow });
  }

  private attempt(publishing: Publishing): void {
    const { body: envelope } = publishing.message;
    publishing.attempts += 1;
    const { run } = this.options;
    const messageId = `${run}-${envelope.id}-${this.token}`;
    this.stamp(envelope.id);
    const body: Parcel = { run, envelope };
    const token = this.send({ ...publishing.message, messageId, body });
    this.publishing.set(token, publishing);
  }

  /** Takes in what the bus has to say. */
  look(): void {
    const { live } = this.options;
    for (const event of live.bus.poll(live.now())) this.hear(event);
  }

  private hear(event: BusEvent<Parcel>): void {
    switch (event.kind) {
      case 'delivered':
        this.take(event);
        break;
      case 'accepted':
        this.publishing.delete(event.token);
        this.opening.delete(event.token);
        break;
      case 'rejected':
        this.rejected(event.token, event.text);
        break;
      case 'lockLost': {
        const arrival = this.arrivals.byLock(event.lock);
        if (arrival !== undefined) this.arrivals.unlock(arrival);
        break;
      }
      case 'disconnected': {
        const receiver = this.options.receivers.find(({ id }) => id === event.receiver);
        this.remarks.push(`the bus disconnected ${event.receiver}: ${event.reason}`);
        if (receiver === undefined) break;
        this.arrivals.shake(receiver.id);
        this.openReceiver(receiver);
        break;
      }
      default:
        break;
    }
  }

  private take(event: Extract<BusEvent<Parcel>, { readonly kind: 'delivered' }>): void {
    const { run, envelope } = event.message.body;
    const isOurs = run === this.options.run;
    if (isOurs && envelope === null) this.tried.add(event.receiver);
    if (isOurs && envelope !== null) this.received += 1;
    const idle =
      isOurs && envelope !== null ? this.arrivals.add(event, envelope, this.now) : event.lock;
    if (idle !== 0) this.settle(idle, 'complete');
  }

  private rejected(token: number, text: string): void {
    const publishing = this.publishing.get(token);
    this.publishing.delete(token);
    const receiver = this.opening.get(token);
    if (receiver !== undefined) this.failure = `${receiver}: ${text}`;
    else if (publishing === undefined) this.failure ??= text;
    else if (publishing.attempts < attemptsMax) {
      this.remarks.push(`m${publishing.message.body.id} was refused and tried again: ${text}`);
      this.attempt(publishing);
    } else this.refused.push({ id: publishing.message.body.id, text });
  }

  private settle(lock: number, kind: 'complete' | 'abandon'): void {
    const { bus } = this.options.live;
    bus.submit({ kind: 'settle', token: 0, lock, settlement: { kind } }, this.now);
  }

  complete(arrival: Arrival): void {
    const { lock } = arrival;
    this.arrivals.unlock(arrival);
    if (lock !== 0) this.settle(lock, 'complete');
  }

  /** The bus will bring it again, with a delivery more on its count. */
  giveBack(arrival: Arrival): void {
    const { lock } = arrival;
    this.arrivals.unlock(arrival);
    if (lock === 0) return;
    this.arrivals.expectReturn(arrival);
    this.stamp(arrival.envelope.id);
    this.settle(lock, 'abandon');
  }

  bury(arrival: Arrival): void {
    const { lock } = arrival;
    this.arrivals.unlock(arrival);
    if (lock === 0) return;
    const settlement = {
      kind: 'deadLetter',
      reason: 'Replay',
      description: 'The trace dead-letters it.',
    } as const;
    this.options.live.bus.submit({ kind: 'settle', token: 0, lock, settlement }, this.now);
  }

  /** False when the patience ends before, or the bus has refused the message for good. */
  async waitsUntil(isDone: () => boolean, id: number): Promise<boolean> {
    const { live, patienceMicros } = this.options;
    const end = this.now + patienceMicros;
    for (;;) {
      this.look();
      if (isDone()) return true;
      if (this.now >= end || this.refusalOf(id) !== undefined) return false;
      await live.wait(end);
    }
  }

  refusalOf(id: number): string | undefined {
    return this.refused.find((one) => one.id === id)?.text;
  }

  get patienceMicros(): Micros {
    return this.options.patienceMicros;
  }

  /** How long it travelled, and when that brings it here by the schedule's clock. */
  travelOf({ envelope, arrivedAt: arrived }: Arrival): {
    readonly travelMicros: Micros;
    readonly arrivedAt: Micros;
  } {
    const sent = this.sentAt.get(envelope.id);
    if (sent === undefined) return { travelMicros: 0, arrivedAt: 0 };
    const travelMicros = Math.max(0, arrived - sent.now);
    return { travelMicros, arrivedAt: sent.scheduled + travelMicros };
  }
}
