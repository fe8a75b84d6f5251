/**
 * Publishing: messages for one path that are submitted together travel in one transfer; transfers
 * are bounded, the token bucket holds them back, and what finds no room is refused as ServiceBusy.
 */
import type { BusMessage } from '../../harness/bus/bus.ts';
import { Bucket } from './bucket.ts';
import { bounded } from './bounded.ts';
import type { Context } from './context.ts';
import { isConnectionFailure, Refusal } from './errors.ts';
import { outgoing } from './messages.ts';
import type { OutgoingMessage } from './sdk.ts';

interface Waiting {
  readonly token: number;
  readonly path: string;
  readonly message: OutgoingMessage;
  readonly sizeBytes: number;
}

/** Of one transfer; the overhead of each message counts too. */
const transferBytesMax = 200_000;
const transferMessagesMax = 100;
const overheadBytes = 500;
const idLengthMax = 128;

export interface Health {
  good(): void;
  bad(reason: string): void;
}

export class Outbox<Body> {
  private readonly context: Context<Body>;
  private readonly health: Health;
  private readonly bucket: Bucket | undefined;
  private readonly sizeBytesMax: number;
  private readonly inFlightMax: number;
  private readonly waitingMax: number;
  private waiting: Waiting[];
  private inFlight: number;
  private isScheduled: boolean;
  private timer: NodeJS.Timeout | undefined;

  constructor(context: Context<Body>, health: Health, nowMs: () => number) {
    const { options } = context;
    this.context = context;
    this.health = health;
    this.bucket = options.throttle === undefined ? undefined : new Bucket(options.throttle, nowMs);
    this.sizeBytesMax = options.messageSizeBytesMax ?? 262_144;
    this.inFlightMax = options.inFlightMax ?? 64;
    this.waitingMax = options.outboxMax ?? 10_000;
    this.waiting = [];
    this.inFlight = 0;
    this.isScheduled = false;
    this.timer = undefined;
  }

  /** Throws a Refusal, or what the codec throws. */
  publish(token: number, path: string, message: BusMessage<Body>): void {
    const encoded = this.encode(message);
    if (this.waiting.length >= this.waitingMax) {
      const text = `${this.waitingMax} messages wait to be sent already. Send them more slowly.`;
      throw new Refusal('ServiceBusy', text);
    }
    this.waiting.push({ token, path, message: encoded, sizeBytes: message.sizeBytes });
    this.schedule();
  }

  /** Throws a Refusal if the message, or one of its ids, is larger than the service takes. */
  encode(message: BusMessage<Body>): OutgoingMessage {
    const { codec, identity } = this.context.options;
    if (message.sizeBytes > this.sizeBytesMax) {
      const text = `The message has ${message.sizeBytes} bytes, of ${this.sizeBytesMax} allowed.`;
      throw new Refusal('MessageSizeExceeded', text);
    }
    for (const name of ['messageId', 'sessionId', 'replyToSessionId'] as const) {
      const { length } = message[name] ?? '';
      if (length <= idLengthMax) continue;
      const text = `The ${name} has ${length} characters, of ${idLengthMax} allowed.`;
      throw new Refusal('InvalidOperation', text);
    }
    return outgoing(message, codec, identity);
  }

  close(): void {
    clearTimeout(this.timer);
    this.waiting = [];
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    queueMicrotask(() => {
      this.isScheduled = false;
      this.pump();
    });
  }

  private pump(): void {
    if (this.timer !== undefined) return;
    while (this.waiting.length > 0 && this.inFlight < this.inFlightMax) {
      const batch = this.nextBatch();
      const cost = batch.length * (this.context.options.throttle?.creditsPerMessage ?? 1);
      const waitMs = this.bucket?.take(cost) ?? 0;
      if (waitMs > 0) {
        this.timer = setTimeout(() => {
          this.timer = undefined;
          this.pump();
        }, waitMs);
        return;
      }
      this.waiting.splice(0, batch.length);
      this.inFlight++;
      void this.transfer(batch);
    }
  }

  /** The first ones that may travel together: one path, one session. */
  private nextBatch(): readonly Waiting[] {
    const [first] = this.waiting;
    if (first === undefined) return [];
    let bytes = 0;
    let count = 0;
    for (const { path, message, sizeBytes } of this.waiting) {
      bytes += sizeBytes + overheadBytes;
      if (count > 0 && (bytes > transferBytesMax || count >= transferMessagesMax)) break;
      if (path !== first.path || message.sessionId !== first.message.sessionId) break;
      count++;
    }
    return this.waiting.slice(0, count);
  }

  private async transfer(batch: readonly Waiting[]): Promise<void> {
    await this.send(batch);
    this.inFlight--;
    if (!this.context.isClosed) this.pump();
  }

  private async send(batch: readonly Waiting[]): Promise<void> {
    const { context } = this;
    const [first] = batch;
    if (first === undefined) return;
    const { path } = first;
    const messages = batch.map(({ message }) => message);
    try {
      const { clients, times } = context;
      const sending = clients.get('send').then((live) => {
        return live.sender(path).sendMessages(messages.length === 1 ? first.message : messages);
      });
      await bounded(sending, times.answerMs, `Sending to '${path}'`);
      this.health.good();
      context.counts.sent += batch.length;
      for (const { token } of batch) context.accept(token);
    } catch (error) {
      await this.failed(batch, error);
    }
  }

  private async failed(batch: readonly Waiting[], error: unknown): Promise<void> {
    const failure = this.context.failure(error);
    if (isConnectionFailure(failure)) this.health.bad(failure.text);
    else this.health.good();
    const isOneGuilty =
      failure.code === 'MessageSizeExceeded' || failure.code === 'InvalidOperation';
    if (batch.length > 1 && isOneGuilty) {
      for (const one of batch) await this.send([one]);
      return;
    }
    for (const { token } of batch) this.context.reject(token, error);
  }
}
