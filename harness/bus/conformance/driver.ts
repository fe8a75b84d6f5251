/**
 * A case's hands: commands whose answers it awaits, entities with names of their own, and waiting
 * for events on any clock. Events that no case asked for (a lock lost, a message expired) are kept
 * and ignored, since not every bus can tell them.
 */
import { expect } from 'vitest';
import type {
  BusCommand,
  BusErrorCode,
  BusEvent,
  BusMessage,
  Delivered,
  Micros,
  Peeked,
  QueueOptions,
  ReceiveMode,
  Rule,
  Settlement,
  SubscriptionOptions,
  TopicOptions,
} from '../bus.ts';
import type { Harness, Subject, Times } from './subject.ts';

type Event = BusEvent<string>;
type Delivery = Delivered<string>;
type Accepted = Extract<Event, { kind: 'accepted' }>;
type Rejected = Extract<Event, { kind: 'rejected' }>;
type WithoutToken<Command> = Command extends { readonly token: number }
  ? Omit<Command, 'token'>
  : never;
export type Request = WithoutToken<BusCommand<string>>;

export interface Opening {
  readonly mode?: ReceiveMode;
  readonly prefetch?: number;
  readonly sessionId?: string | null;
  readonly credit?: number;
}

/** Between two looks at a bus that cannot say when it will have something new. */
const lookEveryMicros = 100_000;

let names = 0;

export class Driver {
  readonly times: Times;
  private readonly harness: Harness;
  private readonly namePrefix: string;
  private readonly unread: Event[];
  private readonly all: Event[];
  private tokens: number;

  constructor(harness: Harness, { times, namePrefix }: Pick<Subject, 'times' | 'namePrefix'>) {
    this.harness = harness;
    this.times = times;
    this.namePrefix = namePrefix;
    this.unread = [];
    this.all = [];
    this.tokens = 0;
  }

  /** No other case of this run gets that name. */
  name(what: string): string {
    names++;
    return `${this.namePrefix}${what}-${names}`;
  }

  now(): Micros {
    return this.harness.now();
  }

  submit(command: BusCommand<string>): void {
    this.harness.bus.submit(command, this.now());
  }

  /** Submits and waits for the answer, whatever it is. */
  async ask(request: Request): Promise<Accepted | Rejected> {
    const token = this.send(request);
    return this.answer(token);
  }

  /** Submits without waiting; `answer` waits. */
  send(request: Request): number {
    const token = ++this.tokens;
    this.submit({ ...request, token });
    return token;
  }

  answer(token: number): Promise<Accepted | Rejected> {
    return this.until(
      (event): event is Accepted | Rejected =>
        (event.kind === 'accepted' || event.kind === 'rejected') && event.token === token,
      `an answer to request ${token}`,
    );
  }

  /** Whether any answer so far carried the token. */
  isAnswered(token: number): boolean {
    return this.all.some(
      (event) => (event.kind === 'accepted' || event.kind === 'rejected') && event.token === token,
    );
  }

  async ok(request: Request): Promise<Accepted> {
    const answer = await this.ask(request);
    if (answer.kind === 'rejected') {
      throw new Error(`${request.kind} was rejected: ${answer.code}: ${answer.text}`);
    }
    return answer;
  }

  /** Expects the refusal, and a text that a person can read. */
  async refused(request: Request, code: BusErrorCode): Promise<Rejected> {
    const answer = await this.ask(request);
    if (answer.kind === 'accepted') throw new Error(`${request.kind} was accepted, not ${code}`);
    expect(answer.code).toBe(code);
    expect(answer.text).not.toBe('');
    return answer;
  }

  /** The first unread event of that kind, waited for. It is read then. */
  until<Wanted extends Event>(
    isWanted: (event: Event) => event is Wanted,
    what: string,
  ): Promise<Wanted>;
  until(isWanted: (event: Event) => boolean, what: string): Promise<Event>;
  async until(isWanted: (event: Event) => boolean, what: string): Promise<Event> {
    const end = this.now() + this.times.patienceMicros;
    for (;;) {
      this.look();
      const found = this.unread.find(isWanted);
      if (found !== undefined) {
        this.unread.splice(this.unread.indexOf(found), 1);
        return found;
      }
      if (this.now() >= end) {
        const seen = this.all.map((event) => `\n  ${JSON.stringify(event)}`).join('');
        throw new Error(`waited in vain for ${what}; seen were:${seen}`);
      }
      await this.passUntil(end);
    }
  }

  /** Lets so much time pass. */
  async advance(micros: Micros): Promise<void> {
    const end = this.now() + micros;
    this.look();
    while (this.now() < end) {
      await this.passUntil(end);
      this.look();
    }
  }

  private async passUntil(end: Micros): Promise<void> {
    const next = this.harness.bus.wakeAt() ?? this.now() + lookEveryMicros;
    await this.harness.wait(Math.min(end, Math.max(next, this.now())));
  }

  private look(): void {
    const events = this.harness.bus.poll(this.now());
    this.unread.push(...events);
    this.all.push(...events);
  }

  async queue(options: Partial<QueueOptions> = {}): Promise<string> {
    const path = this.name('queue');
    await this.ok({
      kind: 'createQueue',
      path,
      options: { ...this.subscriptionOptions(), duplicateDetectionMicros: 0, ...options },
    });
    return path;
  }

  async topic(options: Partial<TopicOptions> = {}): Promise<string> {
    const path = this.name('topic');
    await this.ok({
      kind: 'createTopic',
      path,
      options: { duplicateDetectionMicros: 0, ...options },
    });
    return path;
  }

  async subscription(
    topic: string,
    rule?: Rule['filter'],
    options: Partial<SubscriptionOptions> = {},
  ): Promise<string> {
    const path = `${topic}/Subscriptions/${this.name('sub')}`;
    const all = { ...this.subscriptionOptions(), ...options };
    const named = rule === undefined ? {} : { rule: { name: 'first', filter: rule } };
    await this.ok({ kind: 'createSubscription', path, options: all, ...named });
    return path;
  }

  subscriptionOptions(): SubscriptionOptions {
    return {
      lockDurationMicros: this.times.lockMicros,
      maxDeliveryCount: 10,
      requiresSession: false,
      deadLetterOnExpiration: false,
    };
  }

  /** Opens a receiver (peek-lock, prefetch 10) and returns its name. */
  async open(path: string, opening: Opening = {}): Promise<string> {
    const receiver = this.name('receiver');
    await this.ok(this.opening(path, receiver, opening));
    return receiver;
  }

  opening(path: string, receiver: string, opening: Opening = {}): Request {
    const { mode, prefetch, sessionId, credit } = opening;
    return {
      kind: 'openReceiver',
      receiver,
      path,
      mode: mode ?? 'peekLock',
      prefetch: prefetch ?? 10,
      ...(sessionId === undefined ? {} : { sessionId }),
      ...(credit === undefined ? {} : { credit }),
    };
  }

  credit(receiver: string, credit: number): void {
    this.submit({ kind: 'setCredit', receiver, credit });
  }

  close(receiver: string): void {
    this.submit({ kind: 'closeReceiver', receiver });
  }

  message(body: string, parts: Partial<BusMessage<string>> = {}): BusMessage<string> {
    return { messageId: this.name('message'), body, sizeBytes: 2 * body.length, ...parts };
  }

  /** Publishes, waits until accepted, returns the sequence number if it was scheduled. */
  async publish(
    path: string,
    body: string,
    parts: Partial<BusMessage<string>> = {},
  ): Promise<number> {
    const message = this.message(body, parts);
    const { sequenceNumber } = await this.ok({ kind: 'publish', path, message });
    return sequenceNumber ?? 0;
  }

  /** The next unread delivery of the receiver. */
  delivery(receiver: string): Promise<Delivery> {
    return this.until(
      (event): event is Delivery => event.kind === 'delivered' && event.receiver === receiver,
      `a delivery to ${receiver}`,
    );
  }

  async bodies(receiver: string, count: number): Promise<readonly string[]> {
    const found: string[] = [];
    for (let i = 0; i < count; i++) found.push((await this.delivery(receiver)).message.body);
    return found;
  }

  /** Expects that the receiver gets nothing (more) for a while. */
  async quiet(receiver: string, micros: Micros = this.times.quietMicros): Promise<void> {
    await this.advance(micros);
    const delivered = this.unread.filter(
      (event) => event.kind === 'delivered' && event.receiver === receiver,
    );
    expect(delivered, `deliveries to ${receiver}`).toEqual([]);
  }

  settle(lock: number, settlement: Settlement): Promise<Accepted> {
    return this.ok({ kind: 'settle', lock, settlement });
  }

  complete(lock: number): Promise<Accepted> {
    return this.settle(lock, { kind: 'complete' });
  }

  abandon(lock: number): Promise<Accepted> {
    return this.settle(lock, { kind: 'abandon' });
  }

  async peek(path: string, from = 1, count = 100): Promise<readonly Peeked<string>[]> {
    const token = this.send({ kind: 'peek', path, fromSequenceNumber: from, count });
    const event = await this.until(
      (candidate): candidate is Extract<Event, { kind: 'peeked' | 'rejected' }> =>
        (candidate.kind === 'peeked' || candidate.kind === 'rejected') && candidate.token === token,
      'what was peeked',
    );
    if (event.kind === 'rejected') throw new Error(`peek was rejected: ${event.text}`);
    return event.messages;
  }

  /** Receives and deletes what is in the entity now. */
  async drain(path: string): Promise<readonly Delivery[]> {
    const receiver = await this.open(path, { mode: 'receiveAndDelete' });
    await this.advance(this.times.quietMicros);
    this.close(receiver);
    return this.read(receiver);
  }

  readBodies(receiver: string): readonly string[] {
    return this.read(receiver).map(({ message }) => message.body);
  }

  /** What was delivered to the receiver by now and not read yet. */
  private read(receiver: string): readonly Delivery[] {
    const mine = (event: Event): event is Delivery =>
      event.kind === 'delivered' && event.receiver === receiver;
    const found = this.unread.filter(mine);
    for (const event of found) this.unread.splice(this.unread.indexOf(event), 1);
    return found;
  }
}

export const deadLetters = (path: string): string => `${path}/$DeadLetterQueue`;
export const transferDeadLetters = (path: string): string => `${path}/$Transfer/$DeadLetterQueue`;
