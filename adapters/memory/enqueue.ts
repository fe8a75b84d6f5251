/** From an accepted message to a copy in its line: when it arrives, and who it may overtake. */
import type { BusMessage, Micros } from '../../harness/bus/bus.ts';
import { deadLetter, reasons } from './dead-letter.ts';
import { lineFor, makeReady } from './lines.ts';
import type { Copy, Core, Queue } from './state.ts';

/** Beyond so many remembered due times the past ones are forgotten. */
const dueTimesKept = 1024;

export function enqueue<Body>(
  core: Core<Body>,
  queue: Queue<Body>,
  message: BusMessage<Body>,
): void {
  const now = core.clock;
  const lifeMicros = Math.min(message.timeToLiveMicros ?? Infinity, queue.timeToLiveMicros);
  const copy: Copy<Body> = {
    message,
    queue,
    line: queue.line,
    sequenceNumber: queue.intake.nextSequence++,
    enqueuedAt: now,
    expiresAt: lifeMicros === Infinity ? 0 : now + lifeMicros,
    order: 0,
    deliveryCount: 0,
    state: 'waiting',
    deferred: false,
    receiver: undefined,
    lock: 0,
    lockedUntil: 0,
    previous: undefined,
    next: undefined,
    deadLetterReason: undefined,
    deadLetterDescription: undefined,
  };
  queue.intake.account.stored++;
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
  makeReady(core, copy);
}

function dueTime<Body>(core: Core<Body>, queue: Queue<Body>, message: BusMessage<Body>): Micros {
  const { ordering, latencyMicros } = core.options;
  let due = core.clock + latencyMicros(message, queue.path);
  if (core.clock < queue.slowUntil) due += queue.slowExtra;
  if (ordering === 'total') {
    if (due < core.lastDue) due = core.lastDue;
    core.lastDue = due;
    return due;
  }
  // An entity with sessions keeps their order under every profile: that is its promise.
  if (ordering === 'none' && !queue.limits.requiresSession) return due;
  if (message.sessionId !== undefined) {
    return notBefore(core, queue.dueBySession, message.sessionId, due);
  }
  if (message.replyTo === undefined) return due;
  return notBefore(core, queue.dueBySender, message.replyTo, due);
}

function notBefore<Body>(
  core: Core<Body>,
  last: Map<string, Micros>,
  key: string,
  due: Micros,
): Micros {
  const before = last.get(key);
  if (before !== undefined && before >= due) return before;
  if (before === undefined && last.size >= dueTimesKept) forgetPast(last, core.clock);
  last.set(key, due);
  return due;
}

function forgetPast(last: Map<string, Micros>, now: Micros): void {
  for (const [key, due] of last) if (due <= now) last.delete(key);
}
