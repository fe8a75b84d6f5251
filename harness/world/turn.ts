/** One input for one server: step the machine, record what changed, carry out what it asked for. */
import type { AppendEntriesReply, RaftMessage } from '../raft/message.ts';
import type { Node } from '../raft/node.ts';
import type { Effect, Input, Timer, Write } from '../raft/step.ts';
import {
  noteApply,
  noteCommit,
  noteConfiguration,
  noteMatch,
  noteRestore,
  noteServe,
  noteState,
  noteWrite,
} from './changes.ts';
import { completeSync } from './disk.ts';
import { mark } from './emitter.ts';
import { expiryInput } from './inputs.ts';
import { draw, purpose, within } from './keyed.ts';
import type { Boundary } from './scenario.ts';
import { arm, disarm, overdue, timerOf } from './timers.ts';
import { addressee, classOfRaft, classOfReply, transmit } from './transmit.ts';
import type { Envelope, Host, Seen, Telling, World } from './world.ts';
import { codeOf, happening } from './world.ts';

/** The machine broke one of its own assertions. */
export class MachineBroke extends Error {
  readonly server: string;
  readonly seq: number;
  constructor(server: string, seq: number, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'MachineBroke';
    this.server = server;
    this.seq = seq;
  }
}

function stepped(world: World, host: Host, input: Input): readonly Effect[] {
  try {
    return world.subject.step(host.node, input);
  } catch (error) {
    throw new MachineBroke(host.id, world.cause, error);
  }
}

const isNews = (node: Node, seen: Seen): boolean =>
  node.role !== seen.role ||
  node.term !== seen.term ||
  node.votedFor !== seen.votedFor ||
  node.leader !== seen.leader;

/**
 * A crash waited for this moment: the process is gone, and with it all it was about to do. What it
 * had applied it had: a snapshot that was just written may hold it.
 */
function powerFailed(
  world: World,
  host: Host,
  boundary: Boundary,
  effects: readonly Effect[],
): boolean {
  const { powerFails } = world;
  if (powerFails === null) return false;
  return powerFails(host, boundary, () => {
    for (const effect of effects) if (effect.kind === 'apply') noteApply(world, host, effect);
  });
}

/** Feeds one input; `lock` is the delivery to complete afterwards (0: none). */
export function feed(
  world: World,
  host: Host,
  input: Input,
  lock: number,
  reply: AppendEntriesReply | null = null,
): void {
  const effects = stepped(world, host, input);
  const { node, seen } = host;
  if (isNews(node, seen)) noteState(world, host);
  let lastWrite = 0;
  for (const effect of effects) {
    if (effect.kind === 'persist') {
      persist(world, host, effect.write);
      lastWrite = effect.write.id;
    }
  }
  noteConfiguration(world, host);
  if (reply !== null) noteMatch(world, host, reply);
  if (node.commitIndex !== seen.commitIndex) noteCommit(world, host);
  if (lastWrite !== 0 && powerFailed(world, host, 'write', effects)) return;
  for (const effect of effects) carryOut(world, host, effect);
  if (lock !== 0) settleAfter(world, host, { write: lastWrite, lock });
  if (host.disk.syncing === 0 && host.disk.pending.length !== 0) startSync(world, host);
}

function carryOut(world: World, host: Host, effect: Effect): void {
  switch (effect.kind) {
    case 'persist':
      break;
    case 'send':
      leave(world, host, effect.after, wrapped(world, host, effect.message));
      break;
    case 'answer': {
      const { message } = effect;
      const to = addressee(world, message.to);
      const from = host.index;
      const envelope: Envelope = {
        kind: 'reply',
        message,
        from,
        to,
        of: classOfReply,
        id: 0,
        key: 0,
      };
      leave(world, host, effect.after, envelope);
      break;
    }
    case 'arm':
      arm(world, host, effect);
      break;
    case 'disarm':
      disarm(world, host, effect.timer);
      break;
    case 'apply':
      noteApply(world, host, effect);
      break;
    case 'restore':
      noteRestore(world, host, effect.snapshot);
      break;
    case 'serve':
      noteServe(world, host, effect);
      break;
    default: {
      const never: never = effect;
      throw new Error(`unknown effect ${JSON.stringify(never)}`);
    }
  }
}

function wrapped(world: World, host: Host, message: RaftMessage): Envelope {
  const to = addressee(world, message.to);
  const of = classOfRaft(message);
  return { kind: 'raft', message, from: host.index, to, of, id: 0, key: 0 };
}

/** Lets a message out once the write `after` is durable. */
function leave(world: World, host: Host, after: number, envelope: Envelope): void {
  if (after > durableWrite(world, host)) {
    host.outbox.push({ after, envelope, lock: 0, cause: world.cause });
  } else {
    transmit(world, envelope);
  }
}

/** Settle after durable: a delivery is completed only when what it led to cannot be lost. */
function settleAfter(world: World, host: Host, what: { write: number; lock: number }): void {
  const { write: after, lock } = what;
  if (after > durableWrite(world, host)) {
    host.outbox.push({ after, envelope: null, lock, cause: world.cause });
  } else {
    complete(world, lock);
  }
}

function complete(world: World, lock: number): void {
  world.bus.submit({ kind: 'settle', token: 0, lock, settlement: { kind: 'complete' } }, world.now);
}

/** The last write that the server knows durable together with all before it. */
function durableWrite(world: World, host: Host): number {
  if (world.tellsLate) return host.confirmed;
  const first = host.disk.pending.at(0);
  return first === undefined ? Infinity : first.write.id - 1;
}

/* ---- the disk ---- */

function persist(world: World, host: Host, write: Write): void {
  const seq = noteWrite(world, host, write);
  host.disk.pending.push({ write, seq });
}

function startSync(world: World, host: Host): void {
  const { disk } = host;
  const { min, max } = world.scenario.cluster.diskMicros;
  disk.syncing = disk.pending.length;
  disk.syncs += 1;
  const drawn = draw(world.scenario.seed, purpose.disk, host.index, disk.syncs);
  const micros = (world.pool === null ? within(drawn, min, max) : 0) + host.slowDiskMicros;
  world.queue.push(
    world.now + micros,
    codeOf(happening.disk, host.index, host.incarnation),
    undefined,
  );
}

/** The fsync under way is done: what waited for it may go, unless the process is paused. */
export function synced(world: World, host: Host): void {
  const { emitter } = world;
  const first = host.disk.pending.at(0)?.write.id ?? 0;
  const last = completeSync(host.disk);
  const seq = emitter.take(mark.durable, world.now, last.write.id, host.index);
  const show = emitter.on.durable;
  if (show !== null) {
    const { id: write } = last.write;
    const { id: server } = host;
    show({ kind: 'durable', seq, at: world.now, cause: last.seq, server, write });
  }
  if (powerFailed(world, host, 'durable', [])) return;
  const write = last.write.id;
  if (world.tellsLate) tellLater(world, host, { first, last: write, seq });
  else if (host.paused) host.inbox.push({ kind: 'durable', write, seq });
  else tellDurable(world, host, write, seq);
}

export function tellDurable(world: World, host: Host, write: number, seq: number): void {
  release(world, host, write);
  world.cause = seq;
  feed(world, host, { kind: 'persisted', write }, 0);
}

interface Batch {
  readonly first: number;
  readonly last: number;
  readonly seq: number;
}

/** An asynchronous disk: each write is told by itself, later. */
function tellLater(world: World, host: Host, { first, last, seq }: Batch): void {
  const { order, lateMicros } = world.scenario.cluster.disk;
  const { min, max } = lateMicros;
  for (let write = first; write <= last; write += 1) {
    const drawn = draw(world.scenario.seed, purpose.late, host.index, host.disk.syncs * 64 + write);
    const at = world.now + within(drawn, min, max);
    const before = order === 'inOrder' ? (host.telling.at(-1)?.at ?? 0) : 0;
    const telling = { at: Math.max(at, before), write, seq };
    host.telling.push(telling);
    world.queue.push(telling.at, codeOf(happening.told, host.index, 0), undefined);
  }
}

/** Tells the server what is due; it may have been lost with the process meanwhile. */
export function tellDue(world: World, host: Host): void {
  if (host.paused) return;
  for (;;) {
    const at = host.telling.findIndex((telling) => telling.at <= world.now);
    const [due] = at < 0 ? [] : host.telling.splice(at, 1);
    if (due === undefined) return;
    tellWrite(world, host, due);
  }
}

/** An asynchronous disk reports one write. */
export function tellWrite(world: World, host: Host, { write, seq: cause }: Telling): void {
  const { emitter } = world;
  const seq = emitter.take(mark.told, world.now, write, host.index);
  const show = emitter.on.told;
  if (show !== null) {
    show({ kind: 'told', seq, at: world.now, cause, server: host.id, write });
  }
  host.toldEarly.add(write);
  while (host.toldEarly.delete(host.confirmed + 1)) host.confirmed += 1;
  release(world, host, host.confirmed);
  world.cause = seq;
  feed(world, host, { kind: 'persisted', write, first: write }, 0);
}

function release(world: World, host: Host, write: number): void {
  const { outbox } = host;
  for (let item = outbox.at(0); item !== undefined && item.after <= write; item = outbox.at(0)) {
    outbox.shift();
    world.cause = item.cause;
    if (item.envelope === null) complete(world, item.lock);
    else transmit(world, item.envelope);
  }
}

/* ---- deliveries ---- */

/** A message has reached its server. */
export function deliver(world: World, host: Host, envelope: Envelope, by: Delivery): void {
  ringOverdue(world, host);
  const { emitter } = world;
  const seq = emitter.take(mark.deliver, world.now, envelope.id);
  const show = emitter.on.deliver;
  if (show !== null) {
    show({
      kind: 'deliver',
      seq,
      at: world.now,
      cause: envelope.id,
      id: envelope.id,
      to: host.id,
      deliveryCount: by.deliveryCount,
    });
  }
  world.counters.messages += 1;
  world.cause = seq;
  if (envelope.kind === 'raft') {
    const { message } = envelope;
    const reply = message.kind === 'AppendEntriesReply' ? message : null;
    feed(world, host, { kind: 'receive', message }, by.lock, reply);
  } else if (envelope.kind === 'request') {
    feed(world, host, { kind: 'propose', request: envelope.message }, by.lock);
  }
}

export interface Delivery {
  readonly lock: number;
  readonly deliveryCount: number;
}

/** Tells the server first of timers that are due (see `overdue`). */
export function ringOverdue(world: World, host: Host): void {
  for (let timer = overdue(world, host); timer !== null; timer = overdue(world, host)) {
    ring(world, host, timer);
  }
}

/** A timer has run out. */
export function ring(world: World, host: Host, timer: Timer): void {
  const { emitter } = world;
  const seq = emitter.take(mark.timer, world.now, host.index);
  const show = emitter.on.timer;
  if (show !== null) {
    show({ kind: 'timer', seq, at: world.now, cause: -1, server: host.id, timer });
  }
  const state = timerOf(host, timer);
  state.armed = false;
  const { generation } = state;
  world.cause = seq;
  feed(world, host, expiryInput(timer, generation), 0);
}
