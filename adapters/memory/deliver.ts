/** Handing out: round-robin among the receivers of a line, within their prefetch. */
import type { Delivered } from '../../harness/bus/bus.ts';
import { withdraw } from './account.ts';
import { expire, isExpired } from './dead-letter.ts';
import { makeReady } from './lines.ts';
import type { Copy, Core, Line, Receiver } from './state.ts';

/** Serves every marked line, and those marked meanwhile. */
export function serveAll<Body>(core: Core<Body>): void {
  for (let i = 0; i < core.workCount; i++) {
    const line = core.work[i];
    if (line === undefined) continue;
    line.marked = false;
    if (!line.queue.deleted) serve(core, line);
  }
  core.workCount = 0;
}

/** A copy that has just arrived goes straight to a receiver if none waits before it. */
export function offer<Body>(core: Core<Body>, copy: Copy<Body>): void {
  const { line } = copy;
  if (line.ready.size === 0 && !line.marked && !isExpired(core, copy)) {
    const receiver = nextReceiver(line);
    if (receiver !== undefined) return give(core, copy, receiver);
  }
  makeReady(core, copy);
}

function serve<Body>(core: Core<Body>, line: Line<Body>): void {
  while (line.ready.size > 0) {
    if (line.receivers.length === 0 && !grantToNext(core, line)) return;
    const receiver = nextReceiver(line);
    if (receiver === undefined) return;
    const copy = line.ready.pop();
    if (copy === undefined) return;
    if (isExpired(core, copy)) expire(core, copy);
    else give(core, copy, receiver);
  }
}

function nextReceiver<Body>(line: Line<Body>): Receiver<Body> | undefined {
  const { receivers } = line;
  const count = receivers.length;
  for (let i = 0; i < count; i++) {
    if (line.turn >= count) line.turn = 0;
    const receiver = receivers[line.turn++];
    if (receiver === undefined || receiver.credit === 0) continue;
    if (receiver.held < receiver.prefetch) return receiver;
  }
  return undefined;
}

function give<Body>(core: Core<Body>, copy: Copy<Body>, receiver: Receiver<Body>): void {
  if (receiver.credit > 0) receiver.credit--;
  hand(core, copy, receiver);
}

/** Gives the copy to the receiver, whether or not its prefetch and credit allow. */
export function hand<Body>(core: Core<Body>, copy: Copy<Body>, receiver: Receiver<Body>): void {
  const { queue, line } = copy;
  if (receiver.destructive) {
    copy.state = 'gone';
    withdraw(queue.intake.account, copy.message);
  } else {
    const ofSession = line.sessionId !== null;
    const { held } = line;
    copy.state = 'locked';
    copy.receiver = receiver;
    receiver.held++;
    core.locks.add(copy, ofSession);
    held.append(copy, ofSession ? line.lockedUntil : core.clock + held.durationMicros);
  }
  if (core.recentMax > 0) {
    queue.recent[queue.recentNext] = copy;
    queue.recentNext = (queue.recentNext + 1) % core.recentMax;
  }
  core.outbox.push(delivered(copy, receiver.name));
}

function delivered<Body>(copy: Copy<Body>, receiver: string): Delivered<Body> {
  const { message, lock, lockedUntil, deliveryCount, sequenceNumber, enqueuedAt } = copy;
  if (copy.cause === undefined) {
    return {
      kind: 'delivered',
      receiver,
      message,
      lock,
      lockedUntil,
      deliveryCount,
      sequenceNumber,
      enqueuedAt,
    };
  }
  return {
    kind: 'delivered',
    receiver,
    message,
    lock,
    lockedUntil,
    deliveryCount,
    sequenceNumber,
    enqueuedAt,
    deadLetterReason: copy.cause.reason,
    deadLetterDescription: copy.cause.description,
  };
}

/** Locks the session for the receiver and tells it so. */
export function grant<Body>(core: Core<Body>, line: Line<Body>, receiver: Receiver<Body>): void {
  const { sessionLeases } = line.queue;
  receiver.line = line;
  line.receivers = [receiver];
  sessionLeases.append(line, core.clock + sessionLeases.durationMicros);
  if (receiver.token === 0) return;
  core.outbox.push({
    kind: 'accepted',
    token: receiver.token,
    sessionId: line.sessionId ?? '',
    sessionState: line.state,
    lockedUntil: line.lockedUntil,
  });
}

function grantToNext<Body>(core: Core<Body>, line: Line<Body>): boolean {
  if (line.sessionId === null) return false;
  const receiver = line.queue.acceptors.shift();
  if (receiver === undefined) return false;
  core.waits.remove(receiver);
  grant(core, line, receiver);
  return true;
}
