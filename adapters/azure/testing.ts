/** For the tests of this room: a bus on the wall clock whose events can be waited for. */
import type {
  BusCommand,
  BusEvent,
  BusMessage,
  Micros,
  QueueOptions,
} from '../../harness/bus/bus.ts';
import type { Account } from './account.ts';
import { type AzureBus, azureBus } from './azure.ts';
import type { AzureBusOptions, AzureTimes, BodyCodec, Notice } from './options.ts';

/** An accident is noticed within seconds: two attempts, the watchdog, an answer that never comes. */
export const hastyTimes: Partial<AzureTimes> = {
  attemptMs: 1_100,
  answerMs: 2_500,
  watchdogMs: 600,
  closeMs: 300,
};

/** Two bytes a character, as the conformance suite counts. */
export const textCodec: BodyCodec<string> = {
  encode: (body) => Buffer.from(body, 'utf16le'),
  decode: (bytes) => bytes.toString('utf16le'),
};

export function accountOf({ connectionString, adminPort }: Addressed): Account {
  return { connectionString, administrationEndpoint: `localhost:${adminPort}` };
}

/** What is needed of a broker. */
interface Addressed {
  readonly connectionString: string;
  readonly adminPort: number;
}

type Event = BusEvent<string>;
type Kind = Event['kind'];
type Of<Wanted extends Kind> = Extract<Event, { kind: Wanted }>;
type Request = Exclude<BusCommand<string>, { kind: 'setCredit' | 'closeReceiver' }>;
type WithoutToken<Any> = Any extends unknown ? Omit<Any, 'token'> : never;

export class Bench {
  readonly bus: AzureBus<string>;
  readonly notices: Notice[];
  readonly seen: Event[];
  private readonly origin: number;
  private unread: Event[];
  private tokens: number;
  private wake: () => void;

  constructor(account: Account, options: Partial<AzureBusOptions<string>> = {}) {
    this.notices = [];
    this.seen = [];
    this.origin = performance.now();
    this.unread = [];
    this.tokens = 0;
    this.wake = () => {};
    this.bus = azureBus<string>({
      account,
      codec: textCodec,
      startedAtMs: Date.now(),
      onEvents: () => this.wake(),
      onNotice: (notice) => this.notices.push(notice),
      ...options,
    });
  }

  now(): Micros {
    return Math.floor((performance.now() - this.origin) * 1000);
  }

  /** Time passes until then, or until the bus has something. */
  wait(until: Micros): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, (until - this.now()) / 1000));
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Lets all of that time pass. */
  async pass(ms: number): Promise<void> {
    const end = this.now() + ms * 1000;
    while (this.now() < end) await this.wait(end);
    this.look();
  }

  submit(command: BusCommand<string>): void {
    this.bus.submit(command, this.now());
  }

  /** Returns the token. */
  send(request: WithoutToken<Request>): number {
    const token = ++this.tokens;
    this.submit({ ...request, token });
    return token;
  }

  async ask(request: WithoutToken<Request>): Promise<Of<'accepted'> | Of<'rejected'>> {
    const token = this.send(request);
    return this.until(
      (event): event is Of<'accepted'> | Of<'rejected'> =>
        (event.kind === 'accepted' || event.kind === 'rejected') && event.token === token,
      `the answer to ${request.kind}`,
    );
  }

  publish(path: string, body: string, parts: Partial<BusMessage<string>> = {}): number {
    const message = { messageId: `${body}-${this.tokens}`, body, sizeBytes: 2 * body.length };
    return this.send({ kind: 'publish', path, message: { ...message, ...parts } });
  }

  open(
    path: string,
    options: Partial<Extract<BusCommand<string>, { kind: 'openReceiver' }>> = {},
  ): Promise<Of<'accepted'> | Of<'rejected'>> {
    const rest = { receiver: path, path, mode: 'receiveAndDelete', prefetch: 10 } as const;
    return this.ask({ kind: 'openReceiver', ...rest, ...options });
  }

  delivery(body?: string): Promise<Of<'delivered'>> {
    return this.until(
      (event): event is Of<'delivered'> =>
        event.kind === 'delivered' && (body === undefined || event.message.body === body),
      `a delivery of ${body ?? 'anything'}`,
    );
  }

  /** The first such event that nobody has waited for yet. */
  async until<Wanted extends Event>(
    isWanted: (event: Event) => event is Wanted,
    what: string,
    withinMs: number = 15_000,
  ): Promise<Wanted> {
    const end = this.now() + withinMs * 1000;
    for (;;) {
      this.look();
      const found = this.unread.find(isWanted);
      if (found !== undefined) {
        this.unread = this.unread.filter((event) => event !== found);
        return found;
      }
      if (this.now() >= end) {
        throw new Error(
          `waited in vain for ${what}; seen: ${JSON.stringify(this.seen.slice(-20))}`,
        );
      }
      await this.wait(Math.min(end, this.now() + 100_000));
    }
  }

  /** Until the condition holds; looks every 20 ms. */
  async holds(isTrue: () => boolean, what: string, withinMs: number = 15_000): Promise<void> {
    const end = this.now() + withinMs * 1000;
    while (!isTrue()) {
      if (this.now() >= end) throw new Error(`waited in vain until ${what}`);
      await this.wait(this.now() + 20_000);
      this.look();
    }
  }

  private look(): void {
    const events = this.bus.poll(this.now());
    this.unread.push(...events);
    this.seen.push(...events);
  }

  close(): Promise<void> {
    return this.bus.close();
  }
}

export const queueOptions: QueueOptions = {
  lockDurationMicros: 30_000_000,
  maxDeliveryCount: 10,
  requiresSession: false,
  duplicateDetectionMicros: 0,
  deadLetterOnExpiration: false,
};
