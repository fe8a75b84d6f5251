/**
 * Copies that go on: what arrives in a queue that forwards is published anew where it forwards to,
 * with another number. What can't go on lies in the transfer dead-letter queue (Azure's
 * documentation on autoforwarding).
 */
import { withdraw } from './account.ts';
import { bury, expire, isExpired, reasons } from './dead-letter.ts';
import { find } from './find.ts';
import { admit, hasRoom } from './publish.ts';
import type { Cause, Copy, Core, Entity } from './state.ts';

/** So many times a message may go on; it stops a circle too. */
const hopsMax = 4;

export function forwardAll<Body>(core: Core<Body>): void {
  const { forwards } = core;
  for (let i = 0; i < forwards.length; i++) {
    const copy = forwards[i];
    if (copy?.state === 'waiting' && !copy.queue.deleted) forward(core, copy);
  }
  forwards.length = 0;
}

function forward<Body>(core: Core<Body>, copy: Copy<Body>): void {
  const { queue, message, hops, cause } = copy;
  if (isExpired(core, copy)) return expire(core, copy);
  const target = find(core, queue.forwardTo ?? '');
  const obstacle = obstacleTo(core, copy, target);
  if (target === undefined || obstacle !== undefined) {
    const { transferDeadLetters } = queue;
    if (transferDeadLetters === undefined) return;
    const description = `'${queue.path}' could not forward the message.`;
    return bury(core, copy, transferDeadLetters, obstacle ?? { reason: '', description });
  }
  copy.state = 'gone';
  withdraw(queue.intake.account, message);
  const { window } = target.intake;
  target.intake.usedAt = core.clock;
  if (window.durationMicros > 0 && window.check(message.messageId, core.clock)) {
    core.outbox.push({ kind: 'deduplicated', path: target.path, message });
  } else {
    admit(core, target, message, hops + 1, cause);
  }
}

function obstacleTo<Body>(
  core: Core<Body>,
  { queue, message, hops }: Copy<Body>,
  target: Entity<Body> | undefined,
): Cause | undefined {
  const failed = (what: string): Cause => {
    return { reason: reasons.transfer, description: `'${queue.forwardTo}' ${what}.` };
  };
  if (hops >= hopsMax) {
    const description = `The message was forwarded ${hops} times, the maximum.`;
    return { reason: reasons.hops, description };
  }
  if (target === undefined) return failed('could not be found');
  if (!hasRoom(core, target.intake.account, message)) return failed('is full');
  const needsSession = target.kind === 'queue' && target.limits.requiresSession;
  return needsSession && message.sessionId === undefined ? failed('requires sessions') : undefined;
}
