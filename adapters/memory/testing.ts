/** Short hands for the tests of this folder: a bus with entities, and its events by kind. */
import type {
  BusCommand,
  BusEvent,
  BusFault,
  BusMessage,
  FaultyBus,
  Micros,
  QueueOptions,
  ReceiveMode,
} from '../../harness/bus/bus.ts';
import { memoryBus } from './memory.ts';
import type { MemoryOptions } from './options.ts';

type Event = BusEvent<string>;
export type EventOf<Kind extends Event['kind']> = Extract<Event, { kind: Kind }>;

export const second: Micros = 1_000_000;
export const lockMicros: Micros = 10 * second;

export const queueOptions: QueueOptions = {
  lockDurationMicros: lockMicros,
  maxDeliveryCount: 3,
  requiresSession: false,
  duplicateDetectionMicros: 0,
  deadLetterOnExpiration: false,
};

export class Bench {
  readonly bus: FaultyBus<string>;
  now: Micros;
  readonly events: Event[];
  private published: number;

  constructor(options: Partial<MemoryOptions<string>> = {}) {
    this.bus = memoryBus({
      ordering: 'none',
      latencyMicros: () => 100,
      messageSizeBytesMax: 1_000,
      entityMessagesMax: 1_000,
      ...options,
    });
    this.now = 0;
    this.events = [];
    this.published = 0;
  }

  submit(command: BusCommand<string>): void {
    this.bus.submit(command, this.now);
    this.look();
  }

  inject(fault: BusFault): void {
    this.bus.inject(fault, this.now);
    this.look();
  }

  advance(micros: Micros): void {
    this.now += micros;
    this.look();
  }

  /** Follows `wakeAt` until the bus has nothing more to do by itself. */
  settleDown(): void {
    for (let at = this.bus.wakeAt(); at !== undefined; at = this.bus.wakeAt()) {
      this.now = Math.max(this.now, at);
      this.look();
    }
  }

  /** The same, no further than a moment. */
  settleDownUntil(until: Micros): void {
    for (let at = this.bus.wakeAt(); at !== undefined && at <= until; at = this.bus.wakeAt()) {
      this.now = Math.max(this.now, at);
      this.look();
    }
    this.now = until;
    this.look();
  }

  look(): void {
    for (const event of this.bus.poll(this.now)) this.events.push(event);
  }

  queue(path: string, options: Partial<QueueOptions> = {}): void {
    this.submit({ kind: 'createQueue', token: 0, path, options: { ...queueOptions, ...options } });
  }

  open(
    receiver: string,
    path: string,
    { mode = 'peekLock', prefetch = 10 }: { mode?: ReceiveMode; prefetch?: number } = {},
  ): void {
    this.submit({ kind: 'openReceiver', token: 0, receiver, path, mode, prefetch });
  }

  accept(receiver: string, path: string, sessionId: string | null, token = 0): void {
    const rest = { receiver, path, mode: 'peekLock', prefetch: 10, sessionId } as const;
    this.submit({ kind: 'openReceiver', token, ...rest });
  }

  publish(path: string, body: string, parts: Partial<BusMessage<string>> = {}): void {
    const messageId = `m${++this.published}`;
    const message = { messageId, body, sizeBytes: 10, ...parts };
    this.submit({ kind: 'publish', token: 0, path, message });
  }

  complete(lock: number): void {
    this.submit({ kind: 'settle', token: 0, lock, settlement: { kind: 'complete' } });
  }

  abandon(lock: number): void {
    this.submit({ kind: 'settle', token: 0, lock, settlement: { kind: 'abandon' } });
  }

  all<Kind extends Event['kind']>(kind: Kind): readonly EventOf<Kind>[] {
    return this.events.filter((event): event is EventOf<Kind> => event.kind === kind);
  }

  bodies(receiver: string): readonly string[] {
    return this.all('delivered')
      .filter((event) => event.receiver === receiver)
      .map(({ message }) => message.body);
  }

  lastLock(): number {
    return this.all('delivered').at(-1)?.lock ?? 0;
  }
}
