/** Settlement and renewal of peek-locks. */
import type { BusCommand, Properties } from '../../harness/bus/bus.ts';
import { accept, reject } from './answer.ts';
import { deadLetter } from './dead-letter.ts';
import { lockIsOfSession } from './locks.ts';
import { finish, giveBack, putAside, unlock } from './release.ts';
import type { Copy, Core } from './state.ts';

type Settle<Body> = Extract<BusCommand<Body>, { kind: 'settle' }>;

export function settle<Body>(core: Core<Body>, command: Settle<Body>): void {
  const { token, lock, settlement } = command;
  const copy = core.locks.get(lock);
  if (copy === undefined) {
    rejectLost(core, token, lock);
    return;
  }
  switch (settlement.kind) {
    case 'complete':
      unlock(core, copy);
      finish(copy);
      break;
    case 'abandon':
      unlock(core, copy);
      modify(copy, settlement.properties);
      giveBack(core, copy, true);
      break;
    case 'defer':
      unlock(core, copy);
      modify(copy, settlement.properties);
      copy.deliveryCount++;
      putAside(copy);
      break;
    case 'deadLetter':
      if (copy.queue.deadLetters === undefined) {
        const text = 'The message is in a dead-letter queue already; complete or abandon it.';
        reject(core, token, 'InvalidOperation', text);
        return;
      }
      unlock(core, copy);
      modify(copy, settlement.properties);
      deadLetter(core, copy, settlement.reason, settlement.description);
      break;
    default:
      return settlement satisfies never;
  }
  if (token > 0) accept(core, token);
}

/** Other copies of the message stay as they are. */
function modify<Body>(copy: Copy<Body>, set: Properties | undefined): void {
  if (set === undefined) return;
  const { message } = copy;
  copy.message = { ...message, properties: { ...message.properties, ...set } };
}

export function renewLock<Body>(core: Core<Body>, token: number, lock: number): void {
  const copy = core.locks.get(lock);
  if (copy === undefined) {
    rejectLost(core, token, lock);
    return;
  }
  const { held, sessionId } = copy.line;
  if (sessionId !== null) {
    const text = 'Messages of a session are locked with it; renew the session lock.';
    reject(core, token, 'InvalidOperation', text);
    return;
  }
  held.remove(copy);
  held.append(copy, core.clock + held.durationMicros);
  if (token === 0) return;
  core.outbox.push({ kind: 'accepted', token, lockedUntil: copy.lockedUntil });
}

function rejectLost<Body>(core: Core<Body>, token: number, lock: number): void {
  if (lockIsOfSession(lock)) {
    const text = `Lock ${lock} ended with its session's lock; accept the session again.`;
    reject(core, token, 'SessionLockLost', text);
  } else {
    const text = `Lock ${lock} is not held: it expired, or the message was settled already.`;
    reject(core, token, 'MessageLockLost', text);
  }
}
