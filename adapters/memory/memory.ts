/**
 * The mocked Service Bus: a deterministic, sans-IO model behind the port. A run is a pure function
 * of its options and commands; nothing here knows a clock, a socket or chance.
 */
import type { BusCommand, BusEvent, BusFault, FaultyBus, Micros } from '../../harness/bus/bus.ts';
import { peek } from './census.ts';
import { advance, finishTurn, nextAt } from './clock.ts';
import { deleteEntity } from './delete.ts';
import { createQueue, createSubscription, createTopic } from './entities.ts';
import { strike } from './faults.ts';
import type { MemoryOptions } from './options.ts';
import { cancelScheduled, publish } from './publish.ts';
import { closeReceiver, openReceiver, setCredit } from './receivers.ts';
import { createRule, deleteRule } from './rules.ts';
import { getSessionState, receiveDeferred, renewSessionLock, setSessionState } from './sessions.ts';
import { renewLock, settle } from './settle.ts';
import { type Core, newCore } from './state.ts';
import { updateEntity } from './update.ts';

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
    finishTurn(core);
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

  inject(fault: BusFault, now: Micros): void {
    const { core } = this;
    advance(core, now);
    strike(core, fault);
    finishTurn(core);
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
    case 'setCredit':
      return setCredit(core, command.receiver, command.credit);
    case 'closeReceiver':
      return closeReceiver(core, command.receiver);
    case 'receiveDeferred':
      return receiveDeferred(core, command);
    case 'peek':
      return peek(core, command);
    case 'renewSessionLock':
      return renewSessionLock(core, command.token, command.receiver);
    case 'setSessionState':
      return setSessionState(core, command);
    case 'getSessionState':
      return getSessionState(core, command.token, command.receiver);
    default:
      return administer(core, command);
  }
}

type Administration<Body> = Extract<
  BusCommand<Body>,
  { kind: `create${string}` | `update${string}` | `delete${string}` }
>;

function administer<Body>(core: Core<Body>, command: Administration<Body>): void {
  switch (command.kind) {
    case 'createQueue':
      return createQueue(core, command);
    case 'createTopic':
      return createTopic(core, command);
    case 'createSubscription':
      return createSubscription(core, command);
    case 'updateEntity':
      return updateEntity(core, command);
    case 'deleteEntity':
      return deleteEntity(core, command);
    case 'createRule':
      return createRule(core, command);
    case 'deleteRule':
      return deleteRule(core, command);
    default:
      return command satisfies never;
  }
}
