/** The end of an entity: its messages are gone, its receivers are told. */
import type { BusCommand } from '../../harness/bus/bus.ts';
import { withdraw } from './account.ts';
import { accept, reject } from './answer.ts';
import { copiesIn, lockedIn } from './census.ts';
import { find } from './find.ts';
import { drop } from './publish.ts';
import { disconnect } from './receivers.ts';
import { unlock } from './release.ts';
import type { Core, Entity, Queue } from './state.ts';

type Delete<Body> = Extract<BusCommand<Body>, { kind: 'deleteEntity' }>;

export function deleteEntity<Body>(core: Core<Body>, { token, path }: Delete<Body>): void {
  const entity = find(core, path);
  if (entity === undefined) {
    const text = `The messaging entity '${path}' could not be found.`;
    reject(core, token, 'MessagingEntityNotFound', text);
    return;
  }
  if (entity.kind === 'queue' && entity.deadLetters === undefined) {
    const text = `'${path}' lives as long as the entity it belongs to; delete that one.`;
    reject(core, token, 'InvalidOperation', text);
    return;
  }
  accept(core, token);
  if (entity.kind === 'topic') {
    for (const queue of entity.subscriptions) empty(core, queue);
  } else {
    empty(core, entity);
    leaveTopic(entity);
  }
  for (const scheduled of entity.intake.scheduled.values()) drop(core, scheduled);
  unregister(core, entity);
  core.transit.prune((copy) => !copy.queue.deleted);
}

function leaveTopic<Body>({ topic }: Queue<Body>): void {
  if (topic === undefined) return;
  topic.subscriptions = topic.subscriptions.filter((queue) => !queue.deleted);
  topic.routesStale = true;
}

function empty<Body>(core: Core<Body>, queue: Queue<Body>): void {
  if (queue.deadLetters !== undefined) empty(core, queue.deadLetters);
  if (queue.role !== 'deadLetter' && queue.transferDeadLetters !== undefined) {
    empty(core, queue.transferDeadLetters);
  }
  queue.deleted = true;
  unregister(core, queue);
  const copies = copiesIn(core, queue);
  for (const copy of lockedIn(queue)) unlock(core, copy);
  for (const receiver of core.receivers.values()) {
    if (receiver.queue !== queue) continue;
    disconnect(core, receiver, `The messaging entity '${queue.path}' was deleted.`);
  }
  for (const copy of copies) {
    withdraw(queue.intake.account, copy.message);
    copy.state = 'gone';
  }
  queue.deferred.clear();
}

function unregister<Body>(core: Core<Body>, entity: Entity<Body>): void {
  core.entities.delete(entity.path);
  core.folded.delete(entity.path.toLowerCase());
  core.found = undefined;
}
