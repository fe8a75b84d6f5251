/** Ends that are no settlement: the dead-letter queue, and the time-to-live. */
import { withdraw } from './account.ts';
import { makeReady } from './lines.ts';
import type { Cause, Copy, Core, Queue } from './state.ts';

export const reasons = {
  deliveries: 'MaxDeliveryCountExceeded',
  expired: 'TTLExpiredException',
  session: 'Session id is null',
  hops: 'MaxTransferHopCountExceeded',
  transfer: 'TransferFailed',
} as const;

/** Moves a copy that is no longer locked; it keeps its number and its delivery count. */
export function deadLetter<Body>(
  core: Core<Body>,
  copy: Copy<Body>,
  reason: string,
  description: string,
): void {
  const target = copy.queue.deadLetters;
  if (target !== undefined) bury(core, copy, target, { reason, description });
}

/** Moves a copy into that dead-letter queue. */
export function bury<Body>(
  core: Core<Body>,
  copy: Copy<Body>,
  target: Queue<Body>,
  cause: Cause,
): void {
  copy.state = 'gone';
  const { message, sequenceNumber, deliveryCount } = copy;
  const { reason } = cause;
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
    hops: copy.hops,
    state: 'waiting',
    deferred: false,
    receiver: undefined,
    lock: 0,
    lockedUntil: 0,
    previous: undefined,
    next: undefined,
    cause,
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
