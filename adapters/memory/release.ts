/** Ends of locks: settled, given back, or run out. */
import { withdraw } from './account.ts';
import { deadLetter, reasons } from './dead-letter.ts';
import { dropIfIdle, makeReady, mark } from './lines.ts';
import type { Copy, Core, Line } from './state.ts';

/** Takes the lock away; where the copy goes next is the caller's to say. */
export function unlock<Body>(core: Core<Body>, copy: Copy<Body>): void {
  const { line, receiver } = copy;
  core.locks.remove(copy);
  line.held.remove(copy);
  copy.receiver = undefined;
  if (receiver === undefined) return;
  receiver.held--;
  mark(core, line);
}

/** The copy leaves the bus for good. */
export function finish<Body>(copy: Copy<Body>): void {
  copy.state = 'gone';
  withdraw(copy.queue.intake.account, copy.message);
}

/** An unlocked copy goes back to its place, or to the dead letters after too many deliveries. */
export function giveBack<Body>(core: Core<Body>, copy: Copy<Body>, counts: boolean): void {
  const { queue } = copy;
  if (counts) copy.deliveryCount++;
  const { maxDeliveryCount } = queue.limits;
  if (counts && copy.deliveryCount >= maxDeliveryCount && queue.deadLetters !== undefined) {
    const text = `The message was delivered ${copy.deliveryCount} times, the maximum.`;
    deadLetter(core, copy, reasons.deliveries, text);
  } else if (copy.deferred) {
    putAside(copy);
  } else {
    copy.state = 'waiting';
    makeReady(core, copy);
  }
}

/** Only `receiveDeferred` will find the copy now. */
export function putAside<Body>(copy: Copy<Body>): void {
  // A fault delivered the message twice; put aside twice it is still one message.
  if (copy.queue.deferred.has(copy.sequenceNumber)) return finish(copy);
  copy.deferred = true;
  copy.state = 'deferred';
  copy.queue.deferred.set(copy.sequenceNumber, copy);
}

/** A peek-lock is lost, by time or by accident. */
export function loseLock<Body>(core: Core<Body>, copy: Copy<Body>): void {
  const { lock, message } = copy;
  const receiver = copy.receiver?.name ?? '';
  unlock(core, copy);
  core.outbox.push({ kind: 'lockLost', receiver, lock, message });
  giveBack(core, copy, true);
}

/** Frees a session. Its unsettled copies come back; closing does not count as a delivery. */
export function endSession<Body>(core: Core<Body>, line: Line<Body>, counts: boolean): void {
  line.queue.sessionLeases.remove(line);
  for (const receiver of line.receivers) receiver.line = undefined;
  line.receivers = [];
  for (const copy of line.held.list()) {
    unlock(core, copy);
    giveBack(core, copy, counts);
  }
  mark(core, line);
  dropIfIdle(line);
}

/** A session lock is lost, by time or by accident: its receiver is closed. */
export function loseSession<Body>(core: Core<Body>, line: Line<Body>): void {
  const receiver = line.receivers[0];
  if (receiver !== undefined) {
    core.receivers.delete(receiver.name);
    const sessionId = line.sessionId ?? '';
    core.outbox.push({ kind: 'sessionLockLost', receiver: receiver.name, sessionId });
  }
  endSession(core, line, true);
}
