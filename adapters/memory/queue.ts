/** A new queue, with its dead-letter queue, and where entities are registered. */
import type { Micros, SubscriptionOptions } from '../../harness/bus/bus.ts';
import type { Account } from './account.ts';
import { DueTimes } from './due-times.ts';
import { DuplicateWindow } from './duplicates.ts';
import { type LeaseList, leasesFor } from './leases.ts';
import { newLine } from './lines.ts';
import type {
  Compiled,
  Copy,
  Core,
  Entity,
  Intake,
  Limits,
  Line,
  Queue,
  Receiver,
  Topic,
} from './state.ts';

export const deadLetterSuffix = '/$DeadLetterQueue';
export const transferSuffix: string = `/$Transfer${deadLetterSuffix}`;

export interface QueueParts<Body> {
  readonly role: Queue<Body>['role'];
  readonly path: string;
  readonly limits: Limits;
  readonly timeToLiveMicros: Micros;
  readonly intake: Intake<Body>;
  readonly topic: Topic<Body> | undefined;
}

export function newIntake<Body>(account: Account, duplicateDetectionMicros: Micros): Intake<Body> {
  return {
    account,
    scheduled: new Map(),
    nextSequence: 1,
    autoDeleteMicros: Infinity,
    usedAt: 0,
    window: new DuplicateWindow(duplicateDetectionMicros),
  };
}

export function add<Body>(core: Core<Body>, entity: Entity<Body>): void {
  core.entities.set(entity.path, entity);
  core.folded.set(entity.path.toLowerCase(), entity);
}

/** Registers a queue or subscription and its dead-letter queue, which shares its account. */
export function addQueue<Body>(
  core: Core<Body>,
  parts: Omit<QueueParts<Body>, 'limits'>,
  options: SubscriptionOptions,
): Queue<Body> {
  const { lockDurationMicros, maxDeliveryCount, requiresSession } = options;
  const limits: Limits = {
    lockDurationMicros,
    maxDeliveryCount,
    requiresSession,
    deadLetterOnExpiration: options.deadLetterOnExpiration,
  };
  const { path, intake } = parts;
  const deadLetters = addDeadLetters(core, `${path}${deadLetterSuffix}`, { limits, intake });
  const queue = new StoredQueue<Body>(core, deadLetters, { ...parts, limits });
  add(core, queue);
  return queue;
}

/** Nothing leaves it by itself; it shares the account of the queue it belongs to. */
export function addDeadLetters<Body>(
  core: Core<Body>,
  path: string,
  { limits, intake }: Pick<QueueParts<Body>, 'limits' | 'intake'>,
): Queue<Body> {
  const deadLetters = new StoredQueue<Body>(core, undefined, {
    role: 'deadLetter',
    path,
    limits: { ...limits, requiresSession: false, maxDeliveryCount: Infinity },
    timeToLiveMicros: Infinity,
    intake: newIntake(intake.account, 0),
    topic: undefined,
  });
  add(core, deadLetters);
  return deadLetters;
}

class StoredQueue<Body> implements Queue<Body> {
  readonly kind = 'queue';
  readonly role: Queue<Body>['role'];
  readonly path: string;
  limits: Limits;
  timeToLiveMicros: Micros;
  readonly intake: Intake<Body>;
  readonly topic: Topic<Body> | undefined;
  readonly deadLetters: Queue<Body> | undefined;
  forwardTo: string | undefined = undefined;
  transferDeadLetters: Queue<Body> | undefined = undefined;
  sessionLeases: LeaseList<Line<Body>>;
  readonly line: Line<Body>;
  readonly sessions: Map<string, Line<Body>> = new Map();
  acceptors: Receiver<Body>[] = [];
  readonly deferred: Map<number, Copy<Body>> = new Map();
  readonly dueBySession: DueTimes = new DueTimes();
  readonly dueBySender: DueTimes = new DueTimes();
  readonly recent: Copy<Body>[] = [];
  recentNext = 0;
  slowUntil = 0;
  slowExtra = 0;
  deleted = false;
  readonly rules: Map<string, Compiled<Body>> = new Map();

  constructor(core: Core<Body>, deadLetters: Queue<Body> | undefined, parts: QueueParts<Body>) {
    const { lockDurationMicros } = parts.limits;
    this.role = parts.role;
    this.path = parts.path;
    this.limits = parts.limits;
    this.timeToLiveMicros = parts.timeToLiveMicros;
    this.intake = parts.intake;
    this.topic = parts.topic;
    this.deadLetters = deadLetters;
    this.sessionLeases = leasesFor(core.sessionLeases, lockDurationMicros);
    this.line = newLine(this, null, leasesFor(core.lockLeases, lockDurationMicros));
  }
}
