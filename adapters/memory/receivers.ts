/** Opening and closing receivers, with or without a session. */
import type { BusCommand } from '../../harness/bus/bus.ts';
import { accept, reject } from './answer.ts';
import { grant } from './deliver.ts';
import { find } from './find.ts';
import { lineFor, mark } from './lines.ts';
import { endSession } from './release.ts';
import type { Core, Line, Queue, Receiver } from './state.ts';

type Open<Body> = Extract<BusCommand<Body>, { kind: 'openReceiver' }>;

export function openReceiver<Body>(core: Core<Body>, command: Open<Body>): void {
  const { token, path } = command;
  const entity = find(core, path);
  if (entity === undefined) {
    const text = `The messaging entity '${path}' could not be found; create it before receiving.`;
    reject(core, token, 'MessagingEntityNotFound', text);
    return;
  }
  if (entity.kind === 'topic') {
    const text = `'${path}' is a topic; receive from ${path}/Subscriptions/name.`;
    reject(core, token, 'InvalidOperation', text);
    return;
  }
  const wrong = wrongOpening(core, entity, command);
  if (wrong !== undefined) {
    reject(core, token, 'InvalidOperation', wrong);
    return;
  }
  const receiver = newReceiver(entity, command);
  if (command.sessionId === undefined) {
    core.receivers.set(receiver.name, receiver);
    receiver.line = entity.line;
    entity.line.receivers.push(receiver);
    mark(core, entity.line);
    accept(core, token);
  } else {
    openSession(core, entity, receiver, command.sessionId);
  }
}

function wrongOpening<Body>(
  core: Core<Body>,
  queue: Queue<Body>,
  { receiver, prefetch, sessionId }: Open<Body>,
): string | undefined {
  if (core.receivers.has(receiver)) {
    return `A receiver '${receiver}' is open already; close it or take another name.`;
  }
  if (queue.forwardTo !== undefined) {
    return `'${queue.path}' forwards to '${queue.forwardTo}'; receive from there.`;
  }
  if (!(prefetch >= 1)) return `A receiver's prefetch must be at least 1, not ${prefetch}.`;
  if (queue.limits.requiresSession && sessionId === undefined) {
    return `'${queue.path}' requires sessions; name one, or null for the next available.`;
  }
  if (!queue.limits.requiresSession && sessionId !== undefined) {
    return `'${queue.path}' has no sessions; open the receiver without a session id.`;
  }
  return undefined;
}

function newReceiver<Body>(queue: Queue<Body>, command: Open<Body>): Receiver<Body> {
  const destructive = command.mode === 'receiveAndDelete';
  return {
    name: command.receiver,
    token: command.token,
    queue,
    destructive,
    prefetch: destructive ? Infinity : command.prefetch,
    credit: command.credit ?? -1,
    held: 0,
    line: undefined,
    lockedUntil: 0,
    previous: undefined,
    next: undefined,
  };
}

function openSession<Body>(
  core: Core<Body>,
  queue: Queue<Body>,
  receiver: Receiver<Body>,
  sessionId: string | null,
): void {
  if (sessionId === null) {
    core.receivers.set(receiver.name, receiver);
    const line = nextAvailable(queue);
    if (line === undefined) {
      queue.acceptors.push(receiver);
      core.waits.append(receiver, core.clock + core.waits.durationMicros);
    } else {
      grant(core, line, receiver);
      mark(core, line);
    }
    return;
  }
  const line = lineFor(queue, sessionId);
  if (line.receivers.length > 0) {
    const text = `The session '${sessionId}' of '${queue.path}' is locked by another receiver.`;
    reject(core, receiver.token, 'SessionCannotBeLocked', text);
    return;
  }
  core.receivers.set(receiver.name, receiver);
  grant(core, line, receiver);
  mark(core, line);
}

/** Of the sessions without a holder, the one whose first message has waited longest. */
function nextAvailable<Body>(queue: Queue<Body>): Line<Body> | undefined {
  let best: Line<Body> | undefined;
  for (const line of queue.sessions.values()) {
    if (line.receivers.length > 0 || line.ready.size === 0) continue;
    if (best === undefined || line.ready.topKey() < best.ready.topKey()) best = line;
  }
  return best;
}

export function setCredit<Body>(core: Core<Body>, name: string, credit: number): void {
  const receiver = core.receivers.get(name);
  if (receiver === undefined) return;
  receiver.credit = credit;
  if (receiver.line !== undefined) mark(core, receiver.line);
}

/** Its peek-locks live on until they run out; a session is freed at once. */
export function closeReceiver<Body>(core: Core<Body>, name: string): void {
  const receiver = core.receivers.get(name);
  if (receiver !== undefined) detach(core, receiver);
}

/** Closed by the bus. One that still waits for a session is refused, as it was never open. */
export function disconnect<Body>(core: Core<Body>, receiver: Receiver<Body>, reason: string): void {
  const waited = core.receivers.get(receiver.name) === receiver && receiver.line === undefined;
  detach(core, receiver);
  if (waited) reject(core, receiver.token, 'ServiceTimeout', reason);
  else core.outbox.push({ kind: 'disconnected', receiver: receiver.name, reason });
}

function detach<Body>(core: Core<Body>, receiver: Receiver<Body>): void {
  if (core.receivers.get(receiver.name) !== receiver) return;
  core.receivers.delete(receiver.name);
  const { line, queue } = receiver;
  queue.intake.usedAt = core.clock;
  if (line === undefined) {
    core.waits.remove(receiver);
    queue.acceptors = queue.acceptors.filter((other) => other !== receiver);
  } else if (line.sessionId === null) {
    line.receivers = line.receivers.filter((other) => other !== receiver);
    receiver.line = undefined;
  } else {
    endSession(core, line, false);
  }
}

/** No session came in time. */
export function giveUpWaiting<Body>(core: Core<Body>, receiver: Receiver<Body>): void {
  detach(core, receiver);
  const text = `No session of '${receiver.queue.path}' became available in time.`;
  reject(core, receiver.token, 'ServiceTimeout', text);
}
