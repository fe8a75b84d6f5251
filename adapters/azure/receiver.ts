/**
 * A receiver without a session. The SDK re-attaches it for ever; it ends only when it is closed, or
 * when the service says that there is nothing to receive from.
 */
import type { BusCommand } from '../../harness/bus/bus.ts';
import type { Arrivals, Origin } from './arrivals.ts';
import { ignored } from './bounded.ts';
import type { Context } from './context.ts';
import { Credits } from './credits.ts';
import { type Failure, Refusal } from './errors.ts';
import { Pace } from './pace.ts';
import type { Handlers, IncomingMessage, Receiver } from './sdk.ts';

export type Opening = Extract<BusCommand<never>, { kind: 'openReceiver' }>;

/** What can be done to an open receiver of either kind. */
export interface OpenReceiver {
  readonly path: string;
  readonly opening: Opening;
  /** Only of a receiver that was opened with some. */
  setCredit(credit: number): void;
  close(): void;
  /** The receiving client was replaced. */
  rebuilt(): void;
}

/** The SDK calls it whenever the link is attached; its types do not tell of it. */
interface AttachHandlers extends Handlers {
  postInitialize(): Promise<void>;
}

/** Waiting does not help against these; an expired token is renewed once the receiver is open. */
const hopelessAtFirst: ReadonlySet<string> = new Set([
  'MessagingEntityNotFound',
  'MessagingEntityDisabled',
  'UnauthorizedAccess',
]);

export function paceOf({ credit, prefetch }: Opening): Pace | undefined {
  return credit === undefined ? undefined : new Pace(credit, prefetch);
}

export class PlainReceiver<Body> implements OpenReceiver {
  readonly opening: Opening;
  private readonly context: Context<Body>;
  private readonly arrivals: Arrivals<Body>;
  private readonly onEnd: () => void;
  /** Undefined: the SDK may fetch as many as the prefetch allows. */
  private readonly pace: Pace | undefined;
  private readonly credits: Credits;
  private sdk: Receiver | undefined;
  private isOpen: boolean;
  private isClosed: boolean;
  private answerBy: NodeJS.Timeout | undefined;
  private lastFailure: Failure | undefined;

  constructor(
    opening: Opening,
    context: Context<Body>,
    arrivals: Arrivals<Body>,
    onEnd: () => void,
  ) {
    this.opening = opening;
    this.context = context;
    this.arrivals = arrivals;
    this.onEnd = onEnd;
    this.pace = paceOf(opening);
    this.credits = new Credits(opening.prefetch);
    this.sdk = undefined;
    this.isOpen = false;
    this.isClosed = false;
    this.answerBy = undefined;
    this.lastFailure = undefined;
  }

  get path(): string {
    return this.opening.path;
  }

  /** Answers the opening's token when the link is attached, or can't be. */
  open(): void {
    const { answerMs } = this.context.times;
    this.answerBy = setTimeout(() => {
      const text =
        this.lastFailure?.text ?? `Opening '${this.path}' took more than ${answerMs} ms.`;
      this.refuse(new Refusal(this.lastFailure?.code ?? 'ServiceTimeout', text));
    }, answerMs);
    this.attach();
  }

  close(): void {
    const text = `Receiver '${this.opening.receiver}' was closed before it was open.`;
    this.refuse(new Refusal('InvalidOperation', text));
    this.end();
  }

  setCredit(credit: number): void {
    this.pace?.set(credit);
  }

  /** Whether its credit lets a message come. */
  get hasCredit(): boolean {
    return this.pace?.isOpen ?? true;
  }

  private end(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    clearTimeout(this.answerBy);
    this.onEnd();
    this.credits.release();
    ignored(this.sdk?.close());
  }

  rebuilt(): void {
    this.attach();
  }

  private attach(): void {
    this.context.clients.get('receive').then(
      (live) => {
        if (this.isClosed) return;
        const receiver = live.receiver(this.path, this.opening.mode);
        this.sdk = receiver;
        const handlers: AttachHandlers = {
          processMessage: (message) => this.arrived(receiver, message),
          processError: ({ error }) => {
            if (this.sdk === receiver) this.failed(error);
            return Promise.resolve();
          },
          postInitialize: async () => {
            this.attached();
            await this.pace?.attached();
          },
        };
        receiver.subscribe(handlers, {
          autoCompleteMessages: false,
          maxConcurrentCalls: this.pace === undefined ? this.opening.prefetch : 1,
        });
      },
      (reason: unknown) => {
        if (this.isOpen && !this.isClosed) this.disconnect(this.context.failure(reason).text);
        else this.refuse(reason);
      },
    );
  }

  private attached(): void {
    this.context.onLife();
    if (this.isOpen || this.isClosed) return;
    this.isOpen = true;
    clearTimeout(this.answerBy);
    this.context.accept(this.opening.token);
  }

  private arrived(receiver: Receiver, message: IncomingMessage): Promise<void> {
    const origin = this.origin();
    if (!this.isClosed) {
      const done = this.arrivals.arrived(message, origin);
      if (this.pace !== undefined) return this.pace.used(done);
      if (origin.isLocking) return done ?? Promise.resolve();
      return done === undefined ? this.credits.taken() : done.then(() => this.credits.taken());
    }
    // It was on its way when the receiver was closed.
    if (origin.isLocking) ignored(receiver.abandonMessage(message));
    return Promise.resolve();
  }

  origin(): Origin {
    const { receiver: name, path, mode } = this.opening;
    return {
      name,
      path,
      isLocking: mode === 'peekLock',
      isInSession: false,
      settler: () => this.settler(),
    };
  }

  private async settler(): Promise<Receiver> {
    const { sdk } = this;
    const live = await this.context.clients.get('receive');
    return sdk === undefined || this.isClosed ? live.helper(this.path) : sdk;
  }

  private failed(error: unknown): void {
    if (this.isClosed) return;
    const failure = this.context.failure(error);
    this.lastFailure = failure;
    const { sdkCode, text } = failure;
    this.context.notice({ kind: 'error', path: this.path, code: sdkCode, text });
    const isNotAllowed = failure.code === 'InvalidOperation' && sdkCode === 'GeneralError';
    if (!this.isOpen) {
      if (!isNotAllowed && !hopelessAtFirst.has(sdkCode)) return;
      this.refuse(new Refusal(failure.code, text));
    } else if (isNotAllowed || sdkCode === 'MessagingEntityNotFound') {
      this.disconnect(text);
    }
  }

  private disconnect(reason: string): void {
    this.end();
    const { receiver } = this.opening;
    this.context.inbox.push({ kind: 'disconnected', receiver, reason });
  }

  private refuse(reason: unknown): void {
    if (this.isClosed || this.isOpen) return;
    this.end();
    this.context.reject(this.opening.token, reason);
  }
}
