/** The world's state: plain records that the other files of this room read and change. */
import type { FaultyBus, Micros } from '../bus/bus.ts';
import type { Configuration } from '../raft/entry.ts';
import type { ClientReply, ClientRequest, RaftMessage } from '../raft/message.ts';
import type { Node, Role, StateMachine } from '../raft/node.ts';
import type { Subject, Timer } from '../raft/step.ts';
import type { Disk } from './disk.ts';
import type { Emitter } from './emitter.ts';
import type { Fifo } from './fifo.ts';
import type { Directory } from './names.ts';
import type { EventQueue } from './queue.ts';
import type { Boundary, Fault, Operation, OperatorStep, Scenario } from './scenario.ts';

interface Wrapping {
  /** Participants by index: servers first, then clients. */
  readonly from: number;
  readonly to: number;
  /** The message's class, see transmit. */
  readonly of: number;
  /** The `seq` of its send record, given when it leaves. */
  id: number;
  /** 31 bits that decide this message's own draws, given when it leaves. */
  key: number;
}

/**
 * The body that travels on the bus: the message and what the world must know about it. All have
 * one shape, which messages have not: what is asked often is asked of the envelope.
 */
export type Envelope =
  | ({ readonly kind: 'raft'; readonly message: RaftMessage } & Wrapping)
  | ({ readonly kind: 'request'; readonly message: ClientRequest } & Wrapping)
  | ({ readonly kind: 'reply'; readonly message: ClientReply } & Wrapping);

/** What lies in wait in the event queue; the code packs it with an index and a stamp. */
export const happening = {
  electionTimer: 0,
  heartbeatTimer: 1,
  disk: 2,
  faultStart: 3,
  faultEnd: 4,
  operation: 5,
  retry: 6,
  timeout: 7,
  publish: 8,
  reopen: 9,
  quiet: 10,
  finish: 11,
  leaseTimer: 12,
  told: 13,
} as const;

const stampSpan = 1 << 18;

/** `stamp` tells a happening from its forerunners; only its low 18 bits count. */
export function codeOf(kind: number, index: number, stamp: number): number {
  return kind | (index << 4) | ((stamp % stampSpan) << 13);
}
export const kindOf = (code: number): number => code & 15;
export const indexOf = (code: number): number => (code >> 4) & 511;
export const stampOf = (code: number): number => code >> 13;
export const sameStamp = (code: number, stamp: number): boolean =>
  stampOf(code) === stamp % stampSpan;

export interface TimerState {
  armed: boolean;
  generation: number;
  dueAt: Micros;
  /** The time of its one valid event in the queue; Infinity: there is none. */
  wakeAt: Micros;
  /** The draw made last, and its ordinal: most timers are restarted within a term. */
  drawnFor: number;
  drawn: number;
}

/** Something that waits for a write to become durable before it leaves the server. */
export interface Outgoing {
  readonly after: number;
  /** A message to send, or null to complete the delivery under `lock`. */
  readonly envelope: Envelope | null;
  readonly lock: number;
  readonly cause: number;
}

/** What reaches a paused server and waits for it to go on. */
export type Waiting =
  | {
      readonly kind: 'message';
      readonly envelope: Envelope;
      readonly lock: number;
      readonly deliveryCount: number;
    }
  | { readonly kind: 'timer'; readonly timer: Timer }
  | { readonly kind: 'durable'; readonly write: number; readonly seq: number };

/** A durable write that an asynchronous disk has yet to tell of. */
export interface Telling {
  readonly at: Micros;
  readonly write: number;
  /** `seq` of the record that says it is durable. */
  readonly seq: number;
}

/** What was last recorded of a server, to record only changes. */
export interface Seen {
  role: Role;
  term: number;
  votedFor: string | null;
  leader: string | null;
  commitIndex: number;
  configuration: Configuration | null;
  configurationIndex: number;
}

export interface Host {
  readonly index: number;
  readonly id: string;
  /** The subscription it receives from. */
  readonly path: string;
  node: Node;
  disk: Disk;
  /** The process runs (a server taken off line still runs). */
  up: boolean;
  paused: boolean;
  /** Its receiver is open: the bus can reach it. */
  connected: boolean;
  incarnation: number;
  readonly seen: Seen;
  /** Per participant: the match and next index last recorded. */
  readonly matchSeen: Int32Array;
  readonly nextSeen: Int32Array;
  readonly outbox: Fifo<Outgoing>;
  inbox: Waiting[];
  readonly election: TimerState;
  readonly heartbeat: TimerState;
  readonly lease: TimerState;
  /** Clock rate: 0 is true, 100 runs 10 % fast. */
  skewPerMille: number;
  slowDiskMicros: Micros;
  /** Asynchronous disks: what is to be told, what was told out of turn, all told up to here. */
  readonly telling: Telling[];
  readonly toldEarly: Set<number>;
  confirmed: number;
}

/** What a client does, or what the operator asks for. */
export type Task = Operation | OperatorStep;

export interface PendingOperation {
  readonly operation: Task;
  /** `seq` of its invoke record. */
  readonly seq: number;
}

export interface Client {
  readonly index: number;
  readonly id: string;
  readonly path: string;
  process: number;
  session: string | null;
  serial: number;
  /** Operations that are due, oldest first. */
  readonly due: Task[];
  current: PendingOperation | null;
  /** Counts requests: the stamp of retries. */
  attempts: number;
  /** Redirects followed since the last retry. */
  redirects: number;
  /** The server to ask next. */
  target: number;
  /** The server asked last said that it is busy: ask it again, not the next. */
  patient: boolean;
  /** How the current operation is asked for. */
  via: 'log' | 'index' | 'lease';
}

/** A fault under way. */
export interface ActiveFault {
  readonly index: number;
  readonly fault: Fault;
  /** Identifies the fault by content, whatever its place in the list. */
  readonly key: number;
  /** Link faults: participants they apply to, -1 for any. */
  readonly from: number;
  readonly to: number;
  /** Servers concerned, resolved when the fault struck. */
  readonly hosts: readonly number[];
}

/**
 * Does the power fail at this point of a write? If so it has failed; before that `tell` records what
 * the server had done by then.
 */
export type PowerFails = (host: Host, boundary: Boundary, tell: () => void) => boolean;

export interface Counters {
  events: number;
  /** Messages delivered to a server or a client. */
  messages: number;
  readonly faults: Record<string, number>;
}

/** What waits to be chosen, see pool. */
export interface Waiters {
  /** The process died: what was on its way to it is gone. */
  forget(host: number): void;
}

export interface World {
  readonly scenario: Scenario;
  readonly subject: Subject;
  readonly application: StateMachine;
  readonly bus: FaultyBus<Envelope>;
  readonly emitter: Emitter;
  readonly queue: EventQueue<Envelope>;
  readonly hosts: readonly Host[];
  readonly clients: readonly Client[];
  readonly names: Directory;
  readonly participants: number;
  /** Ids of messages differ only where duplicate detection looks at them: they are dear. */
  readonly namesMessages: boolean;
  /** Disks are asynchronous: what is durable is told later, write by write. */
  readonly tellsLate: boolean;
  /** Leaders may read alone, which rests on hearing of their timers first. */
  readonly leases: boolean;
  /** While a scheduler decides what comes next; null: time does. */
  pool: Waiters | null;
  now: Micros;
  /** `seq` of the record whose handling is under way; -1: the scenario itself. */
  cause: number;
  quiet: boolean;
  finished: boolean;
  /** Messages offered per link and class: the ordinals of their draws. */
  readonly offered: Int32Array;
  /** Partitions that cut (from, to), and the index of the latest. */
  readonly blocked: Uint8Array;
  readonly blockedBy: Int16Array;
  readonly linkFaults: ActiveFault[];
  readonly active: ActiveFault[];
  /** Crashes that wait for a write; null while there are none. */
  readonly traps: ActiveFault[];
  powerFails: PowerFails | null;
  readonly counters: Counters;
}

export function count(world: World, what: string): void {
  world.counters.faults[what] = (world.counters.faults[what] ?? 0) + 1;
}
