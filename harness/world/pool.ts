/**
 * What is pending while a scheduler decides: deliveries, ends of fsyncs, clients' moments and
 * faults in the order in which they became due, and timers, which may be allowed to ring early.
 * A server that stands still takes no step, and a bus that keeps an order keeps it here.
 */
import type { BusEvent, Micros } from '../bus/bus.ts';
import type { Timer } from '../raft/step.ts';
import { Identities, whoOf } from './identities.ts';
import type { Schedule } from './scenario.ts';
import type { Pending, PendingKind } from './scheduler.ts';
import { timerOf } from './timers.ts';
import { unheard } from './transmit.ts';
import type { Client, Envelope, Host, Waiters, World } from './world.ts';
import { happening, kindOf, sameStamp } from './world.ts';

export type Delivery = Extract<BusEvent<Envelope>, { readonly kind: 'delivered' }>;

/** Something pending, and what the world needs to let it come about. */
export type Item = Pending &
  (
    | { readonly event: Delivery }
    | { readonly code: number; readonly envelope: Envelope | undefined }
    | { readonly host: Host; readonly timer: Timer }
  );

/** A server's timer: its present event, and whether that is among the due. */
interface Slot {
  readonly host: Host;
  readonly timer: Timer;
  item: Item | null;
  isDue: boolean;
  /** When it was armed for the time that it has now. */
  armedAt: Micros;
  dueAt: Micros;
}

/** Leases are off while a scheduler decides. */
const timers = ['heartbeat', 'election'] as const;

const kindByHappening = new Map<number, PendingKind>([
  [happening.disk, 'disk'],
  [happening.told, 'told'],
  [happening.operation, 'operation'],
  [happening.retry, 'retry'],
  [happening.timeout, 'timeout'],
  [happening.publish, 'publish'],
  [happening.reopen, 'reopen'],
  [happening.faultStart, 'fault'],
  [happening.faultEnd, 'relief'],
]);

export class Pool implements Waiters {
  private readonly world: World;
  private readonly earlyPercent: number;
  private readonly fairAfter: number;
  private readonly slots: readonly Slot[];
  private items: Item[] = [];
  private readonly enabled: Item[] = [];
  private readonly early: Slot[] = [];
  /** Lanes of an ordering bus from which an older delivery waits. */
  private readonly lanes: Uint8Array;
  private readonly identities: Identities;

  constructor(world: World, schedule: Schedule) {
    this.world = world;
    this.earlyPercent = schedule.earlyPercent;
    this.fairAfter = schedule.fairAfter;
    this.slots = world.hosts.flatMap((host) =>
      timers.map((timer): Slot => ({
        host,
        timer,
        item: null,
        isDue: false,
        armedAt: 0,
        dueAt: 0,
      })),
    );
    this.lanes = new Uint8Array(world.participants * world.participants);
    this.identities = new Identities(world.participants);
  }

  /** A message has arrived. */
  arrive(event: Delivery): void {
    const { body: envelope } = event.message;
    const { from, of } = envelope;
    const actor = this.world.names.indexOf(event.receiver);
    // Handed over in the very moment when the server died.
    if (this.world.hosts[actor]?.up === false) {
      unheard(this.world, event.message.body, event.lock);
      return;
    }
    const parent = this.identities.writerOf(envelope.id);
    const { message } = envelope;
    this.items.push({
      ...this.identities.made('delivery', { actor, from, of }, parent),
      message,
      event,
    });
  }

  /** The moment of something planned has come. */
  comeDue(code: number, envelope: Envelope | undefined): void {
    const kind = kindByHappening.get(kindOf(code));
    if (kind === undefined) throw new Error(`nobody may choose code ${code}`);
    const who = whoOf(this.world, kind, { code, envelope });
    const isRoot = kind === 'operation' || kind === 'fault';
    const parent = isRoot ? -1 : this.identities.lastOf(who.actor);
    this.items.push({ ...this.identities.made(kind, who, parent), code, envelope });
  }

  /** What had arrived is there for nobody any more. */
  forget(host: number): void {
    const isGone = (item: Item): boolean => 'event' in item && item.actor === host;
    const gone = this.items.filter(isGone);
    this.items = this.items.filter((item) => !isGone(item));
    for (const item of gone) {
      if ('event' in item) unheard(this.world, item.event.message.body, item.event.lock);
    }
  }

  /** All that may come about now, as `Scheduler.pick` wants it; valid until the next call. */
  choices(): readonly Item[] {
    const { enabled, items, early } = this;
    enabled.length = 0;
    early.length = 0;
    this.lanes.fill(0);
    for (const slot of this.slots) this.look(slot);
    let kept = 0;
    for (const item of items) {
      if (!this.isAlive(item)) continue;
      items[kept++] = item;
      if (this.mayStep(item)) enabled.push(item);
    }
    items.length = kept;
    early.sort((a, b) => a.dueAt - b.dueAt);
    for (const { item } of early) if (item !== null) enabled.push(item);
    return enabled;
  }

  /** Puts the timer among what is due, or among what may ring early. */
  private look(slot: Slot): void {
    const { host, timer } = slot;
    const { now } = this.world;
    const state = timerOf(host, timer);
    if (!state.armed) {
      slot.isDue = false;
      return;
    }
    if (slot.dueAt !== state.dueAt) {
      slot.armedAt = now;
      slot.dueAt = state.dueAt;
    }
    const isDue = state.dueAt <= now;
    if (isDue && slot.isDue) return;
    slot.isDue = isDue;
    if (!isDue && this.ringsFrom(slot) > now) return;
    slot.item ??= {
      ...this.identities.made(
        timer,
        { actor: host.index, from: -1, of: 0 },
        this.identities.lastOf(host.index),
      ),
      host,
      timer,
    };
    if (isDue) this.items.push(slot.item);
    else if (!host.paused) this.early.push(slot);
  }

  /** When the timer may ring at the earliest. */
  private ringsFrom({ armedAt, dueAt: at }: Slot): Micros {
    if (this.identities.chosen >= this.fairAfter) return at;
    return at - Math.floor(((at - armedAt) * this.earlyPercent) / 100);
  }

  /** Not overtaken by events: the fsync was lost with its process, the client has its answer, … */
  private isAlive(item: Item): boolean {
    if ('host' in item) {
      const { armed, dueAt: at } = timerOf(item.host, item.timer);
      return armed && at <= this.world.now;
    }
    if (!('code' in item)) return true;
    const { hosts, clients } = this.world;
    const client = clients[item.actor - hosts.length];
    switch (item.kind) {
      case 'disk': {
        const host = hosts[item.actor];
        return (
          host !== undefined && host.disk.syncing > 0 && sameStamp(item.code, host.incarnation)
        );
      }
      case 'told':
        return hosts[item.actor]?.telling.some(({ at }) => at <= this.world.now) === true;
      case 'retry':
        return client !== undefined && isAsking(client) && sameStamp(item.code, client.attempts);
      case 'timeout':
        return client !== undefined && isAsking(client) && sameStamp(item.code, client.serial);
      default:
        return true;
    }
  }

  private mayStep(item: Item): boolean {
    const { hosts, scenario, participants } = this.world;
    const stands = hosts[item.actor]?.paused === true;
    if (item.kind !== 'delivery') return !stands || item.kind === 'disk';
    const { ordering } = scenario.bus;
    if (ordering !== 'none') {
      const lane = item.actor * participants + (ordering === 'total' ? 0 : item.from);
      if (this.lanes[lane] === 1) return false;
      this.lanes[lane] = 1;
    }
    return !stands;
  }

  /** It is chosen, and comes about now. */
  take(item: Item): void {
    this.identities.choose(item, this.world.emitter.taken);
    if ('host' in item) {
      for (const slot of this.slots) {
        if (slot.item !== item) continue;
        slot.item = null;
        slot.isDue = false;
      }
    }
    const at = this.items.indexOf(item);
    if (at >= 0) this.items.splice(at, 1);
  }

  /** When a timer may ring at the earliest; Infinity: none is armed. */
  nextRing(): number {
    let first = Infinity;
    for (const slot of this.slots) {
      const { host, timer } = slot;
      const isArmed = timerOf(host, timer).armed && !host.paused;
      if (isArmed) first = Math.min(first, this.ringsFrom(slot));
    }
    return first;
  }

  /** All that is pending but for timers, the oldest first: time takes it over. */
  leave(): readonly Item[] {
    return this.items.filter((item) => !('host' in item));
  }
}

const isAsking = ({ current }: Client): boolean => current !== null;
