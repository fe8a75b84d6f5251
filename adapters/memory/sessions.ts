/** What the holder of a session may do with it, and reading deferred messages. */
import type { BusCommand } from '../../harness/bus/bus.ts';
import { accept, reject } from './answer.ts';
import { expire, isExpired } from './dead-letter.ts';
import { hand } from './deliver.ts';
import type { Core, Line } from './state.ts';

type SetState<Body> = Extract<BusCommand<Body>, { kind: 'setSessionState' }>;
type ReceiveDeferred<Body> = Extract<BusCommand<Body>, { kind: 'receiveDeferred' }>;

export function renewSessionLock<Body>(core: Core<Body>, token: number, name: string): void {
  const line = sessionOf(core, token, name);
  if (line === undefined) return;
  const { sessionLeases } = line.queue;
  sessionLeases.remove(line);
  sessionLeases.append(line, core.clock + sessionLeases.durationMicros);
  if (token === 0) return;
  core.outbox.push({ kind: 'accepted', token, lockedUntil: line.lockedUntil });
}

export function setSessionState<Body>(core: Core<Body>, command: SetState<Body>): void {
  const line = sessionOf(core, command.token, command.receiver);
  if (line === undefined) return;
  line.state = command.state;
  accept(core, command.token);
}

export function getSessionState<Body>(core: Core<Body>, token: number, name: string): void {
  const line = sessionOf(core, token, name);
  if (line === undefined || token === 0) return;
  const { sessionId, state, lockedUntil } = line;
  core.outbox.push({
    kind: 'accepted',
    token,
    sessionId: sessionId ?? '',
    sessionState: state,
    lockedUntil,
  });
}

function sessionOf<Body>(core: Core<Body>, token: number, name: string): Line<Body> | undefined {
  const receiver = core.receivers.get(name);
  if (receiver === undefined) {
    const text = `The receiver '${name}' holds no session; accept one first.`;
    reject(core, token, 'SessionLockLost', text);
    return undefined;
  }
  const { line, queue } = receiver;
  if (line === undefined || line.sessionId === null) {
    const what = queue.limits.requiresSession ? 'still waits for a session' : 'has no session';
    reject(core, token, 'InvalidOperation', `The receiver '${name}' ${what}.`);
    return undefined;
  }
  return line;
}

/** Delivers a message that was put aside; only this finds it. */
export function receiveDeferred<Body>(core: Core<Body>, command: ReceiveDeferred<Body>): void {
  const { token, sequenceNumber } = command;
  const receiver = core.receivers.get(command.receiver);
  if (receiver?.line === undefined) {
    const text = `The receiver '${command.receiver}' is not open.`;
    reject(core, token, 'InvalidOperation', text);
    return;
  }
  const { line, queue } = receiver;
  const copy = queue.deferred.get(sequenceNumber);
  const isMine = line.sessionId === null || copy?.message.sessionId === line.sessionId;
  if (copy !== undefined && isMine) {
    queue.deferred.delete(sequenceNumber);
    if (!isExpired(core, copy)) {
      accept(core, token);
      copy.line = line;
      hand(core, copy, receiver);
      return;
    }
    expire(core, copy);
  }
  const text = `'${queue.path}' has no deferred message with sequence number ${sequenceNumber}.`;
  reject(core, token, 'MessageNotFound', text);
}
