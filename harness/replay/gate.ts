/**
 * The bus as the replayed world sees it: what leaves a server meets here the fate that the trace has
 * for it, and only then the live bus. Nothing ever comes out of this bus by itself: the schedule
 * hands out what has arrived.
 */
import type { BusCommand, BusEvent, FaultyBus, Micros } from '../bus/bus.ts';
import type { BusFactory, BusWish } from '../world/setup.ts';
import { drop, noteDelay, noteDuplicate } from '../world/transmit.ts';
import type { Envelope, World } from '../world/world.ts';
import type { Arrival } from './arrivals.ts';
import type { Fate, Plan } from './plan.ts';
import type { Relay } from './relay.ts';

type Publish = Extract<BusCommand<Envelope>, { readonly kind: 'publish' }>;

/** Held back until its time, as the trace says. */
interface Later {
  readonly at: Micros;
  readonly command: Publish;
}

export interface GateOptions {
  readonly plan: Plan;
  readonly relay: Relay;
  /** A wrong bus around the right one, when that is what is tested. */
  readonly around: (right: BusFactory) => BusFactory;
  /** How many microseconds after its original a copy is published, by the fault that made it. */
  readonly copiedAfterMicros: (fault: number) => Micros;
}

const nothing: readonly BusEvent<Envelope>[] = [];

/** A bus that does nothing but what `submit` says. */
function oneWay(submit: (command: BusCommand<Envelope>) => void): FaultyBus<Envelope> {
  return {
    submit: (command) => submit(command),
    poll: () => nothing,
    wakeAt: () => undefined,
    inject: () => undefined,
  };
}

export class Gate {
  /** Position in the trace of the record that is being enforced. */
  position = 0;
  private readonly options: GateOptions;
  private readonly later: Later[] = [];
  private world: World | undefined;
  private outlet: FaultyBus<Envelope>;

  constructor(options: GateOptions) {
    this.options = options;
    this.outlet = oneWay(() => undefined);
  }

  /** What the world is given for a bus. */
  factory(): BusFactory {
    return (wish: BusWish) => {
      const right: BusFactory = () => oneWay((command) => this.leave(command));
      this.outlet = this.options.around(right)(wish);
      return oneWay((command) => this.meet(command));
    };
  }

  /** The world whose bus this is. */
  attach(world: World): void {
    this.world = world;
  }

  private meet(command: BusCommand<Envelope>): void {
    if (command.kind !== 'publish') {
      if (command.kind === 'settle') this.outlet.submit(command, 0);
      return;
    }
    const { id } = command.message.body;
    let isHeld = false;
    for (const fate of this.options.plan.fatesOf(id)) isHeld = this.suffer(command, fate) || isHeld;
    if (!isHeld) this.go(command, this.now);
  }

  /** The schedule's moment, whatever the live clock says. */
  private get now(): Micros {
    return this.options.plan.timeOf(this.position);
  }

  /** To the bus, unless that refuses it at that moment. */
  private go(command: Publish, at: Micros): void {
    if (this.options.plan.isRefused(command.message.body.id, at)) return;
    this.outlet.submit(command, 0);
  }

  /** True when the message does not go to the bus now. */
  private suffer(command: Publish, fate: Fate): boolean {
    const { world, options } = this;
    if (world === undefined) return false;
    const { body: envelope } = command.message;
    switch (fate.kind) {
      case 'drop':
        drop(world, envelope, fate.fault, fate.reason);
        // Held back for no time at all, and then cut.
        if (options.plan.fatesOf(envelope.id)[0]?.kind === 'delay') this.takeHeld(envelope.id);
        return true;
      case 'delay':
        noteDelay(world, envelope, { fault: fate.fault, micros: fate.byMicros });
        this.later.push({ at: this.now + fate.byMicros, command });
        return true;
      case 'duplicate':
        noteDuplicate(world, envelope, fate.fault);
        this.later.push({ at: this.now + options.copiedAfterMicros(fate.fault), command });
        return false;
      default:
        return fate satisfies never;
    }
  }

  private leave(command: BusCommand<Envelope>): void {
    if (command.kind === 'publish') this.options.relay.publish(command.message);
    if (command.kind === 'settle') this.settled(command.lock);
  }

  /** Completed, unless the trace delivers it again: then it is given back. */
  private settled(lock: number): void {
    const { relay, plan } = this.options;
    const arrival = relay.arrivals.byLock(lock);
    if (arrival === undefined) return;
    if (this.returns(arrival, plan)) relay.giveBack(arrival);
    else relay.complete(arrival);
  }

  private returns({ to, envelope, deliveryCount }: Arrival, plan: Plan): boolean {
    const { id } = envelope;
    return plan.reaches(to, { id, deliveryCount: deliveryCount + 1, behind: this.position });
  }

  /** Publishes what was held back until now, in the order of its times. */
  release(now: Micros): void {
    for (;;) {
      let first = -1;
      this.later.forEach((held, i) => {
        const isFirst = held.at < (this.later[first]?.at ?? Infinity);
        if (held.at <= now && isFirst && !this.isCut(held)) first = i;
      });
      if (first < 0) return;
      for (const { command, at } of this.later.splice(first, 1)) this.go(command, at);
    }
  }

  private isCut({ command, at }: Later): boolean {
    return this.options.plan.isCut(command.message.body.id, at);
  }

  /** Publishes a copy that is held back still; false: there is none. */
  hurry(id: number): boolean {
    const [held] = this.takeHeld(id);
    if (held !== undefined) this.outlet.submit(held.command, 0);
    return held !== undefined;
  }

  /** The copy that is held back never leaves; returns it, or undefined: there is none. */
  cancel(id: number): Envelope | undefined {
    return this.takeHeld(id)[0]?.command.message.body;
  }

  private takeHeld(id: number): readonly Later[] {
    const at = this.later.findIndex(({ command }) => command.message.body.id === id);
    return at < 0 ? [] : this.later.splice(at, 1);
  }
}
