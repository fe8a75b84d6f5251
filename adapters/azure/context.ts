/** What the parts of an Azure bus share: its options made whole, its clients, inbox and counts. */
import type { BusEvent } from '../../harness/bus/bus.ts';
import { type Endpoint, endpointOf } from './account.ts';
import { bounded } from './bounded.ts';
import { Clients } from './clients.ts';
import { Clock } from './clock.ts';
import { type Failure, failureOf } from './errors.ts';
import { Inbox } from './inbox.ts';
import type { AzureBusOptions, AzureTimes, ClientName, Counts, Notice } from './options.ts';
import { defaultTimes } from './options.ts';

/** The service's own advice when it is busy. */
const busyMicros = 2_000_000;

type Answer = Omit<Extract<BusEvent<never>, { kind: 'accepted' }>, 'kind' | 'token'>;

export class Context<Body> {
  readonly options: AzureBusOptions<Body>;
  readonly endpoint: Endpoint;
  readonly times: AzureTimes;
  readonly clock: Clock;
  readonly inbox: Inbox<Body>;
  readonly clients: Clients;
  readonly counts: { -readonly [Name in keyof Counts]: Counts[Name] };
  /** Of deliveries and probes, for the watchdog. */
  onLife: () => void;
  isClosed: boolean;

  /** Throws if the account makes no sense. */
  constructor(
    options: AzureBusOptions<Body>,
    onRebuilt: (name: ClientName, reason: string) => void,
  ) {
    this.options = options;
    this.endpoint = endpointOf(options.account);
    this.times = { ...defaultTimes, ...options.times };
    this.clock = new Clock(options.startedAtMs);
    this.inbox = new Inbox(options.inboxMax ?? 10_000, options.onEvents ?? (() => {}));
    const { account, retries = 0, oneConnection = false } = options;
    const { endpoint, times } = this;
    this.clients = new Clients({ account, endpoint, times, retries, oneConnection }, onRebuilt);
    this.counts = {
      strangers: 0,
      stale: 0,
      misaddressed: 0,
      undecodable: 0,
      sent: 0,
      received: 0,
      errors: 0,
      rebuilds: 0,
    };
    this.onLife = () => {};
    this.isClosed = false;
  }

  notice(notice: Notice): void {
    if (notice.kind === 'error') this.counts.errors++;
    this.options.onNotice?.(notice);
  }

  failure(reason: unknown): Failure {
    return failureOf(reason, this.endpoint.secrets);
  }

  accept(token: number, answer: Answer = {}): void {
    if (token > 0) this.inbox.push({ kind: 'accepted', token, ...answer });
  }

  reject(token: number, reason: unknown): void {
    if (this.isClosed) return;
    const { code, text } = this.failure(reason);
    const hint = code === 'ServiceBusy' ? { retryAfterMicros: busyMicros } : {};
    this.inbox.push({ kind: 'rejected', token, code, text, ...hint });
  }

  /** Does the work within the time and answers the token either way. */
  answer(token: number, what: string, work: () => Promise<Answer | void>): void {
    bounded(work(), this.times.answerMs, what).then(
      (answer) => this.accept(token, answer ?? {}),
      (reason: unknown) => this.reject(token, reason),
    );
  }
}
