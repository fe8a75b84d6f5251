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

/** Something pending, and what the world needs to let it come about. All have one shape. */
export type Item = Pending & (Delivered | Planned | Ringing);

interface Delivered {
  readonly event: Delivery;
  readonly code: -1;
  readonly envelope: undefined;
  readonly slot: null;
}

interface Planned {
  readonly event: null;
  readonly code: number;
  readonly envelope: Envelope | undefined;
  readonly slot: null;
}

interface Ringing {
  readonly event: null;
  readonly code: -1;
  readonly envelope: undefined;
  readonly slot: Slot;
}

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

/** What events can overtake: the fsync is lost with its process, the client has its answer, … */
const mortalKinds: ReadonlySet<PendingKind> = new Set(['disk', 'told', 'retry', 'timeout']);

/**
 * A pool may hold hundreds, and is looked at before every choice: so what is due stays in one list
 * from which a choice is taken out, and only what can die is asked whether it lives.
 */
export class Pool implements Waiters {
  private readonly world: World;
  private readonly earlyPercent: number;
  private readonly fairAfter: number;
  private readonly isOrdered: boolean;
  private readonly slots: readonly Slot[];
  /** What is due, the oldest first; while choices are offered, what may ring early comes after. */
  private items: Item[] = [];
  /** How many of them are due. */
  private due = 0;
  /** Those of them that may die. */
  private readonly mortal: Item[] = [];
  /** What of it is allowed, and where it stands among the items, unless all is. */
  private readonly enabled: Item[] = [];
  private readonly places: number[] = [];
  private offered: readonly Item[] = [];
  private readonly early: Slot[] = [];
  /** Lanes of an ordering bus from which an older delivery waits. */
  private readonly lanes: Uint8Array;
  private readonly identities: Identities;

  constructor(world: World, schedule: Schedule) {
    this.world = world;
    this.earlyPercent = schedule.earlyPercent;
    this.fairAfter = schedule.fairAfter;
    this.isOrdered = world.scenario.bus.ordering !== 'none';
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
    const { from, of, message } = envelope;
    const actor = this.world.names.indexOf(event.receiver);
    // Handed over in the very moment when the server died.
    if (this.world.hosts[actor]?.up === false) {
      unheard(this.world, envelope, event.lock);
      return;
    }
    const { identities } = this;
    this.items.push({
      id: identities.nextId(),
      kind: 'delivery',
      actor,
      from,
      key: identities.keyOf('delivery', { actor, from, of }),
      parent: identities.writerOf(envelope.id),
      message,
      event,
      code: -1,
      envelope: undefined,
      slot: null,
    });
  }

  /** The moment of something planned has come. */
  comeDue(code: number, envelope: Envelope | undefined): void {
    const kind = kindByHappening.get(kindOf(code));
    if (kind === undefined) throw new Error(`nobody may choose code ${code}`);
    const who = whoOf(this.world, kind, { code, envelope });
    const isRoot = kind === 'operation' || kind === 'fault';
    const { identities } = this;
    const item: Item = {
      id: identities.nextId(),
      kind,
      actor: who.actor,
      from: who.from,
      key: identities.keyOf(kind, who),
      parent: isRoot ? -1 : identities.lastOf(who.actor),
      message: null,
      event: null,
      code,
      envelope,
      slot: null,
    };
    this.items.push(item);
    if (mortalKinds.has(kind)) this.mortal.push(item);
  }

  /** What had arrived is there for nobody any more. */
  forget(host: number): void {
    const isGone = (item: Item): boolean => item.event !== null && item.actor === host;
    const gone = this.items.filter(isGone);
    this.items = this.items.filter((item) => !isGone(item));
    for (const { event } of gone) {
      if (event !== null) unheard(this.world, event.message.body, event.lock);
    }
  }

  /** All that may come about now, as `Scheduler.pick` wants it; valid until one is taken. */
  choices(): readonly Item[] {
    this.early.length = 0;
    for (const slot of this.slots) this.look(slot);
    this.bury();
    if (this.early.length > 1) this.early.sort((a, b) => a.dueAt - b.dueAt);
    this.due = this.items.length;
    const list = this.isOrdered || this.somebodyStands() ? this.allowed() : this.items;
    for (const { item } of this.early) if (item !== null) list.push(item);
    this.offered = list;
    return list;
  }

  /** Of the choices offered last this one comes about now. */
  take(index: number): Item {
    const { offered, items, due } = this;
    const item = offered[index];
    if (item === undefined) throw new Error('the scheduler picked what is not there');
    while (items.length > due) items.pop();
    this.identities.choose(item, this.world.emitter.taken);
    remove(items, offered === items ? index : (this.places[index] ?? due));
    if (item.slot !== null) {
      item.slot.item = null;
      item.slot.isDue = false;
    }
    if (canDie(item)) remove(this.mortal, this.mortal.indexOf(item));
    return item;
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
    slot.item ??= this.ringing(slot);
    if (isDue) {
      this.items.push(slot.item);
      this.mortal.push(slot.item);
    } else if (!host.paused) this.early.push(slot);
  }

  private ringing(slot: Slot): Item {
    const { identities } = this;
    const { host, timer: kind } = slot;
    const { index: actor } = host;
    return {
      id: identities.nextId(),
      kind,
      actor,
      from: -1,
      key: identities.keyOf(kind, { actor, from: -1, of: 0 }),
      parent: identities.lastOf(actor),
      message: null,
      event: null,
      code: -1,
      envelope: undefined,
      slot,
    };
  }

  /** When the timer may ring at the earliest. */
  private ringsFrom({ armedAt, dueAt: at }: Slot): Micros {
    if (this.identities.chosen >= this.fairAfter) return at;
    return at - Math.floor(((at - armedAt) * this.earlyPercent) / 100);
  }

  /** What was overtaken by events is no choice any more. */
  private bury(): void {
    const { mortal, items } = this;
    let kept = 0;
    for (const item of mortal) {
      if (this.isAlive(item)) mortal[kept++] = item;
      else remove(items, items.indexOf(item));
    }
    while (mortal.length > kept) mortal.pop();
  }

  private isAlive({ slot, kind, actor, code }: Item): boolean {
    if (slot !== null) {
      const { armed, dueAt: at } = timerOf(slot.host, slot.timer);
      return armed && at <= this.world.now;
    }
    const { hosts, clients } = this.world;
    const client = clients[actor - hosts.length];
    switch (kind) {
      case 'disk': {
        const host = hosts[actor];
        return host !== undefined && host.disk.syncing > 0 && sameStamp(code, host.incarnation);
      }
      case 'told':
        return hosts[actor]?.telling.some(({ at }) => at <= this.world.now) === true;
      case 'retry':
        return client !== undefined && isAsking(client) && sameStamp(code, client.attempts);
      case 'timeout':
        return client !== undefined && isAsking(client) && sameStamp(code, client.serial);
      default:
        return true;
    }
  }

  private somebodyStands(): boolean {
    for (const { paused } of this.world.hosts) if (paused) return true;
    return false;
  }

  /** Of what is due, that which pauses and the order of the bus allow. */
  private allowed(): Item[] {
    const { enabled, places, items } = this;
    enabled.length = 0;
    places.length = 0;
    this.lanes.fill(0);
    for (let at = 0; at < items.length; at += 1) {
      const item = items[at];
      if (item === undefined || !this.mayStep(item)) continue;
      enabled.push(item);
      places.push(at);
    }
    return enabled;
  }

  private mayStep(item: Item): boolean {
    const { hosts, scenario, participants } = this.world;
    const stands = hosts[item.actor]?.paused === true;
    if (item.kind !== 'delivery') return !stands || item.kind === 'disk';
    if (this.isOrdered) {
      const lane = item.actor * participants + (scenario.bus.ordering === 'total' ? 0 : item.from);
      if (this.lanes[lane] === 1) return false;
      this.lanes[lane] = 1;
    }
    return !stands;
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
    return this.items.filter(({ slot }) => slot === null);
  }
}

const isAsking = ({ current }: Client): boolean => current !== null;
const canDie = ({ slot, kind }: Item): boolean => slot !== null || mortalKinds.has(kind);

/** As `splice` of one, without a list of what went and faster at this length. Outside is nobody. */
function remove(list: Item[], at: number): void {
  if (at < 0 || at >= list.length) return;
  for (let to = at; to + 1 < list.length; to += 1) {
    const next = list[to + 1];
    if (next !== undefined) list[to] = next;
  }
  list.pop();
}
