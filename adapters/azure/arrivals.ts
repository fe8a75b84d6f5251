/** From the SDK's message to the port's delivery, for receivers of both kinds. */
import type { BusMessage } from '../../harness/bus/bus.ts';
import { ignored } from './bounded.ts';
import type { Context } from './context.ts';
import type { Locks } from './locks.ts';
import { incoming } from './messages.ts';
import type { Screen } from './screen.ts';
import type { IncomingMessage, Receiver } from './sdk.ts';

export interface Origin {
  readonly name: string;
  readonly path: string;
  readonly isLocking: boolean;
  readonly isInSession: boolean;
  readonly settler: () => Promise<Receiver>;
}

export class Arrivals<Body> {
  private readonly context: Context<Body>;
  private readonly locks: Locks<Body>;
  private readonly screen: Screen;

  constructor(context: Context<Body>, locks: Locks<Body>, screen: Screen) {
    this.context = context;
    this.locks = locks;
    this.screen = screen;
  }

  /** Fulfilled when the receiver may have another one; undefined if it was none of ours. */
  arrived(raw: IncomingMessage, origin: Origin): Promise<void> | undefined {
    const { context } = this;
    context.onLife();
    if (!this.screen.admits(raw, context)) return this.drop(raw, origin);
    const message = this.decoded(raw, origin);
    if (message === undefined) return this.drop(raw, origin);
    context.counts.received++;
    const { name: receiver } = origin;
    const held = origin.isLocking
      ? this.locks.hold({ ...origin, receiver, message, raw })
      : { lock: 0, released: undefined };
    context.inbox.push({
      kind: 'delivered',
      receiver,
      message,
      lock: held.lock,
      lockedUntil: origin.isLocking ? this.lockedUntil(raw) : 0,
      deliveryCount: raw.deliveryCount ?? 0,
      sequenceNumber: raw.sequenceNumber?.toNumber() ?? 0,
      enqueuedAt: context.clock.micros(raw.enqueuedTimeUtc ?? new Date()),
      ...deadLetterParts(raw),
    });
    return held.released ?? context.inbox.room() ?? Promise.resolve();
  }

  private lockedUntil(raw: IncomingMessage): number {
    return raw.lockedUntilUtc === undefined ? 0 : this.context.clock.micros(raw.lockedUntilUtc);
  }

  private decoded(raw: IncomingMessage, { path }: Origin): BusMessage<Body> | undefined {
    try {
      return incoming(raw, this.context.options.codec);
    } catch (error) {
      this.context.counts.undecodable++;
      const { text } = this.context.failure(error);
      this.context.notice({ kind: 'error', path, code: 'Undecodable', text });
      return undefined;
    }
  }

  private drop(raw: IncomingMessage, origin: Origin): undefined {
    if (!origin.isLocking) return;
    ignored(origin.settler().then((settler) => settler.completeMessage(raw)));
  }
}

/** Of messages in a dead-letter queue, or forwarded from one. */
export function deadLetterParts(raw: IncomingMessage): {
  readonly deadLetterReason?: string;
  readonly deadLetterDescription?: string;
} {
  const { deadLetterReason, deadLetterErrorDescription } = raw;
  return {
    ...(deadLetterReason === undefined ? {} : { deadLetterReason }),
    ...(deadLetterErrorDescription === undefined
      ? {}
      : { deadLetterDescription: deadLetterErrorDescription }),
  };
}
