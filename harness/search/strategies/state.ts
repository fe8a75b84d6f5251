/**
 * States for strategies that remember where they were. The abstract state says how servers stand to
 * each other; the whole state says all but times, and is the same when servers change names.
 */
import { draw, keyOf, purpose } from '../../world/keyed.ts';
import type { Pending } from '../../world/scheduler.ts';
import { pendingKinds } from '../../world/scheduler.ts';
import type { Host, World } from '../../world/world.ts';

const roles = ['offline', 'follower', 'candidate', 'leader'] as const;

function mixed(hash: number, value: number): number {
  return draw(hash, purpose.pending, value, 0);
}

/** Roles, terms and logs relative to the lowest, what is committed, who runs: 32 bits. */
export function abstractState({ hosts }: World): number {
  let term = Infinity;
  let last = Infinity;
  for (const { node } of hosts) {
    term = Math.min(term, node.term);
    last = Math.min(last, node.baseIndex + node.log.length);
  }
  let hash = 0;
  for (const { node, up, paused } of hosts) {
    const lastIndex = node.baseIndex + node.log.length;
    const role = roles.findIndex((name) => name === node.role);
    hash = mixed(hash, role * 4 + (up ? 2 : 0) + (paused ? 1 : 0));
    hash = mixed(hash, node.term - term);
    hash = mixed(hash, lastIndex - last);
    hash = mixed(hash, node.term - (node.log.at(-1)?.term ?? node.baseTerm));
    hash = mixed(hash, lastIndex - node.commitIndex);
  }
  return hash;
}

/** What a pending event does, whichever of its kind it is: 32 bits. */
export function actionOf({ kind, actor, from }: Pending): number {
  return (pendingKinds.indexOf(kind) * 512 + actor) * 512 + from + 1;
}

/** Counters that only tell old from new, and what never changes. */
const leftOut = new Set([
  'options',
  'electionGeneration',
  'heartbeatGeneration',
  'leaseGeneration',
  'lastWrite',
  'durableWrite',
  'hardWrite',
]);

/** Says what stands for a participant's name; null: it is no such name. */
type Naming = (name: string) => string | null;

/** Lists of servers, and of what is known of each, have no order once their names are gone. */
const isPeer = (value: unknown, naming: Naming): boolean =>
  typeof value === 'string'
    ? naming(value) !== null
    : typeof value === 'object' && value !== null && 'peer' in value;

/** Data as text, with names said as `naming` says them. */
function textOf(value: unknown, naming: Naming): string {
  if (typeof value === 'string') return naming(value) ?? JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Map || value instanceof Set) return textOf([...value], naming);
  if (Array.isArray(value)) {
    const texts = value.map((one: unknown) => textOf(one, naming));
    return `[${(isPeer(value[0], naming) ? texts.sort() : texts).join()}]`;
  }
  const fields = Object.entries(value).filter(([name]) => !leftOut.has(name));
  return `{${fields.map(([name, one]) => `${name}:${textOf(one, naming)}`).join()}}`;
}

function knowledgeOf({ node, disk, outbox, up, paused }: Host): unknown {
  const { term, votedFor, entries, pending, syncing } = disk;
  const stored = { term, votedFor, last: entries.length, pending: pending.length, syncing };
  return { node, stored, outbox: outbox.length, up, paused };
}

const colouringRounds = 2;

/**
 * The whole state but for times, the same for clusters that differ only by servers' names: each
 * server has a colour, a hash of what it knows with others' names replaced by their colours.
 * Clusters that are not alike may rarely get the same hash; they are then taken for alike.
 */
export function wholeState({ hosts, clients, names }: World, pool: readonly Pending[]): number {
  let colours = hosts.map(() => 0);
  const namingFor =
    (self: number): Naming =>
    (name) => {
      const at = names.indexOf(name);
      if (at < 0 || at >= hosts.length) return null;
      return at === self ? 'self' : String(colours[at]);
    };
  for (let round = 0; round < colouringRounds; round += 1) {
    colours = hosts.map((host) => keyOf(textOf(knowledgeOf(host), namingFor(host.index))));
  }
  const naming = namingFor(-1);
  const colourOf = (participant: number): number => colours[participant] ?? participant;
  const waiting = pool.map(({ kind, actor, from, message }) =>
    keyOf(textOf([kind, colourOf(actor), colourOf(from), message], naming)),
  );
  const asking = clients.map(({ serial, target, session, current }) =>
    keyOf(textOf([serial, colourOf(target), session, current === null], naming)),
  );
  const sorted = [...colours].sort(ascending).concat(waiting.sort(ascending), asking);
  return sorted.reduce(mixed, sorted.length);
}

const ascending = (a: number, b: number): number => a - b;
