/** Sending: limits, duplicate detection, scheduling, and the fan-out of a topic. */
import type { BusCommand, BusMessage, Micros } from '../../harness/bus/bus.ts';
import { type Account, deposit, withdraw } from './account.ts';
import { accept, reject } from './answer.ts';
import { enqueue } from './enqueue.ts';
import { find } from './find.ts';
import { routesOf, wants } from './routes.ts';
import type { Cause, Core, Entity, Scheduled } from './state.ts';

type Publish<Body> = Extract<BusCommand<Body>, { kind: 'publish' }>;
type Cancel<Body> = Extract<BusCommand<Body>, { kind: 'cancelScheduled' }>;

/** So many cancelled messages in the heap are not worth a clean-up. */
const cancelledKept = 64;
const messageIdLengthMax = 128;

export function publish<Body>(core: Core<Body>, command: Publish<Body>): void {
  const { token, path, message } = command;
  const entity = find(core, path);
  if (entity === undefined || !isOpen(core, entity, command)) {
    refuse(core, entity, command);
    return;
  }
  const { intake } = entity;
  intake.usedAt = core.clock;
  if (intake.window.durationMicros > 0 && intake.window.check(message.messageId, core.clock)) {
    accept(core, token);
    core.outbox.push({ kind: 'deduplicated', path: entity.path, message });
  } else if (message.scheduledAt !== undefined && message.scheduledAt > core.clock) {
    schedule(core, entity, message, message.scheduledAt, token);
  } else {
    if (token > 0) accept(core, token);
    admit(core, entity, message);
  }
}

/** The message enters the queue, or the subscriptions that want it. */
export function admit<Body>(
  core: Core<Body>,
  entity: Entity<Body>,
  message: BusMessage<Body>,
  hops: number = 0,
  cause?: Cause,
): void {
  if (entity.kind === 'queue') {
    enqueue(core, entity, message, hops, cause);
    return;
  }
  const routes = routesOf(entity, message);
  for (let i = 0; i < routes.length; i++) {
    const route = routes[i];
    if (route === undefined || !wants(route, message)) continue;
    const { queue, action } = route;
    enqueue(core, queue, action === undefined ? message : action.apply(message), hops, cause);
  }
}

function isOpen<Body>(core: Core<Body>, entity: Entity<Body>, command: Publish<Body>): boolean {
  const { message } = command;
  if (entity.kind === 'queue') {
    if (entity.role !== 'queue') return false;
    if (entity.limits.requiresSession && message.sessionId === undefined) return false;
  }
  return (
    core.clock >= core.throttledUntil &&
    message.sizeBytes <= core.options.messageSizeBytesMax &&
    message.messageId.length <= messageIdLengthMax &&
    hasRoom(core, entity.intake.account, message)
  );
}

export function hasRoom<Body>(
  core: Core<Body>,
  account: Account,
  message: BusMessage<Body>,
): boolean {
  const { entityMessagesMax, entityBytesMax } = core.options;
  if (account.stored >= entityMessagesMax) return false;
  return entityBytesMax === undefined || account.bytes + message.sizeBytes <= entityBytesMax;
}

/** Says why `isOpen` said no. */
function refuse<Body>(
  core: Core<Body>,
  entity: Entity<Body> | undefined,
  { token, path, message }: Publish<Body>,
): void {
  const { messageSizeBytesMax, entityMessagesMax, entityBytesMax } = core.options;
  if (entity === undefined) {
    const text = `The messaging entity '${path}' could not be found; create it before sending.`;
    reject(core, token, 'MessagingEntityNotFound', text);
  } else if (entity.kind === 'queue' && entity.role !== 'queue') {
    const text = `'${path}' takes no messages from senders; send to its queue or topic.`;
    reject(core, token, 'InvalidOperation', text);
  } else if (core.clock < core.throttledUntil) {
    const text = 'The request was terminated because the entity is being throttled.';
    const retryAfterMicros = core.throttledUntil - core.clock;
    core.outbox.push({ kind: 'rejected', token, code: 'ServiceBusy', text, retryAfterMicros });
  } else if (!(message.sizeBytes <= messageSizeBytesMax)) {
    const text = `The message has ${message.sizeBytes} bytes; the limit is ${messageSizeBytesMax}.`;
    reject(core, token, 'MessageSizeExceeded', text);
  } else if (message.messageId.length > messageIdLengthMax) {
    const text = `The message id has ${message.messageId.length} characters; the limit is 128.`;
    reject(core, token, 'InvalidOperation', text);
  } else if (!hasRoom(core, entity.intake.account, message)) {
    const { stored, bytes } = entity.intake.account;
    const what = stored >= entityMessagesMax ? `${stored} messages` : `${bytes} bytes`;
    const limit = stored >= entityMessagesMax ? entityMessagesMax : entityBytesMax;
    const text = `'${path}' is full: it holds ${what}; the limit is ${limit}.`;
    reject(core, token, 'QuotaExceeded', text);
  } else {
    const text = `'${path}' requires sessions; the message needs a session id.`;
    reject(core, token, 'InvalidOperation', text);
  }
}

function schedule<Body>(
  core: Core<Body>,
  entity: Entity<Body>,
  message: BusMessage<Body>,
  at: Micros,
  token: number,
): void {
  const { intake } = entity;
  const sequenceNumber = intake.nextSequence++;
  const scheduled: Scheduled<Body> = { entity, message, sequenceNumber, cancelled: false };
  deposit(intake.account, message);
  intake.scheduled.set(sequenceNumber, scheduled);
  core.scheduled.push(at, core.nextTicket++, scheduled);
  if (token > 0) core.outbox.push({ kind: 'accepted', token, sequenceNumber });
}

/** The time of a scheduled message has come. */
export function activate<Body>(core: Core<Body>, scheduled: Scheduled<Body>): void {
  if (scheduled.cancelled) {
    core.cancelledCount--;
    return;
  }
  const { entity, message, sequenceNumber } = scheduled;
  entity.intake.scheduled.delete(sequenceNumber);
  withdraw(entity.intake.account, message);
  admit(core, entity, message);
}

export function cancelScheduled<Body>(core: Core<Body>, command: Cancel<Body>): void {
  const { token, path, sequenceNumber } = command;
  const entity = find(core, path);
  if (entity === undefined) {
    reject(
      core,
      token,
      'MessagingEntityNotFound',
      `The messaging entity '${path}' could not be found.`,
    );
    return;
  }
  const scheduled = entity.intake.scheduled.get(sequenceNumber);
  if (scheduled === undefined) {
    const text = `'${path}' has no scheduled message with sequence number ${sequenceNumber}.`;
    reject(core, token, 'MessageNotFound', text);
    return;
  }
  drop(core, scheduled);
  accept(core, token);
}

/** Forgets a scheduled message; the heap gives its place back now and then. */
export function drop<Body>(core: Core<Body>, scheduled: Scheduled<Body>): void {
  const { intake } = scheduled.entity;
  intake.scheduled.delete(scheduled.sequenceNumber);
  withdraw(intake.account, scheduled.message);
  scheduled.cancelled = true;
  core.cancelledCount++;
  if (core.cancelledCount < cancelledKept || core.cancelledCount * 2 < core.scheduled.size) return;
  core.scheduled.prune((item) => !item.cancelled);
  core.cancelledCount = 0;
}
