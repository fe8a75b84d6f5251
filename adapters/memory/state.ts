/** What the bus knows: plain records, changed only by the functions of this folder. */
import type { BusMessage, Micros, QueueOptions, Rule } from '../../harness/bus/bus.ts';
import type { Account } from './account.ts';
import type { DueTimes } from './due-times.ts';
import type { DuplicateWindow } from './duplicates.ts';
import { Heap } from './heap.ts';
import { LeaseList } from './leases.ts';
import { LockTable } from './locks.ts';
import type { MemoryOptions } from './options.ts';
import { Outbox } from './outbox.ts';
import type { Action } from './filters/sql-action.ts';
import type { Test } from './filters/test.ts';

/**
 * Where a copy is: on its way or ready (`waiting`), held by a receiver, put aside, or no longer
 * here (settled, expired, moved to the dead-letter queue).
 */
export type CopyState = 'waiting' | 'locked' | 'deferred' | 'gone';

/** One message in one queue or subscription. */
export interface Copy<Body> {
  message: BusMessage<Body>;
  readonly queue: Queue<Body>;
  line: Line<Body>;
  readonly sequenceNumber: number;
  readonly enqueuedAt: Micros;
  /** -1: never. */
  readonly expiresAt: Micros;
  /** Place in the line, given on arrival and kept by redeliveries. */
  order: number;
  deliveryCount: number;
  /** Forwarded so many times. */
  readonly hops: number;
  state: CopyState;
  /** Put aside once: it goes back there until it is settled. */
  deferred: boolean;
  receiver: Receiver<Body> | undefined;
  lock: number;
  lockedUntil: Micros;
  previous: Copy<Body> | undefined;
  next: Copy<Body> | undefined;
  /** Why it is in a dead-letter queue. */
  readonly cause: Cause | undefined;
}

export interface Cause {
  readonly reason: string;
  readonly description: string;
}

/** Copies in order for the receivers that share them: a queue's only line, or one session. */
export interface Line<Body> {
  readonly queue: Queue<Body>;
  readonly sessionId: string | null;
  readonly ready: Heap<Copy<Body>>;
  /** Of a session: at most one, the holder of its lock. */
  receivers: Receiver<Body>[];
  /** Whose turn it is among the receivers. */
  turn: number;
  /** In the list of lines to be served. */
  marked: boolean;
  /** The peek-locked copies; those of a session end with the session's own lock. */
  held: LeaseList<Copy<Body>>;
  state: string | null;
  lockedUntil: Micros;
  previous: Line<Body> | undefined;
  next: Line<Body> | undefined;
}

export interface Receiver<Body> {
  readonly name: string;
  readonly token: number;
  readonly queue: Queue<Body>;
  readonly destructive: boolean;
  readonly prefetch: number;
  /** Deliveries that it may still get; negative: any number. */
  credit: number;
  /** Unsettled copies. */
  held: number;
  /** Undefined: waiting for the next available session, or closed. */
  line: Line<Body> | undefined;
  lockedUntil: Micros;
  previous: Receiver<Body> | undefined;
  next: Receiver<Body> | undefined;
}

export interface Scheduled<Body> {
  readonly entity: Queue<Body> | Topic<Body>;
  readonly message: BusMessage<Body>;
  readonly sequenceNumber: number;
  cancelled: boolean;
}

/** The sender's side of a queue or topic. */
export interface Intake<Body> {
  readonly account: Account;
  readonly scheduled: Map<number, Scheduled<Body>>;
  nextSequence: number;
  /** Unused for so long it goes by itself; Infinity: never. */
  autoDeleteMicros: Micros;
  usedAt: Micros;
  readonly window: DuplicateWindow;
}

export type Limits = Pick<
  QueueOptions,
  'lockDurationMicros' | 'maxDeliveryCount' | 'requiresSession' | 'deadLetterOnExpiration'
>;

/** A queue, a subscription or a dead-letter queue. */
export interface Queue<Body> {
  readonly kind: 'queue';
  readonly role: 'queue' | 'subscription' | 'deadLetter';
  readonly path: string;
  limits: Limits;
  /** Infinity: for ever. */
  timeToLiveMicros: Micros;
  readonly intake: Intake<Body>;
  /** Of a subscription. */
  readonly topic: Topic<Body> | undefined;
  readonly deadLetters: Queue<Body> | undefined;
  /** Where everything that arrives goes on to. */
  forwardTo: string | undefined;
  /** What could not go on; made when forwarding begins. */
  transferDeadLetters: Queue<Body> | undefined;
  sessionLeases: LeaseList<Line<Body>>;
  /** Without sessions. */
  readonly line: Line<Body>;
  readonly sessions: Map<string, Line<Body>>;
  /** Receivers waiting for the next available session. */
  acceptors: Receiver<Body>[];
  readonly deferred: Map<number, Copy<Body>>;
  readonly dueBySession: DueTimes;
  /** Of messages without a session. */
  readonly dueBySender: DueTimes;
  /** The last copies delivered, a ring. */
  readonly recent: Copy<Body>[];
  recentNext: number;
  slowUntil: Micros;
  slowExtra: Micros;
  deleted: boolean;
  readonly rules: Map<string, Compiled<Body>>;
}

export interface Compiled<Body> {
  readonly rule: Rule;
  /** Only messages with this `to` can match; undefined: any. */
  readonly to: string | undefined;
  /** What else must hold; undefined: nothing. */
  readonly test: Test<Body> | undefined;
  /** Makes a copy for this rule alone. */
  readonly action: Action<Body> | undefined;
}

/** One subscription that may want a message. */
export interface Route<Body> {
  readonly queue: Queue<Body>;
  /** One of them must hold; undefined: it wants the message anyway. */
  readonly tests: readonly Test<Body>[] | undefined;
  readonly action: Action<Body> | undefined;
}

export interface Topic<Body> {
  readonly kind: 'topic';
  readonly path: string;
  timeToLiveMicros: Micros;
  readonly intake: Intake<Body>;
  subscriptions: Queue<Body>[];
  /** Routes by `to`, for values that a rule names. */
  readonly routesTo: Map<string, Route<Body>[]>;
  /** Routes of all other messages. */
  routesElse: Route<Body>[];
  routesStale: boolean;
}

export type Entity<Body> = Queue<Body> | Topic<Body>;

export interface Core<Body> {
  readonly options: MemoryOptions<Body>;
  clock: Micros;
  nextTicket: number;
  nextOrder: number;
  /** The latest due time given so far. */
  lastDue: Micros;
  throttledUntil: Micros;
  readonly entities: Map<string, Entity<Body>>;
  /** The same, by path in lower case: Azure's names ignore case. */
  readonly folded: Map<string, Entity<Body>>;
  /** The entity looked up last; undefined again when one goes. */
  found: Entity<Body> | undefined;
  readonly receivers: Map<string, Receiver<Body>>;
  /** Copies on their way, by due time. */
  readonly transit: Heap<Copy<Body>>;
  readonly scheduled: Heap<Scheduled<Body>>;
  cancelledCount: number;
  readonly locks: LockTable<Copy<Body>>;
  readonly lockLeases: LeaseList<Copy<Body>>[];
  readonly sessionLeases: LeaseList<Line<Body>>[];
  readonly waits: LeaseList<Receiver<Body>>;
  /** Entities that may go by themselves, by the time of the next look. */
  readonly idle: Heap<Entity<Body>>;
  /** Copies that are to go on to another entity before the turn ends. */
  readonly forwards: Copy<Body>[];
  /** Lines that may have something to hand out. */
  readonly work: Line<Body>[];
  workCount: number;
  readonly outbox: Outbox<Body>;
  /** How many past deliveries of a queue are remembered. */
  readonly recentMax: number;
}

const recentMax = 64;
const sessionWaitMicros = 60_000_000;

export function newCore<Body>(options: MemoryOptions<Body>): Core<Body> {
  return {
    options,
    clock: 0,
    nextTicket: 0,
    nextOrder: 0,
    lastDue: 0,
    throttledUntil: 0,
    entities: new Map(),
    folded: new Map(),
    found: undefined,
    receivers: new Map(),
    transit: new Heap(),
    scheduled: new Heap(),
    cancelledCount: 0,
    locks: new LockTable(),
    lockLeases: [],
    sessionLeases: [],
    waits: new LeaseList(options.sessionWaitMicros ?? sessionWaitMicros),
    idle: new Heap(),
    forwards: [],
    work: [],
    workCount: 0,
    outbox: new Outbox(),
    recentMax: options.redeliverMax ?? recentMax,
  };
}
