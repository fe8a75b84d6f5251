/**
 * The real Service Bus behind the port: the SDK's callbacks fill a bounded inbox that `poll` empties,
 * and every command is answered by an event within a bound, come what may. Nothing is connected
 * before the first command, and the SDK is not even loaded.
 */
import type { Bus, BusCommand, BusEvent, Micros } from '../../harness/bus/bus.ts';
import { Administration } from './administration.ts';
import { Arrivals } from './arrivals.ts';
import { bounded } from './bounded.ts';
import { Browse } from './browse.ts';
import { Context } from './context.ts';
import { Refusal } from './errors.ts';
import { Locks } from './locks.ts';
import type { AzureBusOptions, Counts } from './options.ts';
import { Outbox } from './outbox.ts';
import { PlainReceiver } from './receiver.ts';
import { Screen } from './screen.ts';
import { SessionOf } from './session.ts';
import { type Listening, Watchdog } from './watchdog.ts';

export interface AzureBus<Body> extends Bus<Body> {
  readonly counts: Counts;
  /** Closes the connections, within a bound; commands on their way are not answered any more. */
  close(): Promise<void>;
}

/** Throws an Error with the remedy, and without the secret, if the account makes no sense. */
export function azureBus<Body>(options: AzureBusOptions<Body>): AzureBus<Body> {
  return new RealBus(options);
}

type Command<Kind extends BusCommand<unknown>['kind'], Body> = Extract<
  BusCommand<Body>,
  { kind: Kind }
>;

class RealBus<Body> implements AzureBus<Body> {
  readonly #context: Context<Body>;
  readonly #locks: Locks<Body>;
  readonly #arrivals: Arrivals<Body>;
  readonly #outbox: Outbox<Body>;
  readonly #browse: Browse<Body>;
  readonly #administration: Administration;
  readonly #watchdog: Watchdog;
  readonly #receivers: Map<string, PlainReceiver<Body> | SessionOf<Body>>;
  /** Known to have sessions, or not to be asked about any more. */
  readonly #withSessions: Set<string>;

  constructor(options: AzureBusOptions<Body>) {
    const context = new Context(options, (client, reason) => {
      context.counts.rebuilds++;
      context.notice({ kind: 'rebuilt', client, reason });
      if (client === 'receive') for (const one of this.#receivers.values()) one.rebuilt();
    });
    const nowMs = (): number => performance.now();
    this.#context = context;
    this.#receivers = new Map();
    this.#withSessions = new Set();
    this.#locks = new Locks(context);
    this.#arrivals = new Arrivals(context, this.#locks, new Screen());
    this.#browse = new Browse(context);
    const listening = (): readonly Listening[] => this.#listening();
    const first = (path: string): ReturnType<Browse<Body>['first']> => this.#browse.first(path);
    this.#watchdog = new Watchdog(context, { listening, first }, nowMs);
    this.#outbox = new Outbox(context, this.#watchdog, nowMs);
    this.#administration = new Administration(options.account, context.endpoint);
  }

  get counts(): Counts {
    return this.#context.counts;
  }

  submit(command: BusCommand<Body>, now: Micros): void {
    const { clock, isClosed } = this.#context;
    clock.see(now);
    if (isClosed) return;
    try {
      this.#obey(command, now);
    } catch (error) {
      if ('token' in command) this.#context.reject(command.token, error);
    }
  }

  poll(now: Micros): readonly BusEvent<Body>[] {
    this.#context.clock.see(now);
    return this.#context.inbox.take();
  }

  wakeAt(): undefined {
    return undefined;
  }

  async close(): Promise<void> {
    const context = this.#context;
    if (context.isClosed) return;
    context.isClosed = true;
    this.#watchdog.close();
    this.#outbox.close();
    for (const receiver of this.#receivers.values()) receiver.close();
    this.#receivers.clear();
    this.#locks.close();
    await bounded(context.clients.close(), context.times.closeMs, 'Closing').catch(() => undefined);
  }

  #obey(command: BusCommand<Body>, now: Micros): void {
    switch (command.kind) {
      case 'publish':
        return this.#publish(command, now);
      case 'openReceiver':
        return this.#open(command);
      case 'closeReceiver': {
        const receiver = this.#receivers.get(command.receiver);
        this.#receivers.delete(command.receiver);
        return receiver?.close();
      }
      case 'setCredit':
        return this.#receivers.get(command.receiver)?.setCredit(command.credit);
      case 'settle':
        return this.#answer(command, () => this.#locks.settle(command.lock, command.settlement));
      case 'renewLock':
        return this.#answer(command, async () => {
          return { lockedUntil: await this.#locks.renew(command.lock) };
        });
      case 'receiveDeferred':
        return this.#receiveDeferred(command);
      case 'cancelScheduled': {
        const { path, sequenceNumber } = command;
        return this.#answer(command, () => this.#browse.cancel(path, sequenceNumber));
      }
      case 'peek':
        return this.#peek(command);
      case 'renewSessionLock':
      case 'setSessionState':
      case 'getSessionState':
        return this.#inSession(command);
      default:
        return this.#answer(command, () => this.#administration.obey(command));
    }
  }

  #answer(
    { kind, token }: { readonly kind: string; readonly token: number },
    work: () => Promise<{ readonly lockedUntil?: Micros } | void>,
  ): void {
    this.#context.answer(token, `'${kind}'`, work);
  }

  #publish({ token, path, message }: Command<'publish', Body>, now: Micros): void {
    const { scheduledAt } = message;
    if (scheduledAt === undefined || scheduledAt <= now) {
      return this.#outbox.publish(token, path, message);
    }
    const encoded = this.#outbox.encode(message);
    const date = this.#context.clock.date(scheduledAt);
    this.#context.answer(token, `Scheduling in '${path}'`, async () => {
      return { sequenceNumber: await this.#browse.schedule(path, encoded, date) };
    });
  }

  #open(command: Command<'openReceiver', Body>): void {
    const { receiver: name } = command;
    if (this.#receivers.has(name)) {
      throw new Refusal('InvalidOperation', `There is a receiver '${name}' already.`);
    }
    if (command.sessionId !== undefined) return this.#openSession(command);
    const forget = (): void => {
      if (this.#receivers.get(name) === receiver) this.#receivers.delete(name);
    };
    const receiver = new PlainReceiver(command, this.#context, this.#arrivals, forget);
    this.#receivers.set(name, receiver);
    receiver.open();
  }

  #openSession(command: Command<'openReceiver', Body>): void {
    const { receiver: name, token } = command;
    const session = new SessionOf(command, this.#context, this.#arrivals, this.#locks);
    this.#receivers.set(name, session);
    session.open().then(
      (answer) => {
        this.#context.accept(token, answer);
        session.receive();
      },
      async (reason: unknown) => {
        if (this.#receivers.get(name) === session) this.#receivers.delete(name);
        session.close();
        this.#context.reject(token, await this.#whyNoSession(command.path, reason));
      },
    );
  }

  /**
   * The SDK says of every refusal that the session is locked by another, also where there are no
   * sessions, or nothing at all. The administration knows better, if it may be asked.
   */
  async #whyNoSession(path: string, reason: unknown): Promise<unknown> {
    const context = this.#context;
    if (context.failure(reason).code !== 'SessionCannotBeLocked') return reason;
    if (this.#withSessions.has(path)) return reason;
    const asking = this.#administration.requiresSession(path);
    try {
      const requires = await bounded(asking, context.times.attemptMs, 'Looking up an entity');
      if (!requires) {
        const text = `'${path}' has no sessions. Open the receiver without a session id.`;
        return new Refusal('InvalidOperation', text);
      }
    } catch (error) {
      if (context.failure(error).code === 'MessagingEntityNotFound') return error;
    }
    this.#withSessions.add(path);
    return reason;
  }

  #inSession(
    command: Command<'renewSessionLock' | 'setSessionState' | 'getSessionState', Body>,
  ): void {
    const { receiver: name, kind } = command;
    const session = this.#receivers.get(name);
    if (!(session instanceof SessionOf)) {
      const text = `Receiver '${name}' holds no session. Open it with a session id.`;
      throw new Refusal('SessionLockLost', text);
    }
    this.#context.answer(command.token, `'${kind}'`, async () => {
      switch (command.kind) {
        case 'renewSessionLock':
          return { lockedUntil: await session.renew() };
        case 'setSessionState':
          return session.setState(command.state);
        case 'getSessionState':
          return { sessionState: await session.getState() };
        default:
          return command satisfies never;
      }
    });
  }

  #receiveDeferred({
    token,
    receiver: name,
    sequenceNumber,
  }: Command<'receiveDeferred', Body>): void {
    const open = this.#receivers.get(name);
    if (open === undefined) {
      throw new Refusal('InvalidOperation', `There is no receiver '${name}'. Open it first.`);
    }
    const context = this.#context;
    const arrivals = this.#arrivals;
    const { path, mode } = open.opening;
    const work = async (): Promise<void> => {
      const origin = open.origin();
      const sdk =
        open instanceof SessionOf
          ? open.session()
          : (await context.clients.get('receive')).helper(path, mode);
      const accept = (): void => context.accept(token);
      await this.#browse.receiveDeferred(sdk, sequenceNumber, { arrivals, origin, accept });
    };
    bounded(work(), context.times.answerMs, 'Receiving a deferred message').catch(
      (reason: unknown) => context.reject(token, reason),
    );
  }

  #peek(command: Command<'peek', Body>): void {
    const { token, path } = command;
    const context = this.#context;
    bounded(this.#browse.peek(command), context.times.answerMs, `Peeking at '${path}'`).then(
      (messages) => context.inbox.push({ kind: 'peeked', token, messages }),
      (reason: unknown) => context.reject(token, reason),
    );
  }

  #listening(): readonly Listening[] {
    return [...this.#receivers.values()].map((receiver) => ({
      path: receiver.path,
      couldHave: (number) => receiver instanceof PlainReceiver && this.#could(receiver, number),
    }));
  }

  #could(receiver: PlainReceiver<Body>, sequenceNumber: number): boolean {
    const { opening, path, hasCredit } = receiver;
    if (!hasCredit) return false;
    if (opening.mode === 'receiveAndDelete') return this.#context.inbox.hasRoom;
    const held = this.#locks.heldBy(opening.receiver);
    return held < opening.prefetch && !this.#locks.holds(path, sequenceNumber);
  }
}
