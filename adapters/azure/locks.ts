/**
 * Peek-locked messages that wait to be settled. Each occupies a place of its receiver's prefetch
 * until it is settled, or until its lock has run out: then it is given back, which also frees its
 * slot in the SDK's window of 2,048 unsettled deliveries.
 */
import type { BusErrorCode, BusMessage, Micros, Settlement } from '../../harness/bus/bus.ts';
import { bounded, ignored } from './bounded.ts';
import type { Context } from './context.ts';
import { Refusal } from './errors.ts';
import type { IncomingMessage, Receiver } from './sdk.ts';
import { Turns } from './turns.ts';

export interface Holding<Body> {
  readonly receiver: string;
  readonly path: string;
  readonly message: BusMessage<Body>;
  readonly raw: IncomingMessage;
  /** The SDK's receiver through which it is settled now. */
  readonly settler: () => Promise<Receiver>;
  readonly isInSession: boolean;
}

interface Held<Body> extends Holding<Body> {
  readonly lock: number;
  readonly release: () => void;
  timer: NodeJS.Timeout | undefined;
  isBusy: boolean;
}

/** Locks remembered after their end, to say how they ended. */
const endedMax = 10_000;
/** The service's clock is the one that counts. */
const graceMs = 10;

export class Locks<Body> {
  private readonly context: Context<Body>;
  private readonly held: Map<number, Held<Body>>;
  private readonly ended: Map<number, BusErrorCode>;
  private readonly turns: Turns;
  private nextLock: number;

  constructor(context: Context<Body>) {
    this.context = context;
    this.held = new Map();
    this.ended = new Map();
    this.turns = new Turns();
    this.nextLock = 1;
  }

  /** `released` is fulfilled when the message no longer counts against the prefetch. */
  hold(holding: Holding<Body>): { readonly lock: number; readonly released: Promise<void> } {
    const lock = this.nextLock++;
    const { promise: released, resolve: release } = latch();
    const held: Held<Body> = { ...holding, lock, release, timer: undefined, isBusy: false };
    this.held.set(lock, held);
    this.watch(held);
    return { lock, released };
  }

  async settle(lock: number, settlement: Settlement): Promise<void> {
    const held = this.find(lock);
    held.isBusy = true;
    try {
      const settler = await held.settler();
      await this.turns.of(held.receiver, settlement.kind);
      await apply(settler, held.raw, settlement);
      this.end(held, 'MessageLockLost');
    } catch (error) {
      held.isBusy = false;
      const { code } = this.context.failure(error);
      if (code === 'MessageLockLost' || code === 'SessionLockLost') this.end(held, code);
      throw error;
    }
  }

  /** Until when it is locked now. */
  async renew(lock: number): Promise<Micros> {
    const held = this.find(lock);
    if (held.isInSession) {
      throw new Refusal('InvalidOperation', 'A message of a session is locked with its session.');
    }
    const settler = await held.settler();
    // Sets the message's lockedUntilUtc.
    const until = await settler.renewMessageLock(held.raw);
    if (this.held.has(lock)) this.watch(held);
    return this.context.clock.micros(until);
  }

  /** The session of that receiver is lost or given back, and all its messages with it. */
  endSession(receiver: string, code: BusErrorCode): void {
    for (const held of this.held.values()) {
      if (held.isInSession && held.receiver === receiver) this.end(held, code);
    }
  }

  /** How many messages that receiver holds. */
  heldBy(receiver: string): number {
    let count = 0;
    for (const held of this.held.values()) if (held.receiver === receiver) count++;
    return count;
  }

  holds(path: string, sequenceNumber: number): boolean {
    for (const held of this.held.values()) {
      if (held.path === path && held.raw.sequenceNumber?.toNumber() === sequenceNumber) return true;
    }
    return false;
  }

  close(): void {
    for (const held of this.held.values()) this.end(held, 'MessageLockLost');
  }

  private find(lock: number): Held<Body> {
    const held = this.held.get(lock);
    if (held !== undefined && !held.isBusy) return held;
    const code = this.ended.get(lock) ?? 'MessageLockLost';
    throw new Refusal(
      code,
      code === 'SessionLockLost'
        ? `The session of lock ${lock} is no longer held. Open a receiver for it again.`
        : `Lock ${lock} was settled or has run out. The message will be delivered again.`,
    );
  }

  private watch(held: Held<Body>): void {
    if (held.timer !== undefined) clearTimeout(held.timer);
    held.timer = undefined;
    const until = held.raw.lockedUntilUtc;
    // The lock of a session has its own watch.
    if (held.isInSession || until === undefined) return;
    const waitMs = Math.max(0, until.getTime() - Date.now()) + graceMs;
    held.timer = setTimeout(() => this.expire(held), waitMs);
  }

  private expire(held: Held<Body>): void {
    const { receiver, lock, message } = held;
    this.end(held, 'MessageLockLost');
    this.context.inbox.push({ kind: 'lockLost', receiver, lock, message });
    const giveBack = held.settler().then(async (settler) => {
      await this.turns.of(receiver, 'abandon');
      await settler.abandonMessage(held.raw);
    });
    ignored(bounded(giveBack, this.context.times.attemptMs, 'Giving back'));
  }

  private end(held: Held<Body>, code: BusErrorCode): void {
    if (held.timer !== undefined) clearTimeout(held.timer);
    this.held.delete(held.lock);
    this.ended.set(held.lock, code);
    if (this.ended.size > endedMax) {
      for (const oldest of this.ended.keys()) {
        this.ended.delete(oldest);
        break;
      }
    }
    held.release();
  }
}

function latch(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

function apply(settler: Receiver, raw: IncomingMessage, settlement: Settlement): Promise<void> {
  switch (settlement.kind) {
    case 'complete':
      return settler.completeMessage(raw);
    case 'abandon':
      return settler.abandonMessage(raw, { ...settlement.properties });
    case 'defer':
      return settler.deferMessage(raw, { ...settlement.properties });
    case 'deadLetter':
      return settler.deadLetterMessage(raw, {
        ...settlement.properties,
        deadLetterReason: settlement.reason,
        deadLetterErrorDescription: settlement.description,
      });
    default:
      return settlement satisfies never;
  }
}
