/** Looking at everything stored in a queue. Slow on purpose: the hot path keeps no such list. */
import type { BusCommand, Peeked } from '../../harness/bus/bus.ts';
import { reject } from './answer.ts';
import { find } from './find.ts';
import type { Copy, Core, Queue } from './state.ts';

type Peek<Body> = Extract<BusCommand<Body>, { kind: 'peek' }>;

/** Copies on their way or ready, by sequence number. */
export function waitingIn<Body>(core: Core<Body>, queue: Queue<Body>): readonly Copy<Body>[] {
  const found = core.transit.list().filter((copy) => copy.queue === queue);
  found.push(...queue.line.ready.list());
  for (const line of queue.sessions.values()) found.push(...line.ready.list());
  return found.filter((copy) => copy.state === 'waiting').sort(bySequence);
}

/** Peek-locked copies, the first to run out first. */
export function lockedIn<Body>(queue: Queue<Body>): readonly Copy<Body>[] {
  // Queues with the same lock duration share a list.
  const found = queue.line.held.list().filter((copy) => copy.queue === queue);
  for (const line of queue.sessions.values()) found.push(...line.held.list());
  return found;
}

export function copiesIn<Body>(core: Core<Body>, queue: Queue<Body>): readonly Copy<Body>[] {
  const all = [...waitingIn(core, queue), ...lockedIn(queue), ...queue.deferred.values()];
  return all.sort(bySequence);
}

/** Shows messages without taking them: active, locked, deferred and scheduled ones. */
export function peek<Body>(core: Core<Body>, command: Peek<Body>): void {
  const { token, path, fromSequenceNumber, count, sessionId } = command;
  const scheduledOnly = command.scheduledOnly === true;
  const queue = find(core, path);
  // Counting everything is no use of an entity, as looking at some messages is.
  if (queue !== undefined && count < Infinity) queue.intake.usedAt = core.clock;
  if (queue === undefined) {
    const text = `The messaging entity '${path}' could not be found.`;
    reject(core, token, 'MessagingEntityNotFound', text);
    return;
  }
  if (queue.kind === 'topic' && !scheduledOnly) {
    const text = `'${path}' is a topic; peek into ${path}/Subscriptions/name.`;
    reject(core, token, 'InvalidOperation', text);
    return;
  }
  const shown = scheduledOnly || queue.kind === 'topic' ? [] : copiesIn(core, queue).map(show);
  for (const { message, sequenceNumber } of queue.intake.scheduled.values()) {
    shown.push({ message, sequenceNumber, state: 'scheduled', deliveryCount: 0 });
  }
  const messages = shown
    .filter(({ sequenceNumber }) => sequenceNumber >= fromSequenceNumber)
    .filter(({ message }) => sessionId === undefined || message.sessionId === sessionId)
    .sort(bySequence)
    .slice(0, count);
  core.outbox.push({ kind: 'peeked', token, messages });
}

function show<Body>(copy: Copy<Body>): Peeked<Body> {
  const { message, sequenceNumber, deliveryCount, enqueuedAt, cause } = copy;
  const state = copy.state === 'locked' || copy.state === 'deferred' ? copy.state : 'active';
  const shown = { message, sequenceNumber, state, deliveryCount, enqueuedAt } as const;
  if (cause === undefined) return shown;
  const { reason, description } = cause;
  return { ...shown, deadLetterReason: reason, deadLetterDescription: description };
}

function bySequence(
  left: { readonly sequenceNumber: number },
  right: { readonly sequenceNumber: number },
): number {
  return left.sequenceNumber - right.sequenceNumber;
}
