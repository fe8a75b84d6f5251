/**
 * Notices that a client is dead although the SDK does not say so, and asks for a new one. Sending
 * shows it by failing. Receiving shows nothing, so it is asked: by a message to the own address if
 * there is one to be had, else by looks through the management node: whatever lies there for a
 * while, and could have been delivered, says that the receiver is deaf.
 */
import { bounded } from './bounded.ts';
import type { Context } from './context.ts';
import { isConnectionFailure } from './errors.ts';
import { probeTo } from './messages.ts';
import type { ClientName } from './options.ts';
import type { Health } from './outbox.ts';
import type { IncomingMessage } from './sdk.ts';
import { Suspicion } from './suspicion.ts';

export interface Probe {
  /** Where to send a message that comes back to this node. */
  readonly path: string;
  readonly to: string;
}

/** A receiver that is open now. */
export interface Listening {
  readonly path: string;
  /** Whether it has room, and does not hold the message already. */
  couldHave(sequenceNumber: number): boolean;
}

/** What the watchdog can see. */
export interface Views {
  readonly listening: () => readonly Listening[];
  /** What lies first in an entity, found through the receiving client. */
  readonly first: (path: string) => Promise<IncomingMessage | undefined>;
}

export class Watchdog implements Health {
  private readonly context: Context<unknown>;
  private readonly probe: Probe | undefined;
  private readonly listening: () => readonly Listening[];
  private readonly first: (path: string) => Promise<IncomingMessage | undefined>;
  private readonly sending: Suspicion;
  private readonly receiving: Suspicion;
  private readonly nowMs: () => number;
  private readonly periodMs: number;
  private lifeAtMs: number;
  private timer: NodeJS.Timeout | undefined;

  constructor(context: Context<unknown>, { listening, first }: Views, nowMs: () => number) {
    const { watchdogMs } = context.times;
    this.context = context;
    this.probe = context.options.probe;
    this.listening = listening;
    this.first = first;
    this.sending = new Suspicion(watchdogMs, nowMs);
    this.receiving = new Suspicion(watchdogMs, nowMs);
    this.nowMs = nowMs;
    this.periodMs = watchdogMs / 3;
    this.lifeAtMs = nowMs();
    this.timer = undefined;
    context.onLife = () => this.alive();
    if (watchdogMs > 0) this.arm();
  }

  good(): void {
    this.sending.good();
  }

  bad(reason: string): void {
    if (this.sending.bad()) this.rebuild('send', reason);
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private alive(): void {
    this.lifeAtMs = this.nowMs();
    this.receiving.good();
  }

  private arm(): void {
    this.timer = setTimeout(() => {
      void this.look().finally(() => {
        if (!this.context.isClosed) this.arm();
      });
    }, this.periodMs);
    this.timer.unref();
  }

  private async look(): Promise<void> {
    const listening = this.listening();
    const askedAtMs = this.nowMs();
    if (listening.length === 0 || askedAtMs - this.lifeAtMs < this.periodMs) return;
    try {
      if (this.probe === undefined) for (const one of listening) await this.peek(one, askedAtMs);
      else if (!(await this.echo(this.probe))) return;
      this.receiving.good();
    } catch (error) {
      const failure = this.context.failure(error);
      if (!isConnectionFailure(failure)) return this.receiving.good();
      if (this.lifeAtMs < askedAtMs && this.receiving.bad()) this.rebuild('receive', failure.text);
    }
  }

  /** Rejects if the client is dead, or if the receiver leaves a message lying. */
  private async peek(listening: Listening, askedAtMs: number): Promise<void> {
    const { path } = listening;
    const first = await this.firstOf(path);
    if (first === undefined || !listening.couldHave(first)) return;
    await until(() => this.lifeAtMs >= askedAtMs || this.context.isClosed, this.periodMs / 2);
    if (this.lifeAtMs >= askedAtMs || (await this.firstOf(path)) !== first) return;
    if (listening.couldHave(first)) throw new Error(`A message in '${path}' is not delivered.`);
  }

  /** The sequence number of the first message there that is neither deferred nor scheduled. */
  private async firstOf(path: string): Promise<number | undefined> {
    const first = await bounded(this.first(path), this.periodMs, `Looking at '${path}'`);
    return first?.state === 'active' ? first.sequenceNumber?.toNumber() : undefined;
  }

  /** False if the probe could not be sent; rejects if it was and does not arrive. */
  private async echo(probe: Probe): Promise<boolean> {
    const sentAtMs = this.nowMs();
    if (!(await this.sendProbe(probe))) return false;
    await until(() => this.lifeAtMs >= sentAtMs || this.context.isClosed, this.periodMs);
    if (this.lifeAtMs < sentAtMs) throw new Error('A message to this node did not arrive.');
    return true;
  }

  /** Whether the service took it; if not, it is the sending client that is suspect. */
  private async sendProbe({ path, to }: Probe): Promise<boolean> {
    const { context, periodMs } = this;
    try {
      const message = probeTo(to, context.options.identity);
      const live = await context.clients.get('send');
      await bounded(live.sender(path).sendMessages(message), periodMs, 'Sending a probe');
      this.good();
      return true;
    } catch (error) {
      const failure = context.failure(error);
      if (isConnectionFailure(failure)) this.bad(failure.text);
      return false;
    }
  }

  private rebuild(name: ClientName, reason: string): void {
    if (!this.context.isClosed) this.context.clients.rebuild(name, reason);
  }
}

const lookEveryMs = 10;

/** Fulfilled when the condition holds, or when the time is up. */
async function until(isTrue: () => boolean, ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (!isTrue() && performance.now() < end) {
    await new Promise((resolve) => {
      setTimeout(resolve, lookEveryMs);
    });
  }
}
