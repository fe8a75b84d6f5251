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

function plain(name: string, value: unknown): unknown {
  if (leftOut.has(name)) return undefined;
  return value instanceof Map || value instanceof Set ? [...value] : value;
}

function textOf({ node, disk, outbox, up, paused }: Host): string {
  const { pending, syncing } = disk;
  const stored = [disk.term, disk.votedFor, disk.entries.length, pending.length, syncing];
  return JSON.stringify([node, stored, outbox.length, up, paused], plain);
}

const colouringRounds = 2;

/**
 * The whole state but for times, the same for clusters that differ only by servers' names: each
 * server has a colour, a hash of what it knows with others' names replaced by their colours.
 * Clusters that are not alike may rarely get the same hash; they are then taken for alike.
 */
export function wholeState({ hosts, clients, names }: World, pool: readonly Pending[]): number {
  const texts = hosts.map(textOf);
  let colours = hosts.map(() => 0);
  const painted = (text: string, self: number): string =>
    text.replaceAll(/"(S\d+)"/gu, (_, name: string) => {
      const at = names.indexOf(name);
      return at === self ? '"self"' : String(colours[at] ?? -1);
    });
  for (let round = 0; round < colouringRounds; round += 1) {
    colours = texts.map((text, self) => keyOf(painted(text, self)));
  }
  const colourOf = (participant: number): number => colours[participant] ?? participant;
  const waiting = pool.map(({ kind, actor, from, message }) => {
    const what = painted(JSON.stringify(message), -1);
    return keyOf(`${kind} ${String(colourOf(actor))} ${String(colourOf(from))} ${what}`);
  });
  const asking = clients.map(({ serial, target, session, current }) =>
    keyOf(
      `${String(serial)} ${String(colourOf(target))} ${String(session)} ${String(current === null)}`,
    ),
  );
  const sorted = [...colours].sort(ascending).concat(waiting.sort(ascending), asking);
  return sorted.reduce(mixed, sorted.length);
}

const ascending = (a: number, b: number): number => a - b;
