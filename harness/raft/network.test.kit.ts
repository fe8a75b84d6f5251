/**
 * A few servers without a world, for the tests of this room: messages queue until delivered, links
 * can be cut, disks are immediate or synced by hand, crashes lose what was not synced.
 */
import type { Command, Entry, Json, Payload, ServerId } from './entry.ts';
import { store } from './disk.test.kit.ts';
import type { Disk } from './disk.test.kit.ts';
import { createNode } from './life.ts';
import { makeEntry } from './log.ts';
import { raft } from './machine.ts';
import type { AppendEntriesReply, ClientReply, ClientRequest, RaftMessage } from './message.ts';
import { plainOptions } from './node.ts';
import type { Node, NodeOptions, StateMachine } from './node.ts';
import { newProgress } from './peers.ts';
import type { Effect, Input, Stored, Subject, Timer, Write } from './step.ts';

type Applied = Extract<Effect, { readonly kind: 'apply' }>;

/** Counts up by `add`; refuses negative numbers, throws at `boom`. */
export const counter: StateMachine<number> = {
  start: () => 0,
  apply(state, command) {
    const { add } = command;
    if (add === 'boom') throw new Error('boom');
    if (typeof add !== 'number' || add < 0) return { kind: 'refused', reason: 'only upwards' };
    return { kind: 'done', state: state + add, result: state + add };
  },
};

/** One server, its disk, and what waits for the disk. */
export interface Machine {
  readonly id: ServerId;
  node: Node;
  disk: Disk;
  /** Not confirmed yet, oldest first. */
  unsynced: Write[];
  /** Those of them that were reported durable out of order. */
  early: Set<number>;
  held: { readonly message: RaftMessage; readonly after: number }[];
  /** Applied since the last start. */
  applied: Applied[];
  starts: number;
}

export interface Network {
  readonly subject: Subject;
  readonly machines: readonly Machine[];
  /** Do writes wait for `sync`? */
  readonly slowDisks: boolean;
  readonly queue: RaftMessage[];
  readonly replies: ClientReply[];
  /** Links that lose messages, as `from>to`. */
  readonly cut: Set<string>;
  /** Messages of this kind are lost. */
  muted: RaftMessage['kind'] | null;
}

export interface Setup {
  readonly servers: number;
  readonly slowDisks?: boolean;
  readonly options?: Partial<NodeOptions>;
  readonly subject?: Subject;
  /** What each disk holds at the start. */
  readonly disks?: readonly Partial<Disk>[];
}

export function optionsFor(servers: number, id: ServerId): NodeOptions {
  return {
    ...plainOptions,
    id,
    servers: Array.from({ length: servers }, (_, at) => `n${at + 1}`),
    sessions: ['c1', 'c2'],
  };
}

/** A log by the terms of its entries; equal (index, term) means the same entry. */
export function logOf(...terms: readonly number[]): Entry[] {
  return terms.map((term, at) => makeEntry({ index: at + 1, term }, { kind: 'noop' }));
}

export function termsOf(entries: readonly Entry[]): number[] {
  return entries.map((entry) => entry.term);
}

/** What the disk of a new server holds. */
export const emptyDisk: Stored = { term: 0, votedFor: null, snapshot: null, entries: [] };

/** A server on line with what its disk holds. */
export function onlineNode(
  options: NodeOptions,
  stored: Partial<Stored>,
  subject: Subject = raft,
): Node {
  const node = subject.create(options, counter);
  subject.step(node, { kind: 'online', stored: { ...emptyDisk, ...stored } });
  return node;
}

export function createNetwork(setup: Setup): Network {
  const subject = setup.subject ?? raft;
  const machines = optionsFor(setup.servers, 'n1').servers.map((id, at): Machine => {
    const disk = { term: 0, votedFor: null, snapshot: null, entries: [], ...setup.disks?.[at] };
    const options = { ...optionsFor(setup.servers, id), ...setup.options };
    const node = subject.create(options, counter);
    return { id, node, disk, unsynced: [], early: new Set(), held: [], applied: [], starts: 0 };
  });
  const slowDisks = setup.slowDisks ?? false;
  const rest = { queue: [], replies: [], cut: new Set<string>(), muted: null };
  const network: Network = { subject, machines, slowDisks, ...rest };
  for (const { id } of machines) start(network, id);
  return network;
}

export function machineOf(network: Network, id: ServerId): Machine {
  const machine = network.machines.find((known) => known.id === id);
  if (machine === undefined) throw new Error(`no server ${id}`);
  return machine;
}

export function nodeOf(network: Network, id: ServerId): Node {
  return machineOf(network, id).node;
}

function start(network: Network, id: ServerId): void {
  const machine = machineOf(network, id);
  const { disk, starts: incarnation } = machine;
  machine.starts += 1;
  const stored = { ...disk, entries: disk.entries.slice() };
  give(network, id, { kind: 'online', stored, incarnation });
}

/** Gives a server one input and takes care of what comes out. */
export function give(network: Network, id: ServerId, input: Input): readonly Effect[] {
  const machine = machineOf(network, id);
  const effects = network.subject.step(machine.node, input);
  for (const effect of effects) {
    if (effect.kind === 'persist') machine.unsynced.push(effect.write);
    else if (effect.kind === 'send') machine.held.push(effect);
    else if (effect.kind === 'apply') machine.applied.push(effect);
    else if (effect.kind === 'answer') network.replies.push(effect.message);
  }
  release(network, machine);
  while (!network.slowDisks && machine.unsynced.length > 0) sync(network, id);
  return effects;
}

/** The oldest write under way becomes durable. */
export function sync(network: Network, id: ServerId): void {
  const machine = machineOf(network, id);
  const [write] = machine.unsynced;
  if (write === undefined) return;
  machine.early.add(write.id);
  storeConfirmed(machine);
  give(network, id, { kind: 'persisted', write: write.id });
}

/** One of the writes under way becomes durable, whatever comes of those before it. */
export function syncOne(network: Network, id: ServerId, at: number): void {
  const machine = machineOf(network, id);
  const write = machine.unsynced[at];
  if (write === undefined || machine.early.has(write.id)) return;
  machine.early.add(write.id);
  storeConfirmed(machine);
  give(network, id, { kind: 'persisted', write: write.id, first: write.id });
}

/** A crash leaves what was reported without a gap. */
function storeConfirmed(machine: Machine): void {
  for (let next = machine.unsynced[0]; next !== undefined; next = machine.unsynced[0]) {
    if (!machine.early.delete(next.id)) return;
    store(machine.disk, next);
    machine.unsynced.shift();
  }
}

function release(network: Network, machine: Machine): void {
  const oldest = machine.unsynced[0]?.id ?? Infinity;
  const ready = machine.held.filter((waiting) => waiting.after < oldest);
  machine.held = machine.held.filter((waiting) => waiting.after >= oldest);
  for (const { message } of ready) {
    const lost = network.cut.has(`${message.from}>${message.to}`);
    if (!lost && network.muted !== message.kind) network.queue.push(message);
  }
}

/**
 * Memory and unsynced writes are gone, but for the first `writes` of them and the first `steps` of
 * the next; the server comes back with its disk.
 */
export function crash(
  network: Network,
  id: ServerId,
  { writes, steps }: { readonly writes: number; readonly steps: number } = { writes: 0, steps: 0 },
): void {
  const machine = machineOf(network, id);
  for (const write of machine.unsynced.slice(0, writes)) store(machine.disk, write);
  const torn = machine.unsynced[writes];
  if (torn !== undefined) store(machine.disk, torn, steps);
  machine.early.clear();
  machine.unsynced = [];
  machine.held = [];
  machine.applied = [];
  machine.node = network.subject.create(machine.node.options, counter);
  start(network, id);
}

export function deliver(network: Network, message: RaftMessage): readonly Effect[] {
  return give(network, message.to, { kind: 'receive', message });
}

/** Delivers in order until nothing is under way. */
export function run(network: Network): void {
  for (let left = 10_000; left > 0; left -= 1) {
    const message = network.queue.shift();
    if (message === undefined) return;
    deliver(network, message);
  }
  throw new Error('the messages never end');
}

export function expire(network: Network, id: ServerId, timer: Timer): readonly Effect[] {
  const { electionGeneration, heartbeatGeneration, leaseGeneration } = nodeOf(network, id);
  const generation = {
    election: electionGeneration,
    heartbeat: heartbeatGeneration,
    lease: leaseGeneration,
  }[timer];
  return give(network, id, { kind: 'expire', timer, generation });
}

/** A whole election time-out goes by: both parts of it where leaders are protected. */
export function lapse(network: Network, id: ServerId): readonly Effect[] {
  const { heardLeader } = nodeOf(network, id);
  const effects = expire(network, id, 'election');
  return heardLeader ? expire(network, id, 'election') : effects;
}

/** The server hears nothing for an election time-out, and everything that follows happens. */
export function elect(network: Network, id: ServerId): void {
  lapse(network, id);
  run(network);
}

/** The server's heartbeat timer runs out, and everything that follows from it happens. */
export function beat(network: Network, id: ServerId): void {
  expire(network, id, 'heartbeat');
  run(network);
}

/** Cuts or heals the links between one server and others, both ways. */
export function link(
  network: Network,
  state: 'cut' | 'heal',
  id: ServerId,
  ...others: string[]
): void {
  for (const other of others) {
    for (const name of [`${id}>${other}`, `${other}>${id}`]) {
      if (state === 'cut') network.cut.add(name);
      else network.cut.delete(name);
    }
  }
}

export interface Request {
  readonly session?: string;
  readonly serial: number;
  readonly acknowledged?: number;
  readonly add: Json;
}

/** A client's request to add to the counter. */
export function request(to: ServerId, given: Request): ClientRequest {
  const { session = 'c1', serial, acknowledged = 0, add } = given;
  const command: Command = { add };
  const payload = { kind: 'command', session, serial, acknowledged, command } as const;
  return { kind: 'ClientRequest', from: session, to, payload };
}

export function propose(network: Network, id: ServerId, given: Request): readonly Effect[] {
  return give(network, id, { kind: 'propose', request: request(id, given) });
}

export function register(to: ServerId, client: string): ClientRequest {
  const payload: Exclude<Payload, { kind: 'noop' }> = { kind: 'register', client };
  return { kind: 'ClientRequest', from: client, to, payload };
}

/** The messages among effects. */
export function sent(effects: readonly Effect[]): RaftMessage[] {
  return effects.flatMap((effect) => (effect.kind === 'send' ? [effect.message] : []));
}

/** The writes that the messages among effects wait for. */
export function waits(effects: readonly Effect[]): number[] {
  return effects.flatMap((effect) => (effect.kind === 'send' ? [effect.after] : []));
}

export function kinds(effects: readonly Effect[]): string[] {
  return effects.map((effect) => effect.kind);
}

/** A network whose n1 leads and whose no-op is committed everywhere. */
export function led(setup: Setup): Network {
  const network = createNetwork(setup);
  elect(network, 'n1');
  beat(network, 'n1');
  return network;
}

export function ack(from: string, given: Partial<AppendEntriesReply>): AppendEntriesReply {
  const base = { to: 'n1', term: 1, success: true, prevIndex: 0, matchIndex: 0 };
  return {
    kind: 'AppendEntriesReply',
    from,
    ...base,
    hintIndex: 0,
    hintTerm: 0,
    round: 0,
    ...given,
  };
}

/** A leader of `term` by decree: no-op and election left out. */
export function leaderWith(
  terms: readonly number[],
  term: number,
  matches: readonly number[],
): Node {
  const node = createNode(optionsFor(matches.length, 'n1'), counter);
  node.role = 'leader';
  node.term = term;
  node.log = logOf(...terms);
  node.durableIndex = matches[0] ?? 0;
  for (const [at, matchIndex] of matches.slice(1).entries()) {
    node.progress.push({ ...newProgress(`n${at + 2}`, matchIndex + 1), matchIndex });
  }
  return node;
}
