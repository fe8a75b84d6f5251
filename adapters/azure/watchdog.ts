/**
 * Notices that a client is dead although the SDK does not say so, and asks for a new one. Sending
 * shows it by failing. Receiving shows nothing, so it is asked: by a message to the own address if
 * there is one to be had, else by a look through the management node.
 */
import { bounded } from './bounded.ts';
import type { Context } from './context.ts';
import { isConnectionFailure } from './errors.ts';
import { probeTo } from './messages.ts';
import type { ClientName } from './options.ts';
import type { Health } from './outbox.ts';
import { Suspicion } from './suspicion.ts';

export interface Probe {
  /** Where to send a message that comes back to this node. */
  readonly path: string;
  readonly to: string;
}

export class Watchdog implements Health {
  private readonly context: Context<unknown>;
  private readonly probe: Probe | undefined;
  /** Where something is received from now, if anywhere. */
  private readonly receivingFrom: () => string | undefined;
  private readonly sending: Suspicion;
  private readonly receiving: Suspicion;
  private readonly nowMs: () => number;
  private readonly periodMs: number;
  private lifeAtMs: number;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    context: Context<unknown>,
    receivingFrom: () => string | undefined,
    nowMs: () => number,
  ) {
    const { watchdogMs } = context.times;
    this.context = context;
    this.probe = context.options.probe;
    this.receivingFrom = receivingFrom;
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
    const path = this.receivingFrom();
    const askedAtMs = this.nowMs();
    if (path === undefined || askedAtMs - this.lifeAtMs < this.periodMs) return;
    try {
      await this.ask(path);
    } catch (error) {
      const failure = this.context.failure(error);
      if (!isConnectionFailure(failure)) return this.alive();
      if (this.lifeAtMs < askedAtMs && this.receiving.bad()) this.rebuild('receive', failure.text);
    }
  }

  /** Rejects if the receiving client shows no life. */
  private async ask(path: string): Promise<void> {
    const { probe, context, periodMs } = this;
    if (probe === undefined) {
      const live = await context.clients.get('receive');
      await bounded(live.helper(path).peekMessages(1), periodMs, `Looking at '${path}'`);
      return this.alive();
    }
    const sentAtMs = this.nowMs();
    if (!(await this.sendProbe(probe))) return;
    await until(() => this.lifeAtMs >= sentAtMs || context.isClosed, periodMs);
    if (this.lifeAtMs < sentAtMs) throw new Error('A message to this node did not arrive.');
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
