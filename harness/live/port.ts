/**
 * The world's bus on a real one. The world names its topic and receivers in its own words and
 * expects commands to succeed; here they get the topic's real name, messages get ids and a time to
 * live, and a receiver that cannot be opened is told as one that was disconnected.
 */
import type { Bus, BusCommand, BusEvent, BusMessage, FaultyBus, Micros } from '../bus/bus.ts';
import type { Envelope } from '../world/world.ts';
import { decode, encode } from './wire.ts';

/** Where the participants' messages really go. */
export interface Routes {
  /** The entity to publish to. */
  publish(to: string): string;
  /** The entity to receive from. */
  receive(who: string): string;
}

export interface PortOptions {
  /** What carries the messages; bodies are bytes. */
  readonly bus: Bus<Buffer>;
  readonly routes: Routes;
  /** `S1-3`: begins the ids of this process's messages. */
  readonly sender: string;
  /** What nobody has fetched by then is gone. */
  readonly timeToLiveMicros: Micros;
}

/** What the port has seen go wrong. */
export interface PortCounts {
  /** Commands that the bus refused, messages among them. */
  refused: number;
  undecodable: number;
  /** Meant for others: an entity without filters gets them all. */
  misaddressed: number;
}

export class Port implements FaultyBus<Envelope> {
  readonly counts: PortCounts;
  /** Receivers that are open now. */
  readonly open: Set<string>;
  /** Messages handed to the bus so far. */
  published: number;
  private readonly options: PortOptions;
  /** By token: the receiver that is being opened. */
  private readonly opening: Map<number, string>;
  private tokens: number;

  constructor(options: PortOptions) {
    this.options = options;
    this.counts = { refused: 0, undecodable: 0, misaddressed: 0 };
    this.open = new Set();
    this.published = 0;
    this.opening = new Map();
    this.tokens = 0;
  }

  submit(command: BusCommand<Envelope>, now: Micros): void {
    const { bus } = this.options;
    switch (command.kind) {
      case 'publish':
        this.published += 1;
        bus.submit(this.outgoing(command), now);
        break;
      case 'openReceiver': {
        this.tokens += 1;
        this.opening.set(this.tokens, command.receiver);
        const path = this.options.routes.receive(command.receiver);
        bus.submit({ ...command, token: this.tokens, path }, now);
        break;
      }
      case 'closeReceiver':
        this.open.delete(command.receiver);
        bus.submit(command, now);
        break;
      default:
        bus.submit(command, now);
    }
  }

  poll(now: Micros): readonly BusEvent<Envelope>[] {
    const events: BusEvent<Envelope>[] = [];
    for (const event of this.options.bus.poll(now)) {
      const told = this.told(event);
      if (told !== undefined) events.push(told);
    }
    return events;
  }

  wakeAt(): Micros | undefined {
    return this.options.bus.wakeAt();
  }

  /** A real bus has accidents of its own. */
  inject(): void {
    throw new Error('accidents of a bus are planted in the bus itself');
  }

  private outgoing(
    command: Extract<BusCommand<Envelope>, { readonly kind: 'publish' }>,
  ): Extract<BusCommand<Buffer>, { readonly kind: 'publish' }> {
    const { message } = command;
    const body = encode(message.body);
    return {
      ...command,
      path: this.options.routes.publish(message.to ?? ''),
      message: {
        ...message,
        messageId: `${this.options.sender}-${message.body.id}`,
        body,
        sizeBytes: body.length,
        timeToLiveMicros: this.options.timeToLiveMicros,
      },
    };
  }

  /** The event in the world's words; undefined when it is none of its business. */
  private told(event: BusEvent<Buffer>): BusEvent<Envelope> | undefined {
    switch (event.kind) {
      case 'delivered':
        if (event.message.to !== event.receiver) return this.misled(event);
        return this.withBody(event);
      case 'lockLost':
      case 'deadLettered':
      case 'expired':
      case 'deduplicated':
        return this.withBody(event);
      case 'accepted': {
        const receiver = this.opened(event.token);
        if (receiver !== undefined) this.open.add(receiver);
        return undefined;
      }
      case 'rejected':
        return this.refused(event);
      case 'disconnected':
        this.open.delete(event.receiver);
        return event;
      case 'peeked':
      case 'sessionLockLost':
        return undefined;
      default:
        return event satisfies never;
    }
  }

  private withBody(
    event: Extract<BusEvent<Buffer>, { readonly message: BusMessage<Buffer> }>,
  ): BusEvent<Envelope> | undefined {
    const body = this.decoded(event.message.body);
    return body === undefined ? undefined : { ...event, message: { ...event.message, body } };
  }

  private misled({ lock }: Extract<BusEvent<Buffer>, { readonly kind: 'delivered' }>): undefined {
    this.counts.misaddressed += 1;
    if (lock === 0) return;
    const settlement = { kind: 'complete' } as const;
    this.options.bus.submit({ kind: 'settle', token: 0, lock, settlement }, 0);
  }

  private opened(token: number): string | undefined {
    const receiver = this.opening.get(token);
    this.opening.delete(token);
    return receiver;
  }

  private refused(
    event: Extract<BusEvent<Buffer>, { readonly kind: 'rejected' }>,
  ): BusEvent<Envelope> | undefined {
    this.counts.refused += 1;
    // Publishes carry negative tokens; the world records that they were lost.
    if (event.token < 0) return event;
    const receiver = this.opened(event.token);
    return receiver === undefined
      ? undefined
      : { kind: 'disconnected', receiver, reason: event.text };
  }

  private decoded(bytes: Buffer): Envelope | undefined {
    try {
      return decode(bytes);
    } catch {
      this.counts.undecodable += 1;
      return undefined;
    }
  }
}
