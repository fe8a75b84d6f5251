/**
 * Links on which clients receive from a queue, a subscription or a dead-letter queue, under
 * peek-lock or receive-and-delete, with or without a session. The model hands out within the credit
 * that it is given, and it is given no more than the peer and its socket take.
 */
import type { Settlement } from '../../harness/bus/bus.ts';
import type { Attach } from './amqp/performatives.ts';
import { type AmqpValue, type Described, numberOf } from './amqp/values.ts';
import { encode } from './amqp/write.ts';
import { entityOf } from './address.ts';
import { conditions, notFound, refusalOf } from './conditions.ts';
import type { SessionPort, Unsettled } from './contracts.ts';
import type { Accepted, Delivery, Sink } from './engine.ts';
import { holderKey, type Hub } from './hub.ts';
import { sourceOf, targetOf } from './link.ts';
import { writeDelivery } from './message-writing.ts';
import { OutgoingLink } from './outgoing-link.ts';
import { settlementOf } from './outcomes.ts';
import { listenRefusal, refused } from './refusals.ts';

const sessionFilter = 'com.microsoft:session-filter';
const timeoutProperty = 'com.microsoft:timeout';
const lockedUntilProperty = 'com.microsoft:locked-until-utc';
const sessionWaitMs = 60_000;
/** What the model may hand out before the event loop has turned. */
const atOnce = 100;

export class Outlet extends OutgoingLink implements Sink, Unsettled {
  private readonly path: string;
  private readonly hub: Hub;
  private readonly name: string;
  private readonly settles: boolean;
  private sessionId: string | undefined;
  private giveUp: NodeJS.Timeout | undefined;
  /** The model's locks by delivery id. */
  private readonly locks: Map<number, number> = new Map();
  /** Credit that the model has not used yet. */
  private granted = 0;
  private refreshing = false;

  constructor(session: SessionPort, attach: Attach, path: string) {
    super(session, attach);
    this.path = path;
    this.hub = session.connection.hub;
    this.name = this.hub.engine.receiverName();
    this.settles = attach.sendSettled !== 1;
  }

  protected override get entityPath(): string {
    return this.path;
  }

  start(): void {
    const { hub, path, session } = this;
    const effect = hub.faults.strike('attach', path);
    if (effect?.kind === 'ignore' || effect?.kind === 'noCredit') return;
    if (effect?.kind === 'disconnect') return session.connection.cut();
    if (effect?.kind === 'error') {
      return this.refuse(refused(effect.condition, effect.description));
    }
    const refusal = listenRefusal(session.connection, path);
    if (refusal !== undefined) return this.refuse(refusal);
    this.openReceiver(this.wantedSession());
  }

  private openReceiver(wanted: string | null | undefined): void {
    const { hub, name: receiver, path } = this;
    const mode = this.settles ? ('peekLock' as const) : ('receiveAndDelete' as const);
    const rest = { receiver, path, mode, prefetch: 2 ** 30, credit: 0 };
    hub.engine.sinks.set(receiver, this);
    if (wanted === null) this.waitForSession();
    const request = { kind: 'openReceiver', ...rest } as const;
    hub.engine.ask(wanted === undefined ? request : { ...request, sessionId: wanted }, (answer) => {
      clearTimeout(this.giveUp);
      if (this.isOver) return hub.engine.tell({ kind: 'closeReceiver', receiver });
      if (answer.kind === 'rejected') this.refuse(refusalOf(answer.code, answer.text));
      else if (answer.kind === 'accepted') this.opened(answer);
    });
  }

  /** A session's id, null for the next available one, undefined for none. */
  private wantedSession(): string | null | undefined {
    const filter = this.attach.source?.filter;
    if (filter?.has(sessionFilter) !== true) return undefined;
    const wanted = plain(filter.get(sessionFilter) ?? null);
    return typeof wanted === 'string' ? wanted : null;
  }

  private waitForSession(): void {
    const waitMs = numberOf(this.attach.properties.get(timeoutProperty)) ?? sessionWaitMs;
    this.giveUp = setTimeout(() => {
      this.hub.engine.tell({ kind: 'closeReceiver', receiver: this.name });
      const text = `No session of '${this.path}' became available within ${waitMs} ms.`;
      this.refuse(refused(conditions.timeout, text));
    }, waitMs);
  }

  private opened({ sessionId, lockedUntil }: Accepted): void {
    const { address } = this.attach.source ?? {};
    const target = targetOf(this.attach.target?.address);
    if (sessionId === undefined) {
      this.answer({ source: sourceOf(address), target });
    } else {
      this.sessionId = sessionId;
      this.hub.holders.set(holderKey(this.path, sessionId), this.name);
      const filter = encode.symbolic({ [sessionFilter]: encode.string(sessionId) });
      const ticks = BigInt(Math.floor((lockedUntil ?? 0) / 1000)) * 10_000n + ticksOf1970;
      const properties = encode.symbolic({ [lockedUntilProperty]: encode.long(ticks) });
      this.answer({ source: sourceOf(address, filter), target, properties });
    }
    this.creditChanged(false);
  }

  protected creditChanged(drain: boolean): void {
    this.refresh(drain);
    if (!drain || this.isOver) return;
    if (this.hub.faults.strike('drain', this.path) !== undefined) return;
    this.grant(0);
    this.giveBackCredit();
  }

  override roomAgain(): void {
    if (this.isOpen && !this.isOver && this.credit > this.granted) this.refresh(false);
  }

  /** Tells the model how much it may hand out now. */
  private refresh(drain: boolean): void {
    const room = Math.max(0, this.session.window);
    this.grant(Math.min(this.credit, room, drain ? Infinity : atOnce));
  }

  private grant(credit: number): void {
    if (credit === this.granted && credit === 0) return;
    this.granted = credit;
    this.hub.engine.tell({ kind: 'setCredit', receiver: this.name, credit });
  }

  delivered(delivery: Delivery): void {
    if (this.isOver) return;
    this.granted--;
    const effect = this.hub.faults.strike('deliver', this.path, delivery.message);
    if (effect?.kind === 'drop') {
      this.drop(delivery);
    } else if (effect?.kind === 'delay') {
      setTimeout(() => this.hand(delivery), effect.delayMs);
    } else {
      this.hand(delivery);
      if (effect?.kind === 'duplicate') this.hand(delivery);
    }
    if (this.granted <= 0 && this.credit > 0) this.refreshLater();
  }

  private hand(delivery: Delivery): void {
    if (this.isOver) return;
    const { lock } = delivery;
    const payload = writeDelivery(delivery, { path: this.path, state: 'active' });
    const { tokens } = this.hub;
    const tag = lock === 0 ? tokens.freeTag() : tokens.tagOf(lock);
    const deliveryId = this.sendMessage(payload, tag, !this.settles);
    if (!this.settles) return;
    this.locks.set(deliveryId, lock);
    if (!this.session.expectSettlement(deliveryId, this)) {
      const text = 'Too many deliveries are unsettled; settle them as they come.';
      this.detach(refused('amqp:resource-limit-exceeded', text));
    }
  }

  /** The message is lost on its way, and the credit is free for the next. */
  private drop({ lock }: Delivery): void {
    if (lock !== 0) {
      const settlement = { kind: 'complete' } as const;
      this.hub.engine.ask({ kind: 'settle', lock, settlement }, () => {});
    }
    this.refreshLater();
  }

  private refreshLater(): void {
    if (this.refreshing) return;
    this.refreshing = true;
    setImmediate(() => {
      this.refreshing = false;
      if (this.isOpen && !this.isOver) this.refresh(false);
    });
  }

  settled(deliveryId: number, state: Described | undefined, byPeer: boolean): void {
    const lock = this.locks.get(deliveryId);
    if (lock === undefined || (state === undefined && !byPeer)) return;
    this.locks.delete(deliveryId);
    // Settled without an outcome: the lock runs out by itself.
    if (state === undefined) return;
    const effect = this.hub.faults.strike('settle', this.path);
    if (effect?.kind === 'error') {
      const { condition, description } = effect;
      if (!byPeer) this.session.confirmSettlement(deliveryId, refused(condition, description));
      return;
    }
    const silent = byPeer || effect?.kind === 'noAck';
    const settlement: Settlement = settlementOf(state);
    this.hub.engine.ask({ kind: 'settle', lock, settlement }, (answer) => {
      if (silent) return;
      const refusal = answer.kind === 'rejected' ? refusalOf(answer.code, answer.text) : undefined;
      this.session.confirmSettlement(deliveryId, refusal);
    });
  }

  closed(reason: string): void {
    const exists = this.hub.catalog.find(entityOf(this.path)) !== undefined;
    if (!exists) this.detach(notFound(this.path));
    else this.detach(refused(conditions.detachForced, reason));
  }

  sessionLost(): void {
    const text = `The lock of the session '${this.sessionId}' has run out; accept it again.`;
    this.detach(refused(conditions.sessionLockLost, text));
  }

  /** Settlements may have crossed the detach; none comes after the peer's own. */
  protected override released(): void {
    this.session.forgetUnsettled(this);
    this.locks.clear();
  }

  protected ended(): void {
    const { hub, name: receiver, sessionId } = this;
    clearTimeout(this.giveUp);
    hub.engine.sinks.delete(receiver);
    if (sessionId !== undefined) {
      const key = holderKey(this.path, sessionId);
      if (hub.holders.get(key) === receiver) hub.holders.delete(key);
    }
    hub.engine.tell({ kind: 'closeReceiver', receiver });
  }
}

/** .NET counts in units of 100 ns from the year 1. */
const ticksOf1970 = 621_355_968_000_000_000n;

/** A filter's value, described or not. */
function plain(value: AmqpValue): AmqpValue {
  return typeof value === 'object' && value !== null && 'descriptor' in value ? value.value : value;
}
