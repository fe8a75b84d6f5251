/** Changing an entity while it lives. Locks that are held keep their end. */
import type { BusCommand, EntityChange } from '../../harness/bus/bus.ts';
import { accept, reject } from './answer.ts';
import { find } from './find.ts';
import { setForwarding, wrongForwarding } from './forwarding.ts';
import { watchIdle, wrongIdle } from './idle.ts';
import { leasesFor } from './leases.ts';
import type { Core, Queue } from './state.ts';

type Update<Body> = Extract<BusCommand<Body>, { kind: 'updateEntity' }>;

export function updateEntity<Body>(core: Core<Body>, command: Update<Body>): void {
  const { token, path, change } = command;
  const entity = find(core, path);
  if (entity === undefined) {
    const text = `The messaging entity '${path}' could not be found.`;
    reject(core, token, 'MessagingEntityNotFound', text);
    return;
  }
  const wrong = wrongChange(change) ?? wrongIdle(change);
  if (wrong !== undefined) {
    reject(core, token, 'InvalidOperation', wrong);
    return;
  }
  const astray =
    entity.kind === 'queue' ? wrongForwarding(core, entity.path, change, entity.limits) : undefined;
  if (astray !== undefined) {
    reject(core, token, astray.code, astray.text);
    return;
  }
  const { defaultTimeToLiveMicros: life, autoDeleteMicros: idle } = change;
  entity.intake.usedAt = core.clock;
  if (idle !== undefined) watchIdle(core, entity, idle ?? Infinity);
  if (life !== undefined) {
    const ofTopic = entity.kind === 'queue' ? entity.topic?.timeToLiveMicros : undefined;
    entity.timeToLiveMicros = Math.min(life ?? Infinity, ofTopic ?? Infinity);
  }
  if (entity.kind === 'queue') {
    changeQueue(core, entity, change);
    setForwarding(core, entity, change);
    if (entity.deadLetters !== undefined) changeLocks(core, entity.deadLetters, change);
  }
  accept(core, token);
}

function wrongChange(change: EntityChange): string | undefined {
  const { lockDurationMicros = 1, maxDeliveryCount = 1 } = change;
  if (!(lockDurationMicros > 0)) return 'The lock duration must be positive.';
  return maxDeliveryCount >= 1 ? undefined : 'The maximum delivery count must be at least 1.';
}

function changeQueue<Body>(core: Core<Body>, queue: Queue<Body>, change: EntityChange): void {
  const { limits } = queue;
  queue.limits = {
    ...limits,
    maxDeliveryCount: change.maxDeliveryCount ?? limits.maxDeliveryCount,
    deadLetterOnExpiration: change.deadLetterOnExpiration ?? limits.deadLetterOnExpiration,
  };
  changeLocks(core, queue, change);
}

/** Leases lie in lists by duration: those of this queue move to the list of the new one. */
function changeLocks<Body>(core: Core<Body>, queue: Queue<Body>, change: EntityChange): void {
  const { lockDurationMicros } = change;
  const { line, sessionLeases } = queue;
  if (lockDurationMicros === undefined) return;
  if (lockDurationMicros === queue.limits.lockDurationMicros) return;
  queue.limits = { ...queue.limits, lockDurationMicros };
  const held = leasesFor(core.lockLeases, lockDurationMicros);
  for (const copy of line.held.list()) {
    if (copy.queue !== queue) continue;
    line.held.remove(copy);
    held.insert(copy, copy.lockedUntil);
  }
  line.held = held;
  const leases = leasesFor(core.sessionLeases, lockDurationMicros);
  for (const session of sessionLeases.list()) {
    if (session.queue !== queue) continue;
    sessionLeases.remove(session);
    leases.insert(session, session.lockedUntil);
  }
  queue.sessionLeases = leases;
}
