/** Peeking, deferred messages and scheduled ones: what goes through an entity's management node. */
import type { BusCommand, BusMessage, Peeked } from '../../harness/bus/bus.ts';
import { type Arrivals, deadLetterParts, type Origin } from './arrivals.ts';
import type { Context } from './context.ts';
import { Refusal } from './errors.ts';
import { incoming } from './messages.ts';
import { Numbers } from './numbers.ts';
import type { IncomingMessage, Long, OutgoingMessage, Receiver } from './sdk.ts';

type PeekCommand = Extract<BusCommand<never>, { kind: 'peek' }>;

/** Messages asked for at once; the service sends fewer if they are large. */
const pageMax = 100;

export class Browse<Body> {
  private readonly context: Context<Body>;
  private readonly numbers: Numbers;

  constructor(context: Context<Body>) {
    this.context = context;
    this.numbers = new Numbers();
  }

  see(message: IncomingMessage): void {
    this.numbers.see(message.sequenceNumber);
  }

  async peek(command: PeekCommand): Promise<readonly Peeked<Body>[]> {
    const { path, count, sessionId, scheduledOnly = false } = command;
    const helper = (await this.context.clients.get('receive')).helper(path);
    const found: Peeked<Body>[] = [];
    let from = Math.max(0, command.fromSequenceNumber);
    while (found.length < count) {
      const wanted = Math.min(pageMax, count - found.length);
      const page = await this.page(helper, from, wanted);
      for (const raw of page) {
        if (sessionId !== undefined && raw.sessionId !== sessionId) continue;
        if (scheduledOnly && raw.state !== 'scheduled') continue;
        const peeked = found.length < count ? this.peeked(raw) : undefined;
        if (peeked !== undefined) found.push(peeked);
      }
      const last = page.at(-1)?.sequenceNumber;
      if (last === undefined) break;
      from = last.toNumber() + 1;
    }
    return found;
  }

  /** What lies first in the entity, whoever sent it. */
  async first(path: string): Promise<IncomingMessage | undefined> {
    const helper = (await this.context.clients.get('receive')).helper(path);
    const [first] = await this.page(helper, 0, 1);
    return first;
  }

  /** Returns the sequence number. */
  async schedule(path: string, message: OutgoingMessage, at: Date): Promise<number> {
    const sender = (await this.context.clients.get('send')).sender(path);
    const [number] = await sender.scheduleMessages(message, at);
    this.numbers.see(number);
    return number?.toNumber() ?? 0;
  }

  async cancel(path: string, sequenceNumber: number): Promise<void> {
    const number = await this.long(path, sequenceNumber);
    const sender = (await this.context.clients.get('send')).sender(path);
    await sender.cancelScheduledMessages(number);
  }

  /** Tells the opening of the answer before the delivery. */
  async receiveDeferred(
    receiver: Receiver,
    sequenceNumber: number,
    to: { readonly arrivals: Arrivals<Body>; readonly origin: Origin; readonly accept: () => void },
  ): Promise<void> {
    const number = await this.long(to.origin.path, sequenceNumber);
    const [raw] = await receiver.receiveDeferredMessages(number);
    if (raw === undefined) throw notFound(to.origin.path, sequenceNumber);
    to.accept();
    void to.arrivals.arrived(raw, to.origin);
  }

  private async long(path: string, value: number): Promise<Long> {
    let number = this.numbers.long(value);
    if (number === undefined) {
      // If anything is there, it has a number to compute with.
      await this.first(path);
      number = this.numbers.long(value);
    }
    if (number === undefined) throw notFound(path, value);
    return number;
  }

  private async page(
    helper: Receiver,
    from: number,
    count: number,
  ): Promise<readonly IncomingMessage[]> {
    const number = this.numbers.long(from);
    if (number !== undefined) return helper.peekMessages(count, { fromSequenceNumber: number });
    // Without a number the SDK goes on where it stopped: at the beginning, as no number was seen.
    const [first] = await helper.peekMessages(1);
    if (first === undefined) return [];
    this.see(first);
    return this.page(helper, from, count);
  }

  private decoded(raw: IncomingMessage): BusMessage<Body> | undefined {
    try {
      return incoming(raw, this.context.options.codec);
    } catch {
      this.context.counts.undecodable++;
      return undefined;
    }
  }

  /** Undefined for what is none of ours. */
  private peeked(raw: IncomingMessage): Peeked<Body> | undefined {
    const { clock } = this.context;
    const { enqueuedTimeUtc, state } = raw;
    const message = this.decoded(raw);
    if (message === undefined) return undefined;
    return {
      message,
      sequenceNumber: raw.sequenceNumber?.toNumber() ?? 0,
      state,
      deliveryCount: raw.deliveryCount ?? 0,
      ...(enqueuedTimeUtc === undefined || state === 'scheduled'
        ? {}
        : { enqueuedAt: clock.micros(enqueuedTimeUtc) }),
      ...deadLetterParts(raw),
    };
  }
}

function notFound(path: string, sequenceNumber: number): Refusal {
  return new Refusal('MessageNotFound', `'${path}' has no such message: ${sequenceNumber}.`);
}
