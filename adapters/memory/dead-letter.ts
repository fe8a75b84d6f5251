/** Ends that are no settlement: the dead-letter queue, and the time-to-live. */
import { withdraw } from './account.ts';
import { makeReady } from './lines.ts';
import type { Copy, Core } from './state.ts';

export const reasons = {
  deliveries: 'MaxDeliveryCountExceeded',
  expired: 'TTLExpiredException',
  session: 'Session id is null',
} as const;

/** Moves a copy that is no longer locked; it keeps its number and its delivery count. */
export function deadLetter<Body>(
  core: Core<Body>,
  copy: Copy<Body>,
  reason: string,
  description: string,
): void {
  const target = copy.queue.deadLetters;
  if (target === undefined) return;
  copy.state = 'gone';
  const { message, sequenceNumber, deliveryCount } = copy;
  core.outbox.push({ kind: 'deadLettered', path: copy.queue.path, message, reason });
  makeReady(core, {
    message,
    queue: target,
    line: target.line,
    sequenceNumber,
    enqueuedAt: copy.enqueuedAt,
    expiresAt: -1,
    order: core.nextOrder++,
    deliveryCount,
    state: 'waiting',
    deferred: false,
    receiver: undefined,
    lock: 0,
    lockedUntil: 0,
    previous: undefined,
    next: undefined,
    cause: { reason, description },
  });
}

/** The copy's time is up. */
export function expire<Body>(core: Core<Body>, copy: Copy<Body>): void {
  const { queue, message } = copy;
  if (queue.limits.deadLetterOnExpiration && queue.deadLetters !== undefined) {
    deadLetter(core, copy, reasons.expired, 'The message expired and was dead lettered.');
    return;
  }
  copy.state = 'gone';
  withdraw(queue.intake.account, message);
  core.outbox.push({ kind: 'expired', path: queue.path, message });
}

export function isExpired<Body>(core: Core<Body>, copy: Copy<Body>): boolean {
  return copy.expiresAt >= 0 && copy.expiresAt <= core.clock;
}
