/**
 * Entities that go by themselves. A queue is used by who sends, receives or peeks; a topic also by
 * whatever is done with its subscriptions. Who forwards counts as a receiver (Azure's documentation
 * on idleness).
 */
import type { Micros } from '../../harness/bus/bus.ts';
import { deleteEntity } from './delete.ts';
import type { Core, Entity, Queue } from './state.ts';

export function wrongIdle(options: {
  readonly autoDeleteMicros?: Micros | null;
}): string | undefined {
  if ((options.autoDeleteMicros ?? Infinity) > 0) return undefined;
  return 'The time after which an unused entity goes must be positive.';
}

/** Infinity: it stays. */
export function watchIdle<Body>(
  core: Core<Body>,
  entity: Entity<Body>,
  autoDeleteMicros: Micros,
): void {
  const { intake } = entity;
  intake.autoDeleteMicros = autoDeleteMicros;
  intake.usedAt = core.clock;
  if (autoDeleteMicros === Infinity) return;
  core.idle.push(core.clock + autoDeleteMicros, core.nextTicket++, entity);
}

/** Removes the entity whose turn it is, or looks again later. */
export function lookAtIdle<Body>(core: Core<Body>): void {
  const entity = core.idle.pop();
  if (entity === undefined || core.entities.get(entity.path) !== entity) return;
  const at = lastUse(core, entity) + entity.intake.autoDeleteMicros;
  if (at === Infinity) return;
  if (at > core.clock) {
    core.idle.push(at, core.nextTicket++, entity);
    return;
  }
  const { path } = entity;
  deleteEntity(core, { kind: 'deleteEntity', token: 0, path });
  core.options.onAutoDelete?.(path);
}

function lastUse<Body>(core: Core<Body>, entity: Entity<Body>): Micros {
  if (entity.intake.scheduled.size > 0) return core.clock;
  if (entity.kind === 'queue') return lastUseOfQueue(core, entity);
  let last = entity.intake.usedAt;
  for (const queue of entity.subscriptions) last = Math.max(last, lastUseOfQueue(core, queue));
  return last;
}

function lastUseOfQueue<Body>(core: Core<Body>, queue: Queue<Body>): Micros {
  const { deadLetters, forwardTo, intake } = queue;
  if (forwardTo !== undefined) return core.clock;
  for (const { queue: other } of core.receivers.values()) {
    if (other === queue || other === deadLetters) return core.clock;
  }
  return Math.max(intake.usedAt, deadLetters?.intake.usedAt ?? 0);
}
