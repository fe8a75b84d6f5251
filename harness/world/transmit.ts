/** A message's way to the bus: partitions and network faults decide its fate, record by record. */
import type { Message, RaftMessage } from '../raft/message.ts';
import type { MessageRecord } from '../trace/record.ts';
import { mark } from './emitter.ts';
import { draw, purpose, within } from './keyed.ts';
import type { ActiveFault, Envelope, World } from './world.ts';
import { codeOf, count, happening } from './world.ts';

export const topic = 'rafttopic';
const messageBytes = 240;
const entryBytes = 120;

/**
 * Classes of messages, as ordinals of their links' counters, which key draws: the first six have
 * their counters as ever, those that came later have theirs behind them.
 */
const classes = 6;
const laterClasses = 7;
const kindNames: readonly Message['kind'][] = [
  'RequestVote',
  'RequestVoteReply',
  'AppendEntries',
  'AppendEntriesReply',
  'ClientRequest',
  'ClientReply',
  'PreVote',
  'PreVoteReply',
  'InstallSnapshot',
  'InstallSnapshotReply',
  'TimeoutNow',
  'ReadIndex',
  'ReadIndexReply',
];
export const classOfRequest = 4;
export const classOfReply = 5;

export function classOfRaft({ kind }: RaftMessage): number {
  if (kind === 'AppendEntries') return 2;
  if (kind === 'AppendEntriesReply') return 3;
  if (kind === 'RequestVote') return 0;
  return kind === 'RequestVoteReply' ? 1 : kindNames.indexOf(kind, 6);
}

export const linkCounters = (participants: number): Int32Array =>
  new Int32Array(participants * participants * (classes + laterClasses));

function linkOf({ participants }: World, pair: number, of: number): number {
  if (of < classes) return pair * classes + of;
  return participants * participants * classes + pair * laterClasses + of - classes;
}

/** As the trace writes it: in full traces entries by reference, and never a snapshot's text. */
function messageRecord(message: Message, full: boolean): MessageRecord {
  if (message.kind === 'AppendEntries') {
    if (!full) return message;
    const entries = message.entries.map(({ index, term, digest }) => ({ index, term, digest }));
    return { ...message, entries };
  }
  if (message.kind !== 'InstallSnapshot') return message;
  const { data, done, round, ...head } = message;
  return { ...head, dataLength: data.length, done, round };
}

/** The participant of this name. */
export function addressee(world: World, name: string): number {
  const index = world.names.indexOf(name);
  if (index < 0) throw new Error(`nobody is called ${name}`);
  return index;
}

/** Sends the message from its participant. */
export function transmit(world: World, envelope: Envelope): void {
  const { from, to } = envelope;
  const pair = from * world.participants + to;
  const link = linkOf(world, pair, envelope.of);
  const ordinal = world.offered[link] ?? 0;
  world.offered[link] = ordinal + 1;
  const { emitter } = world;
  const key = draw(world.scenario.seed, purpose.latency, link, ordinal) >>> 1;
  const seq = emitter.take(mark.send, world.now, key);
  envelope.id = seq;
  envelope.key = key;
  const show = emitter.on.send;
  if (show !== null) {
    const { names } = world.names;
    const { message } = envelope;
    show({
      kind: 'send',
      seq,
      at: world.now,
      cause: world.cause,
      id: seq,
      from: names[from] ?? '',
      to: names[to] ?? '',
      message: messageRecord(message, emitter.full),
    });
  }
  if (world.blocked[pair] !== 0) {
    drop(world, envelope, world.blockedBy[pair] ?? -1);
    return;
  }
  if (world.linkFaults.length !== 0 && suffer(world, envelope)) return;
  publish(world, envelope);
}

/** Hands the message to the bus now. */
export function publish(world: World, envelope: Envelope): void {
  let sizeBytes = messageBytes;
  if (envelope.kind === 'raft') {
    const { message } = envelope;
    if (message.kind === 'AppendEntries') sizeBytes += message.entries.length * entryBytes;
    else if (message.kind === 'InstallSnapshot') sizeBytes += message.data.length;
  }
  const { names } = world.names;
  world.bus.submit(
    {
      kind: 'publish',
      token: -1 - envelope.id,
      path: topic,
      message: {
        messageId: world.namesMessages ? `m${envelope.id}` : 'm',
        body: envelope,
        sizeBytes,
        to: names[envelope.to] ?? '',
        replyTo: names[envelope.from] ?? '',
        subject: kindNames[envelope.of] ?? '',
      },
    },
    world.now,
  );
}

export function drop(
  world: World,
  envelope: Envelope,
  fault: number,
  reason: 'fault' | 'offline' | 'rejected' | 'expired' | 'deduplicated' = 'fault',
): void {
  count(world, reason === 'fault' ? 'drop' : reason);
  const { emitter } = world;
  const seq = emitter.take(mark.drop, world.now, envelope.id);
  const show = emitter.on.drop;
  if (show === null) return;
  const { id } = envelope;
  show({
    kind: 'drop',
    seq,
    at: world.now,
    cause: id,
    id,
    to: world.names.names[envelope.to] ?? '',
    fault,
    reason,
  });
}

/** Nobody is there to take a delivery: under a lock it comes again, else it is lost. */
export function unheard(world: World, envelope: Envelope, lock: number): void {
  const settlement = { kind: 'abandon' } as const;
  if (lock === 0) drop(world, envelope, -1, 'offline');
  else world.bus.submit({ kind: 'settle', token: 0, lock, settlement }, world.now);
}

function later(world: World, envelope: Envelope, byMicros: number): void {
  world.queue.push(world.now + byMicros, codeOf(happening.publish, 0, 0), envelope);
}

/** Records that a fault holds the message back. */
export function noteDelay(
  world: World,
  { id }: Envelope,
  by: { readonly fault: number; readonly micros: number },
): void {
  count(world, 'delay');
  const { emitter } = world;
  const seq = emitter.take(mark.delay, world.now, id);
  const show = emitter.on.delay;
  if (show === null) return;
  const { fault, micros: byMicros } = by;
  show({ kind: 'delay', seq, at: world.now, cause: id, id, fault, byMicros });
}

/** Records that the message is published twice. */
export function noteDuplicate(world: World, { id }: Envelope, fault: number): void {
  count(world, 'duplicate');
  const { emitter } = world;
  const seq = emitter.take(mark.duplicate, world.now, id);
  emitter.on.duplicate?.({ kind: 'duplicate', seq, at: world.now, cause: id, id, fault });
}

function hits(world: World, active: ActiveFault, envelope: Envelope): boolean {
  const { fault } = active;
  if (!('percent' in fault)) return false;
  if (active.from !== -1 && active.from !== envelope.from) return false;
  if (active.to !== -1 && active.to !== envelope.to) return false;
  if (fault.message !== 'any' && fault.message !== envelope.message.kind) return false;
  if (fault.percent >= 100) return true;
  const drawn = draw(world.scenario.seed, purpose.percent, active.key, envelope.key);
  return drawn % 100 < fault.percent;
}

/** Applies the network faults under way; true when the message does not go to the bus now. */
function suffer(world: World, envelope: Envelope): boolean {
  let heldMicros = 0;
  let heldBy = -1;
  for (const active of world.linkFaults) {
    if (!hits(world, active, envelope)) continue;
    const { fault, index } = active;
    switch (fault.kind) {
      case 'drop':
        drop(world, envelope, index);
        return true;
      case 'delay':
        heldMicros += fault.byMs * 1_000;
        heldBy = index;
        break;
      case 'reorder':
        heldMicros += within(
          draw(world.scenario.seed, purpose.reorder, active.key, envelope.key),
          0,
          fault.byMs * 1_000,
        );
        heldBy = index;
        break;
      case 'duplicate':
        noteDuplicate(world, envelope, index);
        later(world, envelope, fault.afterMs * 1_000);
        break;
      default:
        break;
    }
  }
  if (heldBy === -1) return false;
  noteDelay(world, envelope, { fault: heldBy, micros: heldMicros });
  later(world, envelope, heldMicros);
  return true;
}
