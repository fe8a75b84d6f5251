/** From an accepted message to a copy in its line: when it arrives, and who it may overtake. */
import type { BusMessage, Micros } from '../../harness/bus/bus.ts';
import { deposit } from './account.ts';
import { deadLetter, reasons } from './dead-letter.ts';
import { offer } from './deliver.ts';
import { lineFor } from './lines.ts';
import type { Cause, Copy, Core, Queue } from './state.ts';

export function enqueue<Body>(
  core: Core<Body>,
  queue: Queue<Body>,
  message: BusMessage<Body>,
  hops: number,
  cause: Cause | undefined,
): void {
  const now = core.clock;
  const lifeMicros = Math.min(message.timeToLiveMicros ?? Infinity, queue.timeToLiveMicros);
  const copy: Copy<Body> = {
    message,
    queue,
    line: queue.line,
    sequenceNumber: queue.intake.nextSequence++,
    enqueuedAt: now,
    expiresAt: lifeMicros === Infinity ? -1 : now + Math.max(0, lifeMicros),
    order: 0,
    deliveryCount: 0,
    hops,
    state: 'waiting',
    deferred: false,
    receiver: undefined,
    lock: 0,
    lockedUntil: 0,
    previous: undefined,
    next: undefined,
    cause,
  };
  deposit(queue.intake.account, message);
  if (queue.limits.requiresSession && message.sessionId === undefined) {
    deadLetter(core, copy, reasons.session, 'The subscription requires sessions.');
    return;
  }
  core.transit.push(dueTime(core, queue, message), core.nextTicket++, copy);
}

/** A copy has come to the end of its way. */
export function arrive<Body>(core: Core<Body>, copy: Copy<Body>): void {
  if (copy.state !== 'waiting' || copy.queue.deleted) return;
  if (copy.queue.limits.requiresSession) {
    copy.line = lineFor(copy.queue, copy.message.sessionId);
  }
  copy.order = core.nextOrder++;
  offer(core, copy);
}

function dueTime<Body>(core: Core<Body>, queue: Queue<Body>, message: BusMessage<Body>): Micros {
  const { ordering, latencyMicros } = core.options;
  let due = core.clock + latencyMicros(message, queue.path);
  if (core.clock < queue.slowUntil) due += queue.slowExtra;
  // A negative or senseless latency is none.
  if (!(due >= core.clock)) due = core.clock;
  if (ordering === 'total') {
    if (due < core.lastDue) due = core.lastDue;
    core.lastDue = due;
    return due;
  }
  // An entity with sessions keeps their order under every profile: that is its promise.
  if (ordering === 'none' && !queue.limits.requiresSession) return due;
  if (message.sessionId !== undefined) {
    return queue.dueBySession.notBefore(message.sessionId, due, core.clock);
  }
  if (message.replyTo === undefined) return due;
  return queue.dueBySender.notBefore(message.replyTo, due, core.clock);
}
