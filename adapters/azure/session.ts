/**
 * A receiver of one session. The SDK never re-attaches it: whatever ends its link ends its lock on
 * the session, and somebody must open it again.
 */
import type { Micros } from '../../harness/bus/bus.ts';
import type { Arrivals, Origin } from './arrivals.ts';
import { bounded, ignored } from './bounded.ts';
import type { Context } from './context.ts';
import { Refusal } from './errors.ts';
import type { Locks } from './locks.ts';
import { placeOf } from './paths.ts';
import type { Pace } from './pace.ts';
import { type OpenReceiver, type Opening, paceOf } from './receiver.ts';
import type { IncomingMessage, ServiceBusClient, SessionReceiver } from './sdk.ts';

/** The service tells the end of a lock itself, mostly; this is for when it doesn't. */
const graceMs = 50;

export class SessionOf<Body> implements OpenReceiver {
  readonly opening: Opening;
  private readonly context: Context<Body>;
  private readonly arrivals: Arrivals<Body>;
  private readonly locks: Locks<Body>;
  private readonly pace: Pace | undefined;
  private sdk: SessionReceiver | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isClosed: boolean;
  private isLost: boolean;

  constructor(
    opening: Opening,
    context: Context<Body>,
    arrivals: Arrivals<Body>,
    locks: Locks<Body>,
  ) {
    this.opening = opening;
    this.context = context;
    this.arrivals = arrivals;
    this.locks = locks;
    this.pace = paceOf(opening);
    this.sdk = undefined;
    this.timer = undefined;
    this.isClosed = false;
    this.isLost = false;
  }

  get path(): string {
    return this.opening.path;
  }

  /** The end of the lock, the session and its state, for the answer. */
  async open(): Promise<{
    readonly sessionId: string;
    readonly sessionState: string | null;
    readonly lockedUntil: Micros;
  }> {
    const sdk = await this.acquire();
    if (this.isClosed) {
      ignored(sdk.close());
      throw new Refusal('SessionLockLost', 'The receiver was closed while it was opened.');
    }
    this.sdk = sdk;
    this.watch();
    const sessionState = await stateOf(sdk);
    const { sessionId } = sdk;
    return { sessionId, sessionState, lockedUntil: this.lockedUntil() };
  }

  /** To be called after the answer was given: deliveries follow it. */
  receive(): void {
    if (this.pace === undefined) this.subscribe(this.opening.prefetch);
    else void this.pace.attached().then(() => this.subscribe(1));
  }

  private subscribe(maxConcurrentCalls: number): void {
    const { sdk } = this;
    if (sdk === undefined || this.isClosed || this.isLost) return;
    sdk.subscribe(
      {
        processMessage: (message) => this.arrived(message),
        processError: ({ error }) => {
          this.failed(error);
          return Promise.resolve();
        },
      },
      { autoCompleteMessages: false, maxConcurrentCalls },
    );
  }

  setCredit(credit: number): void {
    this.pace?.set(credit);
  }

  async renew(): Promise<Micros> {
    await this.session().renewSessionLock();
    this.watch();
    return this.lockedUntil();
  }

  async setState(state: string | null): Promise<void> {
    await this.session().setSessionState(state);
  }

  async getState(): Promise<string | null> {
    return stateOf(this.session());
  }

  /** The SDK's receiver; throws if the session is no longer held. */
  session(): SessionReceiver {
    const { sdk } = this;
    if (sdk !== undefined && !this.isLost && !this.isClosed) return sdk;
    const text = `Receiver '${this.opening.receiver}' no longer holds its session. Open it again.`;
    throw new Refusal('SessionLockLost', text);
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    clearTimeout(this.timer);
    this.locks.endSession(this.opening.receiver, 'SessionLockLost');
    ignored(this.sdk?.close());
  }

  rebuilt(): void {
    this.lose();
  }

  origin(): Origin {
    const { receiver: name, path, mode } = this.opening;
    const settler = async (): Promise<SessionReceiver> => this.session();
    return { name, path, isLocking: mode === 'peekLock', isInSession: true, settler };
  }

  private arrived(message: IncomingMessage): Promise<void> {
    if (this.isClosed || this.isLost) return Promise.resolve();
    const done = this.arrivals.arrived(message, this.origin());
    return this.pace?.used(done) ?? done ?? Promise.resolve();
  }

  private async acquire(): Promise<SessionReceiver> {
    const { times } = this.context;
    const { sessionId } = this.opening;
    const { client } = await this.context.clients.get('receive');
    if (typeof sessionId === 'string') return accept(client, this.opening, sessionId);
    const end = Date.now() + times.sessionWaitMs;
    for (;;) {
      try {
        return await accept(client, this.opening, undefined);
      } catch (error) {
        const { code } = this.context.failure(error);
        if (code !== 'ServiceTimeout' || this.isClosed || Date.now() >= end) throw error;
      }
    }
  }

  private watch(): void {
    clearTimeout(this.timer);
    const until = this.sdk?.sessionLockedUntilUtc.getTime() ?? 0;
    this.timer = setTimeout(() => this.lose(), Math.max(0, until - Date.now()) + graceMs);
  }

  private lockedUntil(): Micros {
    const { sdk } = this;
    return sdk === undefined ? 0 : this.context.clock.micros(sdk.sessionLockedUntilUtc);
  }

  private failed(error: unknown): void {
    const { code, sdkCode, text } = this.context.failure(error);
    this.context.notice({ kind: 'error', path: this.path, code: sdkCode, text });
    if (code === 'SessionLockLost' || code === 'MessagingEntityNotFound') this.lose();
  }

  private lose(): void {
    const { sdk } = this;
    if (this.isLost || this.isClosed || sdk === undefined) return;
    this.isLost = true;
    clearTimeout(this.timer);
    this.locks.endSession(this.opening.receiver, 'SessionLockLost');
    const { receiver } = this.opening;
    this.context.inbox.push({ kind: 'sessionLockLost', receiver, sessionId: sdk.sessionId });
    ignored(bounded(sdk.close(), this.context.times.closeMs, 'Closing a session'));
  }
}

function accept(
  client: ServiceBusClient,
  { path, mode }: Opening,
  sessionId: string | undefined,
): Promise<SessionReceiver> {
  const { entity, subscription } = placeOf(path);
  const options = {
    receiveMode: mode,
    skipParsingBodyAsJson: true,
    maxAutoLockRenewalDurationInMs: 0,
  };
  if (subscription === undefined) {
    return sessionId === undefined
      ? client.acceptNextSession(entity, options)
      : client.acceptSession(entity, sessionId, options);
  }
  return sessionId === undefined
    ? client.acceptNextSession(entity, subscription, options)
    : client.acceptSession(entity, subscription, sessionId, options);
}

async function stateOf(sdk: SessionReceiver): Promise<string | null> {
  const state: unknown = await sdk.getSessionState();
  if (state === null || state === undefined) return null;
  return typeof state === 'string' ? state : JSON.stringify(state);
}
