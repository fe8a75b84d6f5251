/** One input for one server: step the machine, record what changed, carry out what it asked for. */
import type { Entry } from '../raft/entry.ts';
import type { AppendEntriesReply, RaftMessage } from '../raft/message.ts';
import type { Effect, Input, Write } from '../raft/step.ts';
import type { EntryRef } from '../trace/record.ts';
import { completeSync } from './disk.ts';
import { expiryInput } from './inputs.ts';
import { draw, purpose, within } from './keyed.ts';
import { arm, disarm } from './timers.ts';
import { addressee, classOfRaft, classOfReply, transmit } from './transmit.ts';
import type { Envelope, Host, World } from './world.ts';
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
  if (
    node.role !== seen.role ||
    node.term !== seen.term ||
    node.votedFor !== seen.votedFor ||
    node.leader !== seen.leader
  ) {
    noteState(world, host);
  }
  let lastWrite = 0;
  for (const effect of effects) {
    if (effect.kind === 'persist') {
      persist(world, host, effect.write);
      lastWrite = effect.write.id;
    }
  }
  if (reply !== null) noteMatch(world, host, reply);
  if (node.commitIndex !== seen.commitIndex) noteCommit(world, host);
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
  if (after > durableWrite(host)) {
    host.outbox.push({ after, envelope, lock: 0, cause: world.cause });
  } else {
    transmit(world, envelope);
  }
}

/** Settle after durable: a delivery is completed only when what it led to cannot be lost. */
function settleAfter(world: World, host: Host, what: { write: number; lock: number }): void {
  const { write: after, lock } = what;
  if (after > durableWrite(host)) {
    host.outbox.push({ after, envelope: null, lock, cause: world.cause });
  } else {
    complete(world, lock);
  }
}

function complete(world: World, lock: number): void {
  world.bus.submit({ kind: 'settle', token: 0, lock, settlement: { kind: 'complete' } }, world.now);
}

function durableWrite(host: Host): number {
  const first = host.disk.pending.at(0);
  return first === undefined ? Infinity : first.write.id - 1;
}

/* ---- the disk ---- */

function persist(world: World, host: Host, write: Write): void {
  const { emitter } = world;
  const { node } = host;
  if (write.log !== null && node.role === 'leader') {
    for (const entry of write.log.entries) notePropose(world, host, entry);
  }
  const seq = emitter.take();
  const show = emitter.on.write;
  if (show !== null) {
    show({
      kind: 'write',
      seq,
      at: world.now,
      cause: world.cause,
      server: host.id,
      write: write.id,
      hard: write.hard,
      log: emitter.full ? logRecord(write.log) : write.log,
    });
  }
  host.disk.pending.push({ write, seq });
}

function logRecord(log: Write['log']): { from: number; entries: readonly EntryRef[] } | null {
  if (log === null) return null;
  const entries = log.entries.map(({ index, term, digest }) => ({ index, term, digest }));
  return { from: log.from, entries };
}

function startSync(world: World, host: Host): void {
  const { disk } = host;
  const { min, max } = world.scenario.cluster.diskMicros;
  disk.syncing = disk.pending.length;
  disk.syncs += 1;
  const micros =
    within(draw(world.scenario.seed, purpose.disk, host.index, disk.syncs), min, max) +
    host.slowDiskMicros;
  world.queue.push(
    world.now + micros,
    codeOf(happening.disk, host.index, host.incarnation),
    undefined,
  );
}

/** The fsync under way is done: what waited for it may go, unless the process is paused. */
export function synced(world: World, host: Host): void {
  const { emitter } = world;
  const last = completeSync(host.disk);
  const seq = emitter.take();
  const show = emitter.on.durable;
  if (show !== null) {
    const { id: write } = last.write;
    const { id: server } = host;
    show({ kind: 'durable', seq, at: world.now, cause: last.seq, server, write });
  }
  if (host.paused) host.inbox.push({ kind: 'durable', write: last.write.id, seq });
  else tellDurable(world, host, last.write.id, seq);
}

export function tellDurable(world: World, host: Host, write: number, seq: number): void {
  release(world, host, write);
  world.cause = seq;
  feed(world, host, { kind: 'persisted', write }, 0);
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
  const { emitter } = world;
  const seq = emitter.take();
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

/** A timer has run out. */
export function ring(world: World, host: Host, timer: 'election' | 'heartbeat'): void {
  const { emitter } = world;
  const seq = emitter.take();
  const show = emitter.on.timer;
  if (show !== null) {
    show({ kind: 'timer', seq, at: world.now, cause: -1, server: host.id, timer });
  }
  const { generation } = timer === 'election' ? host.election : host.heartbeat;
  world.cause = seq;
  feed(world, host, expiryInput(timer, generation), 0);
}

/* ---- records of what changed ---- */

function noteState(world: World, host: Host): void {
  const { node, seen } = host;
  const { emitter } = world;
  if (node.role === 'leader' && (seen.role !== 'leader' || seen.term !== node.term)) {
    host.matchSeen.fill(0);
    host.nextSeen.fill(0);
  }
  seen.role = node.role;
  seen.term = node.term;
  seen.votedFor = node.votedFor;
  seen.leader = node.leader;
  const seq = emitter.take();
  const show = emitter.on.state;
  if (show === null) return;
  const { role, term, votedFor, leader } = node;
  const { id: server } = host;
  const { cause } = world;
  show({ kind: 'state', seq, at: world.now, cause, server, role, term, votedFor, leader });
}

function noteMatch(
  world: World,
  host: Host,
  reply: { readonly from: string; readonly success: boolean },
): void {
  const { node } = host;
  if (node.role !== 'leader') return;
  const peer = Math.max(0, world.names.indexOf(reply.from));
  for (const progress of node.progress) {
    if (progress.peer !== reply.from) continue;
    const { matchIndex, nextIndex } = progress;
    if (reply.success && host.matchSeen[peer] === matchIndex) return;
    host.matchSeen[peer] = matchIndex;
    host.nextSeen[peer] = nextIndex;
    const { emitter } = world;
    const seq = emitter.take();
    const show = emitter.on.match;
    if (show === null) return;
    show({
      kind: 'match',
      seq,
      at: world.now,
      cause: world.cause,
      server: host.id,
      peer: reply.from,
      term: node.term,
      matchIndex,
      nextIndex,
    });
    return;
  }
}

function noteCommit(world: World, host: Host): void {
  const { node } = host;
  const { emitter } = world;
  host.seen.commitIndex = node.commitIndex;
  const seq = emitter.take();
  const show = emitter.on.commit;
  if (show === null) return;
  const { term, commitIndex } = node;
  const { cause } = world;
  show({ kind: 'commit', seq, at: world.now, cause, server: host.id, term, commitIndex });
}

function noteApply(
  world: World,
  host: Host,
  effect: Extract<Effect, { readonly kind: 'apply' }>,
): void {
  const { emitter } = world;
  const seq = emitter.take();
  const show = emitter.on.apply;
  if (show === null) return;
  const { entry } = effect;
  const { payload } = entry;
  show({
    kind: 'apply',
    seq,
    at: world.now,
    cause: world.cause,
    server: host.id,
    index: entry.index,
    term: entry.term,
    digest: entry.digest,
    session: payload.kind === 'command' ? payload.session : null,
    serial: payload.kind === 'command' ? payload.serial : 0,
    repeated: effect.repeated,
    answer: effect.answer,
    stateDigest: effect.stateDigest,
  });
}

function notePropose(world: World, host: Host, entry: Entry): void {
  const { emitter } = world;
  const seq = emitter.take();
  const show = emitter.on.propose;
  if (show === null) return;
  const { payload } = entry;
  show({
    kind: 'propose',
    seq,
    at: world.now,
    cause: world.cause,
    server: host.id,
    index: entry.index,
    term: entry.term,
    digest: entry.digest,
    session: payload.kind === 'command' ? payload.session : null,
    serial: payload.kind === 'command' ? payload.serial : 0,
    command: payload.kind === 'command' ? payload.command : null,
  });
}
