/** Accidents on demand. Each leaves the bus in a state that the real one could be in. */
import type { BusFault } from '../../harness/bus/bus.ts';
import { deposit } from './account.ts';
import { waitingIn, lockedIn } from './census.ts';
import { deadLetter } from './dead-letter.ts';
import { queuesAt } from './find.ts';
import { dropIfIdle, lineFor, makeReady } from './lines.ts';
import { disconnect } from './receivers.ts';
import { loseLock, loseSession } from './release.ts';
import type { Copy, Core, Queue } from './state.ts';

/** Throws a RangeError for a path where nothing is: a fault that cannot strike tests nothing. */
export function strike<Body>(core: Core<Body>, fault: BusFault): void {
  switch (fault.kind) {
    case 'throttle':
      core.throttledUntil = fault.untilMicros;
      return;
    case 'restart':
      return restart(core);
    case 'expireLocks':
      for (const queue of targets(core, fault)) loseLocks(core, queue);
      return;
    case 'redeliver':
      for (const queue of targets(core, fault)) redeliver(core, queue, fault.count);
      return;
    case 'slow':
      for (const queue of targets(core, fault)) {
        queue.slowUntil = fault.untilMicros;
        queue.slowExtra = fault.extraMicros;
      }
      return;
    case 'deadLetter':
      for (const queue of targets(core, fault)) buryWaiting(core, queue);
      return;
    default:
      return fault satisfies never;
  }
}

function targets<Body>(
  core: Core<Body>,
  { kind, path }: { readonly kind: string; readonly path: string },
): readonly Queue<Body>[] {
  const queues = queuesAt(core, path);
  if (queues.length > 0) return queues;
  throw new RangeError(`Fault ${kind}: no queue or subscription at '${path}'; create it first.`);
}

function loseLocks<Body>(core: Core<Body>, queue: Queue<Body>): void {
  for (const line of queue.sessions.values()) {
    if (line.receivers.length > 0) loseSession(core, line);
  }
  for (const copy of lockedIn(queue)) loseLock(core, copy);
}

function redeliver<Body>(core: Core<Body>, queue: Queue<Body>, count: number): void {
  const { recentMax } = core;
  const known = queue.recent.length;
  const wanted = Math.min(count, known);
  const again: Copy<Body>[] = [];
  for (let back = wanted; back > 0; back--) {
    const copy = queue.recent[(queue.recentNext - back + recentMax) % recentMax];
    if (copy !== undefined) again.push(copy);
  }
  for (const copy of again) {
    deposit(queue.intake.account, copy.message);
    makeReady(core, {
      ...copy,
      line: lineFor(queue, copy.message.sessionId),
      order: core.nextOrder++,
      state: 'waiting',
      deferred: false,
      receiver: undefined,
      lock: 0,
      lockedUntil: 0,
      previous: undefined,
      next: undefined,
    });
  }
}

function restart<Body>(core: Core<Body>): void {
  const reason = 'The bus restarted.';
  for (const receiver of core.receivers.values()) {
    if (receiver.line !== undefined && receiver.line.sessionId !== null) {
      loseSession(core, receiver.line);
    }
    disconnect(core, receiver, reason);
  }
  for (const leases of core.lockLeases) {
    for (const copy of leases.list()) loseLock(core, copy);
  }
}

function buryWaiting<Body>(core: Core<Body>, queue: Queue<Body>): void {
  if (queue.deadLetters === undefined) return;
  const waiting = waitingIn(core, queue);
  const text = 'A fault sent everything waiting to the dead-letter queue.';
  for (const copy of waiting) deadLetter(core, copy, 'InjectedFault', text);
  core.transit.prune((copy) => copy.state === 'waiting');
  queue.line.ready.prune((copy) => copy.state === 'waiting');
  for (const line of queue.sessions.values()) {
    line.ready.prune((copy) => copy.state === 'waiting');
    dropIfIdle(line);
  }
}
