/**
 * Random happenings to a few servers, and what must hold after each of them (Figure 3): the stuff
 * of the tests of safety.
 */
import { configurationOf } from './configuration.ts';
import type { Configuration, Entry } from './entry.ts';
import { reconfigure } from './membership.test.kit.ts';
import { entryAt, lastIndex, lastTerm, termAt } from './log.ts';
import {
  createNetwork,
  crash,
  deliver,
  expire,
  link,
  propose,
  sync,
  syncOne,
} from './network.test.kit.ts';
import type { Machine, Network, Setup } from './network.test.kit.ts';
import type { Node } from './node.ts';
import { brokenStorage } from './storage.test.kit.ts';
import type { States } from './storage.test.kit.ts';
import { hasQuorum } from './quorum.ts';

/** What happens next: `which` and `whom` are taken modulo what there is. */
export interface Happening {
  readonly kind:
    | 'deliver'
    | 'double'
    | 'drop'
    | 'sync'
    | 'syncOne'
    | 'crash'
    | 'tear'
    | 'elect'
    | 'beat'
    | 'propose'
    | 'reconfigure'
    | 'cut'
    | 'calm';
  readonly which: number;
  readonly whom: number;
}

/** Everything ever seen, against which each step is held. */
export interface Memory {
  /** Leaders by term. */
  readonly leaders: Map<number, string>;
  /** Entries applied by anyone, by index. */
  readonly applied: Map<number, { readonly entry: Entry; readonly stateDigest: number }>;
  /** Entries some leader committed, in order: every later leader must have them. */
  committed: readonly Entry[];
  /** Each server's configuration before the step: that which governs what it commits. */
  readonly inForce: Map<string, Configuration>;
  readonly states: States;
  serial: number;
}

function happen(network: Network, next: Happening, memory: Memory): void {
  const { queue, machines } = network;
  const { id } = pick(machines, next.whom);
  if (next.kind === 'elect' || next.kind === 'beat') {
    expire(network, id, next.kind === 'elect' ? 'election' : 'heartbeat');
  } else if (next.kind === 'cut') toggle(network, id);
  else if (next.kind === 'calm') rest(network, memory);
  else if (next.kind === 'reconfigure') change(network, next, memory);
  else if (happenToDisk(network, id, next)) return;
  else if (next.kind === 'propose') {
    const session = `c${(memory.serial % 2) + 1}`;
    // Every third request repeats the one before.
    if (next.which % 3 > 0) memory.serial += 1;
    propose(network, id, { session, serial: memory.serial, add: memory.serial });
  } else if (queue.length > 0) {
    const at = next.which % queue.length;
    const message = pick(queue, at);
    if (next.kind !== 'double') queue.splice(at, 1);
    if (next.kind !== 'drop') deliver(network, message);
  }
}

/** Does it happen to the server's disk, or to its power? Then it has happened. */
function happenToDisk(network: Network, id: string, { kind, which }: Happening): boolean {
  switch (kind) {
    case 'sync':
      sync(network, id);
      return true;
    case 'syncOne':
      syncOne(network, id, which % 4);
      return true;
    case 'crash':
      crash(network, id);
      return true;
    case 'tear':
      // The disk got so many of the writes under way, and some steps of the one after them.
      crash(network, id, { writes: which % 3, steps: (which >> 2) % 5 });
      return true;
    default:
      return false;
  }
}

/** Cuts a server off, or brings it back. */
function toggle(network: Network, id: string): void {
  const others = network.machines.map((known) => known.id).filter((known) => known !== id);
  const isCut = others.every((other) => network.cut.has(`${id}>${other}`));
  link(network, isCut ? 'heal' : 'cut', id, ...others);
}

/** Disks are quick and messages arrive, a dozen of them. */
function rest(network: Network, memory: Memory): void {
  for (let left = 12; left > 0; left -= 1) {
    for (const { id } of network.machines) {
      while (syncs(network, id)) {
        sync(network, id);
        check(network, memory);
      }
    }
    const message = network.queue.shift();
    if (message === undefined) continue;
    deliver(network, message);
    check(network, memory);
  }
}

/** A leader, if there is one, is asked for one to three changes. */
function change(network: Network, { which, whom }: Happening, memory: Memory): void {
  const leaders = network.machines.filter(({ node }) => node.role === 'leader');
  const { id } = pick(leaders.length > 0 ? leaders : network.machines, whom);
  const servers = network.machines.length;
  const letters = ['v', 'r', 'l', 'v', 'r', 'v'];
  const word = (at: number): string =>
    `${pick(letters, Math.floor(at / servers))}${1 + (at % servers)}`;
  const joint = which % 2 === 0;
  const words = [which >> 1, which >> 6, which >> 11].slice(0, joint ? 1 + (which % 3) : 1);
  memory.serial += 1;
  const transition = joint ? 'joint' : 'simple';
  reconfigure(network, id, {
    serial: memory.serial,
    changes: words.map(word).join(' '),
    transition,
  });
}

function pick<Item>(items: readonly Item[], at: number): Item {
  const item = items[at % items.length];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

function check(network: Network, memory: Memory): void {
  for (const known of network.machines) {
    checkCommit(network, known, memory);
    memory.inForce.set(known.id, configurationOf(known.node));
    checkLeader(known, memory);
    for (const { entry, stateDigest } of known.applied) {
      const before = memory.applied.get(entry.index);
      if (before === undefined) memory.applied.set(entry.index, { entry, stateDigest });
      else {
        hold(same(before.entry, entry), 'state machine safety');
        hold(before.stateDigest === stateDigest, 'equal states after equal entries');
      }
    }
  }
  for (const known of network.machines) {
    checkConfigurations(known, memory);
    const broken = brokenStorage(known, memory.states);
    hold(broken === null, broken ?? '');
  }
  const nodes = network.machines.map(({ node }) => node);
  for (const [at, left] of nodes.entries()) {
    for (const right of nodes.slice(at + 1)) hold(matching(left, right), 'log matching');
  }
}

/** Configurations are a function of the log, and at most one of them waits (dissertation 4.1). */
function checkConfigurations({ node }: Machine, { committed }: Memory): void {
  const inLog = node.log.flatMap(({ index, payload }) =>
    payload.kind === 'configuration' ? [index] : [],
  );
  const indices = node.configurations.map(({ index }) => index);
  const [first = 0] = indices;
  const after = inLog.filter((at) => at > first);
  hold(indices.join() === [first, ...after].join(), 'configurations follow the log');
  if (node.role !== 'leader') return;
  hold(inLog.filter((at) => at > committed.length).length <= 1, 'one change at a time');
}

function hold(condition: boolean, claim: string): void {
  if (!condition) throw new Error(claim);
}

function same(left: Entry | undefined, right: Entry | undefined): boolean {
  return left?.index === right?.index && left?.digest === right?.digest;
}

/**
 * Whoever commits first is a leader, and what it commits lies on the disks of a quorum of its
 * configuration (raft.md 3.1, I8).
 */
function checkCommit({ machines }: Network, { id, node, applied }: Machine, memory: Memory): void {
  const { commitIndex } = node;
  const from = memory.committed.length + 1;
  if (commitIndex < from) return;
  // What was compacted in the same step was applied in it.
  const seen = [...applied.map(({ entry }) => entry), ...node.log];
  const fresh = new Map(seen.map((entry) => [entry.index, entry]));
  const entry = fresh.get(commitIndex);
  const holders = machines.filter(({ disk }) => {
    const stored = disk.entries.find(({ index }) => index === commitIndex);
    return (disk.snapshot?.index ?? 0) >= commitIndex || same(stored, entry);
  });
  const has = (server: string): boolean => holders.some((holder) => holder.id === server);
  const inForce = memory.inForce.get(id) ?? configurationOf(node);
  hold(entry !== undefined && hasQuorum(inForce, has), 'commit durability');
  const more = Array.from({ length: commitIndex - from + 1 }, (_, at) => fresh.get(from + at));
  memory.committed = memory.committed.concat(more.flatMap((known) => known ?? []));
  hold(memory.committed.length === commitIndex, 'whoever commits first has the entries');
}

function checkLeader({ id, node }: Machine, memory: Memory): void {
  if (node.role !== 'leader') return;
  const before = memory.leaders.get(node.term);
  hold(before === undefined || before === id, 'election safety');
  if (before === undefined) {
    const after = memory.committed.slice(node.baseIndex);
    const complete = after.every((entry) => same(entry, entryAt(node, entry.index)));
    hold(complete, 'leader completeness');
  }
  memory.leaders.set(node.term, id);
}

/** If two entries have the same index and term, they are equal, and so is everything before. */
function matching(left: Node, right: Node): boolean {
  let met = false;
  const base = Math.max(left.baseIndex, right.baseIndex);
  for (let at = Math.min(lastIndex(left), lastIndex(right)); at > base; at -= 1) {
    met ||= termAt(left, at) === termAt(right, at);
    if (met && !same(entryAt(left, at), entryAt(right, at))) return false;
  }
  return true;
}

/** Lets the happenings happen, checking after each. */
export function play(setup: Setup, happenings: readonly Happening[]): Network {
  const network = createNetwork({ slowDisks: true, ...setup });
  const memory: Memory = {
    leaders: new Map(),
    applied: new Map(),
    committed: [],
    inForce: new Map(),
    states: new Map(),
    serial: 1,
  };
  // Short runs seldom elect anybody by chance alone: each begins with a campaign.
  expire(network, 'n1', 'election');
  for (const next of happenings) {
    happen(network, next, memory);
    check(network, memory);
  }
  return network;
}

export function syncs(network: Network, id: string): boolean {
  return network.machines.some((known) => known.id === id && known.unsynced.length > 0);
}

/** Orders servers by who may win an election: last term, then length of the log. */
export function rank({ node }: Machine): number {
  return lastTerm(node) * 10_000 + lastIndex(node);
}
