/** Counting what is in an entity, by looking at all of it. */
import { deadLettersOf, transferDeadLettersOf } from '../address.ts';
import type { Entry } from '../catalog.ts';
import type { Peek } from '../engine.ts';
import type { Hub } from '../hub.ts';
import type { Counts } from './descriptions.ts';

type Messages = Peek['messages'];

export function countsOf(hub: Hub, entry: Entry): Counts {
  if (entry.kind === 'topic') {
    const scheduled = look(hub, entry.path, true);
    const subscriptions = hub.catalog.subscriptionsOf(entry.path).length;
    return { ...sum(scheduled, [], []), subscriptions };
  }
  const own = look(hub, entry.path, false);
  const dead = look(hub, deadLettersOf(entry.path), false);
  const stuck = look(hub, transferDeadLettersOf(entry.path), false);
  return { ...sum(own, dead, stuck), subscriptions: 0 };
}

function look({ engine }: Hub, path: string, scheduledOnly: boolean): Messages {
  let found: Messages = [];
  const range = { fromSequenceNumber: 0, count: Infinity, scheduledOnly };
  engine.ask({ kind: 'peek', path, ...range }, (answer) => {
    if (answer.kind === 'peeked') found = answer.messages;
  });
  return found;
}

function sum(own: Messages, dead: Messages, stuck: Messages): Omit<Counts, 'subscriptions'> {
  const scheduled = own.filter(({ state }) => state === 'scheduled').length;
  let sizeBytes = 0;
  for (const { message } of [...own, ...dead, ...stuck]) sizeBytes += message.sizeBytes;
  return {
    // Deferred messages count as active, as with the service.
    active: own.length - scheduled,
    deadLetter: dead.length,
    scheduled,
    transferDeadLetter: stuck.length,
    total: own.length + dead.length + stuck.length,
    sizeBytes,
  };
}
