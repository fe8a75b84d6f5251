/**
 * The port: what Service Bus promises, as types. Every bus (memory, broker, Azure) differs only
 * behind `submit`, `poll` and `wakeAt`; the body is opaque to all of them.
 *
 * Paths are Azure's: `queue`, `topic`, `topic/Subscriptions/name`, and any of the receivable ones
 * followed by `/$DeadLetterQueue`, or by `/$Transfer/$DeadLetterQueue` where forwarding can fail.
 */

/** Microseconds, whole; virtual time starts at 0. */
export type Micros = number;

export type Properties = { readonly [name: string]: string | number | boolean };

/** The part of a Service Bus message that a sender sets. */
export interface BusMessage<Body> {
  readonly messageId: string;
  readonly body: Body;
  /** Bytes that count against the size limit. */
  readonly sizeBytes: number;
  readonly to?: string;
  readonly replyTo?: string;
  readonly subject?: string;
  readonly correlationId?: string;
  readonly sessionId?: string;
  readonly contentType?: string;
  readonly replyToSessionId?: string;
  readonly timeToLiveMicros?: Micros;
  /** Not delivered before this moment. */
  readonly scheduledAt?: Micros;
  readonly properties?: Properties;
}

export type ReceiveMode = 'peekLock' | 'receiveAndDelete';

export interface QueueOptions {
  readonly lockDurationMicros: Micros;
  /** Deliveries after which an abandoned or expired message goes to the dead-letter queue. */
  readonly maxDeliveryCount: number;
  readonly requiresSession: boolean;
  /** 0: no duplicate detection. */
  readonly duplicateDetectionMicros: Micros;
  /** Applies to messages without a shorter one of their own; undefined: for ever. */
  readonly defaultTimeToLiveMicros?: Micros;
  readonly deadLetterOnExpiration: boolean;
  /** Messages go on to that queue or topic at once; nothing can be received here. */
  readonly forwardTo?: string;
  /** The same for the dead-letter queue. */
  readonly forwardDeadLettersTo?: string;
  /** Unused for so long, the entity goes by itself; undefined: it stays. */
  readonly autoDeleteMicros?: Micros;
}

/** Duplicate detection is a topic's affair; the rest belongs to each subscription. */
export interface TopicOptions {
  readonly duplicateDetectionMicros: Micros;
  readonly defaultTimeToLiveMicros?: Micros;
  readonly autoDeleteMicros?: Micros;
}
export type SubscriptionOptions = Omit<QueueOptions, 'duplicateDetectionMicros'>;

/** What can change while an entity lives; a topic knows its time-to-live and its end only. */
export interface EntityChange {
  /** Of locks given from now on. */
  readonly lockDurationMicros?: Micros;
  readonly maxDeliveryCount?: number;
  readonly deadLetterOnExpiration?: boolean;
  /** Of messages sent from now on; null: for ever. */
  readonly defaultTimeToLiveMicros?: Micros | null;
  /** null: no longer. What waits here goes on as well. */
  readonly forwardTo?: string | null;
  readonly forwardDeadLettersTo?: string | null;
  readonly autoDeleteMicros?: Micros | null;
}

/** Every field named must be equal (case matters). */
export interface CorrelationFilter {
  readonly kind: 'correlation';
  readonly to?: string;
  readonly replyTo?: string;
  readonly subject?: string;
  readonly correlationId?: string;
  readonly messageId?: string;
  readonly sessionId?: string;
  readonly contentType?: string;
  readonly replyToSessionId?: string;
  readonly properties?: Properties;
}
export type Filter =
  | { readonly kind: 'true' }
  | { readonly kind: 'false' }
  | CorrelationFilter
  | { readonly kind: 'sql'; readonly expression: string };

/** Rules without an action are OR-ed into one copy of the message. */
export interface Rule {
  readonly name: string;
  readonly filter: Filter;
  /** SQL that changes the copy, as `SET colour = 'red'`: the rule then makes a copy of its own. */
  readonly action?: string;
}

/** `properties` are set on the message before it goes on: Azure's propertiesToModify. */
export type Settlement =
  | { readonly kind: 'complete' }
  | { readonly kind: 'abandon'; readonly properties?: Properties }
  | { readonly kind: 'defer'; readonly properties?: Properties }
  | {
      readonly kind: 'deadLetter';
      readonly reason: string;
      readonly description: string;
      readonly properties?: Properties;
    };

/**
 * What a user of the bus asks. `token` names the request in the events that answer it: any number
 * the caller likes. 0 and negative ones ask for no `accepted` event; failures are always told.
 */
export type BusCommand<Body> =
  | {
      readonly kind: 'publish';
      readonly token: number;
      readonly path: string;
      readonly message: BusMessage<Body>;
    }
  | {
      readonly kind: 'cancelScheduled';
      readonly token: number;
      readonly path: string;
      readonly sequenceNumber: number;
    }
  | {
      readonly kind: 'openReceiver';
      readonly token: number;
      /** The caller's name for the receiver; `delivered` events carry it. */
      readonly receiver: string;
      readonly path: string;
      readonly mode: ReceiveMode;
      /** Unsettled messages held at once (peek-lock); at least 1. */
      readonly prefetch: number;
      /** For entities that require sessions: a session's id, or null for the next available. */
      readonly sessionId?: string | null;
      /** Deliveries it may get until `setCredit` says otherwise; undefined: any number. */
      readonly credit?: number;
    }
  /** How many more deliveries the receiver may get from now on; deferred messages are free. */
  | { readonly kind: 'setCredit'; readonly receiver: string; readonly credit: number }
  | { readonly kind: 'closeReceiver'; readonly receiver: string }
  | {
      readonly kind: 'settle';
      readonly token: number;
      readonly lock: number;
      readonly settlement: Settlement;
    }
  | { readonly kind: 'renewLock'; readonly token: number; readonly lock: number }
  | { readonly kind: 'renewSessionLock'; readonly token: number; readonly receiver: string }
  | {
      readonly kind: 'setSessionState';
      readonly token: number;
      readonly receiver: string;
      readonly state: string | null;
    }
  | { readonly kind: 'getSessionState'; readonly token: number; readonly receiver: string }
  | {
      readonly kind: 'receiveDeferred';
      readonly token: number;
      readonly receiver: string;
      readonly sequenceNumber: number;
    }
  | {
      readonly kind: 'peek';
      readonly token: number;
      readonly path: string;
      readonly fromSequenceNumber: number;
      readonly count: number;
      /** Only messages of that session. */
      readonly sessionId?: string;
      /** Only scheduled messages; a topic has no others. */
      readonly scheduledOnly?: boolean;
    }
  | {
      readonly kind: 'createQueue';
      readonly token: number;
      readonly path: string;
      readonly options: QueueOptions;
    }
  | {
      readonly kind: 'createTopic';
      readonly token: number;
      readonly path: string;
      readonly options: TopicOptions;
    }
  | {
      readonly kind: 'createSubscription';
      readonly token: number;
      /** `topic/Subscriptions/name` */
      readonly path: string;
      readonly options: SubscriptionOptions;
      /** Replaces the match-all rule `$Default` from the start. */
      readonly rule?: Rule;
    }
  | {
      readonly kind: 'updateEntity';
      readonly token: number;
      readonly path: string;
      readonly change: EntityChange;
    }
  | { readonly kind: 'deleteEntity'; readonly token: number; readonly path: string }
  | {
      readonly kind: 'createRule';
      readonly token: number;
      readonly path: string;
      readonly rule: Rule;
    }
  | {
      readonly kind: 'deleteRule';
      readonly token: number;
      readonly path: string;
      readonly name: string;
    };

/** The SDK's error codes, as far as the port tells them apart. */
export type BusErrorCode =
  | 'ServiceBusy'
  | 'ServiceTimeout'
  | 'MessageSizeExceeded'
  | 'MessageLockLost'
  | 'SessionLockLost'
  | 'SessionCannotBeLocked'
  | 'MessageNotFound'
  | 'MessagingEntityNotFound'
  | 'MessagingEntityAlreadyExists'
  | 'QuotaExceeded'
  | 'InvalidOperation';

export interface Delivered<Body> {
  readonly kind: 'delivered';
  readonly receiver: string;
  readonly message: BusMessage<Body>;
  /** Names the lock in `settle` and `renewLock`; 0 in receive-and-delete. */
  readonly lock: number;
  readonly lockedUntil: Micros;
  /** Deliveries before this one: 0 the first time, as the JavaScript SDK shows it. */
  readonly deliveryCount: number;
  readonly sequenceNumber: number;
  readonly enqueuedAt: Micros;
  /** Set when the message is read from a dead-letter queue. */
  readonly deadLetterReason?: string;
  readonly deadLetterDescription?: string;
}

export type MessageState = 'active' | 'locked' | 'deferred' | 'scheduled';

export interface Peeked<Body> {
  readonly message: BusMessage<Body>;
  readonly sequenceNumber: number;
  readonly state: MessageState;
  readonly deliveryCount: number;
  /** Not told of scheduled messages, nor by every bus. */
  readonly enqueuedAt?: Micros;
  readonly deadLetterReason?: string;
  readonly deadLetterDescription?: string;
}

export type BusEvent<Body> =
  | {
      readonly kind: 'accepted';
      readonly token: number;
      /** For a scheduled publish: what `cancelScheduled` wants. */
      readonly sequenceNumber?: number;
      /** For `openReceiver` on a session: which one was locked, and its state. */
      readonly sessionId?: string;
      readonly sessionState?: string | null;
      readonly lockedUntil?: Micros;
    }
  | {
      readonly kind: 'rejected';
      readonly token: number;
      readonly code: BusErrorCode;
      readonly text: string;
      /** For throttling: try again after so long (a duration). */
      readonly retryAfterMicros?: Micros;
    }
  | Delivered<Body>
  | {
      readonly kind: 'peeked';
      readonly token: number;
      readonly messages: readonly Peeked<Body>[];
    }
  /** A peek-lock ran out, or a fault took it: the message will be delivered again. */
  | {
      readonly kind: 'lockLost';
      readonly receiver: string;
      readonly lock: number;
      readonly message: BusMessage<Body>;
    }
  | { readonly kind: 'sessionLockLost'; readonly receiver: string; readonly sessionId: string }
  | {
      readonly kind: 'deadLettered';
      readonly path: string;
      readonly message: BusMessage<Body>;
      readonly reason: string;
    }
  /** A time-to-live ran out and the entity does not dead-letter on expiration. */
  | { readonly kind: 'expired'; readonly path: string; readonly message: BusMessage<Body> }
  /** Duplicate detection swallowed the message (its sender was told `accepted`). */
  | { readonly kind: 'deduplicated'; readonly path: string; readonly message: BusMessage<Body> }
  | { readonly kind: 'disconnected'; readonly receiver: string; readonly reason: string };

export interface Bus<Body> {
  /** Never answers and never throws: whatever comes of it is an event. */
  submit(command: BusCommand<Body>, now: Micros): void;
  /** Everything that happened up to `now`, in order; each event is returned once. */
  poll(now: Micros): readonly BusEvent<Body>[];
  /** When `poll` may next have something new; undefined when only a `submit` can bring it. */
  wakeAt(): Micros | undefined;
}

/** Accidents that a simulated or embedded bus can be told to have. */
export type BusFault =
  /** Every lock held by receivers of `path` is lost now; the messages come back. */
  | { readonly kind: 'expireLocks'; readonly path: string }
  /** Each of the last `count` messages delivered to `path` is delivered once more. */
  | { readonly kind: 'redeliver'; readonly path: string; readonly count: number }
  /** Publishes are rejected with ServiceBusy until then. */
  | { readonly kind: 'throttle'; readonly untilMicros: Micros }
  /** All receivers are disconnected and all locks lost; stored messages survive. */
  | { readonly kind: 'restart' }
  /** Deliveries to `path` take `extraMicros` longer until then. */
  | {
      readonly kind: 'slow';
      readonly path: string;
      readonly extraMicros: Micros;
      readonly untilMicros: Micros;
    }
  /** Everything waiting in `path` goes to its dead-letter queue. */
  | { readonly kind: 'deadLetter'; readonly path: string };

export interface FaultyBus<Body> extends Bus<Body> {
  inject(fault: BusFault, now: Micros): void;
}

/**
 * How messages of one subscription or queue may overtake each other on their way to a receiver:
 * never (`total`), only between sessions or senders (`session`), or freely (`none`).
 */
export type Ordering = 'total' | 'session' | 'none';
