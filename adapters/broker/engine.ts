/**
 * The memory model on the wall clock. Commands go in, answers and deliveries are handed to whoever
 * waits for them, and a timer wakes the model when it has something to do by itself.
 */
import type {
  BusCommand,
  BusEvent,
  BusFault,
  Delivered,
  FaultyBus,
  Micros,
} from '../../harness/bus/bus.ts';
import type { Payload } from './message.ts';

export type Command = BusCommand<Payload>;
export type Delivery = Delivered<Payload>;
export type Event = BusEvent<Payload>;
export type Accepted = Extract<Event, { kind: 'accepted' }>;
export type Rejected = Extract<Event, { kind: 'rejected' }>;
export type Peek = Extract<Event, { kind: 'peeked' }>;
export type Answer = Accepted | Rejected | Peek;

type WithoutToken<Any> = Any extends { readonly token: number } ? Omit<Any, 'token'> : never;
export type Request = WithoutToken<Command>;

/** An open receiver's other half. */
export interface Sink {
  delivered(delivery: Delivery): void;
  /** The model closed it. */
  closed(reason: string): void;
  sessionLost(): void;
}

const timeoutMaxMs = 2 ** 31 - 1;

export class Engine {
  readonly sinks: Map<string, Sink>;
  private readonly bus: FaultyBus<Payload>;
  private readonly answers: Map<number, (answer: Answer) => void>;
  private nextToken: number;
  private nextReceiver: number;
  private pumping: boolean;
  private isClosed: boolean;
  private timer: NodeJS.Timeout | undefined;
  private wakeAt: Micros;
  /** Takes the next delivery: the answer to `receiveDeferred`. */
  private taker: ((delivery: Delivery) => void) | undefined;

  constructor(bus: FaultyBus<Payload>) {
    this.sinks = new Map();
    this.bus = bus;
    this.answers = new Map();
    this.nextToken = 1;
    this.nextReceiver = 1;
    this.pumping = false;
    this.isClosed = false;
    this.timer = undefined;
    this.wakeAt = Infinity;
    this.taker = undefined;
  }

  /** Microseconds since 1970, never running backwards. */
  now(): Micros {
    return Math.floor((performance.timeOrigin + performance.now()) * 1000);
  }

  /** A receiver's name that no other has. */
  receiverName(): string {
    return `r${this.nextReceiver++}`;
  }

  /** `answer` is called once, mostly before this returns. */
  ask(request: Request, answer: (answer: Answer) => void): void {
    const token = this.nextToken++;
    this.answers.set(token, answer);
    this.bus.submit({ ...request, token }, this.now());
    this.pump();
  }

  tell(command: Exclude<Command, { readonly token: number }>): void {
    this.bus.submit(command, this.now());
    this.pump();
  }

  /** As `ask`, with the delivery that follows the acceptance. */
  askForDelivery(
    request: Extract<Request, { kind: 'receiveDeferred' }>,
    answer: (answer: Answer | Delivery) => void,
  ): void {
    this.ask(request, (event) => {
      if (event.kind === 'accepted') this.taker = answer;
      else answer(event);
    });
  }

  /** Throws RangeError if the fault names a path where nothing is. */
  inject(fault: BusFault): void {
    this.bus.inject(fault, this.now());
    this.pump();
  }

  close(): void {
    this.isClosed = true;
    if (this.timer !== undefined) clearTimeout(this.timer);
    this.timer = undefined;
    this.sinks.clear();
    this.answers.clear();
  }

  /** Hands out everything that has happened, and what follows from it. */
  pump(): void {
    if (this.pumping || this.isClosed) return;
    this.pumping = true;
    try {
      for (;;) {
        const events = this.bus.poll(this.now());
        if (events.length === 0) break;
        for (const event of events) this.dispatch(event);
      }
    } finally {
      this.pumping = false;
    }
    this.arm();
  }

  private dispatch(event: Event): void {
    switch (event.kind) {
      case 'delivered':
        return this.deliver(event);
      case 'accepted':
      case 'rejected':
      case 'peeked': {
        const answer = this.answers.get(event.token);
        this.answers.delete(event.token);
        return answer?.(event);
      }
      case 'sessionLockLost':
        return this.sinks.get(event.receiver)?.sessionLost();
      case 'disconnected':
        return this.sinks.get(event.receiver)?.closed(event.reason);
      case 'lockLost':
      case 'deadLettered':
      case 'expired':
      case 'deduplicated':
        return;
      default:
        return event satisfies never;
    }
  }

  private deliver(delivery: Delivery): void {
    const { taker } = this;
    if (taker === undefined) return this.sinks.get(delivery.receiver)?.delivered(delivery);
    this.taker = undefined;
    taker(delivery);
  }

  private arm(): void {
    const at = this.bus.wakeAt() ?? Infinity;
    if (at === this.wakeAt || (at > this.wakeAt && this.timer !== undefined)) return;
    if (this.timer !== undefined) clearTimeout(this.timer);
    this.timer = undefined;
    this.wakeAt = at;
    if (at === Infinity) return;
    const waitMs = Math.min(Math.max(0, Math.ceil((at - this.now()) / 1000)), timeoutMaxMs);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.wakeAt = Infinity;
      this.pump();
    }, waitMs);
  }
}
