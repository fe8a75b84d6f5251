/**
 * The mocked Service Bus: a deterministic, sans-IO model behind the port. A run is a pure function
 * of its options and commands; nothing here knows a clock, a socket or chance.
 */
import type { BusCommand, BusEvent, BusFault, FaultyBus, Micros } from '../../harness/bus/bus.ts';
import { advance, nextAt } from './clock.ts';
import { serveAll } from './deliver.ts';
import { createQueue, createSubscription, createTopic } from './entities.ts';
import type { MemoryOptions } from './options.ts';
import { cancelScheduled, publish } from './publish.ts';
import { closeReceiver, openReceiver } from './receivers.ts';
import { renewLock, settle } from './settle.ts';
import { type Core, newCore } from './state.ts';

export type { MemoryOptions } from './options.ts';

/** A bus without entities at time 0. */
export function memoryBus<Body>(options: MemoryOptions<Body>): FaultyBus<Body> {
  return new MemoryBus(options);
}

class MemoryBus<Body> implements FaultyBus<Body> {
  private readonly core: Core<Body>;

  constructor(options: MemoryOptions<Body>) {
    this.core = newCore(options);
  }

  submit(command: BusCommand<Body>, now: Micros): void {
    const { core } = this;
    advance(core, now);
    obey(core, command);
    if (core.workCount > 0) serveAll(core);
  }

  poll(now: Micros): readonly BusEvent<Body>[] {
    advance(this.core, now);
    return this.core.outbox.take();
  }

  wakeAt(): Micros | undefined {
    if (this.core.outbox.count > 0) return this.core.clock;
    const at = nextAt(this.core);
    return at === Infinity ? undefined : at;
  }

  inject(_fault: BusFault, now: Micros): void {
    advance(this.core, now);
  }
}

function obey<Body>(core: Core<Body>, command: BusCommand<Body>): void {
  switch (command.kind) {
    case 'publish':
      return publish(core, command);
    case 'settle':
      return settle(core, command);
    case 'renewLock':
      return renewLock(core, command.token, command.lock);
    case 'cancelScheduled':
      return cancelScheduled(core, command);
    case 'openReceiver':
      return openReceiver(core, command);
    case 'closeReceiver':
      return closeReceiver(core, command.receiver);
    case 'createQueue':
      return createQueue(core, command);
    case 'createTopic':
      return createTopic(core, command);
    case 'createSubscription':
      return createSubscription(core, command);
    default:
      return undefined;
  }
}
