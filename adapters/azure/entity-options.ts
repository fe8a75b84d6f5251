/** The port's descriptions of entities as the administration client wants them. */
import type {
  EntityChange,
  QueueOptions,
  SubscriptionOptions,
  TopicOptions,
} from '../../harness/bus/bus.ts';
import { durationOf, forever } from './durations.ts';

interface Lifetimes {
  readonly defaultMessageTimeToLive?: string;
  readonly autoDeleteOnIdle?: string;
}

interface TopicParts extends Lifetimes {
  readonly requiresDuplicateDetection: boolean;
  readonly duplicateDetectionHistoryTimeWindow?: string;
}

interface SubscriptionParts extends Lifetimes {
  readonly lockDuration: string;
  readonly maxDeliveryCount: number;
  readonly requiresSession: boolean;
  readonly deadLetteringOnMessageExpiration: boolean;
  readonly forwardTo?: string;
  readonly forwardDeadLetteredMessagesTo?: string;
}

/** What of a description can change while the entity lives. */
export interface Changeable {
  lockDuration: string;
  maxDeliveryCount: number;
  deadLetteringOnMessageExpiration: boolean;
  forwardTo?: string;
  forwardDeadLetteredMessagesTo?: string;
}

export function topicOptions(options: TopicOptions): TopicParts {
  const { duplicateDetectionMicros: window } = options;
  const detection = window > 0 ? { duplicateDetectionHistoryTimeWindow: durationOf(window) } : {};
  return { requiresDuplicateDetection: window > 0, ...detection, ...lifetimesOf(options) };
}

export function subscriptionOptions(options: SubscriptionOptions): SubscriptionParts {
  const { forwardTo, forwardDeadLettersTo } = options;
  return {
    lockDuration: durationOf(options.lockDurationMicros),
    maxDeliveryCount: options.maxDeliveryCount,
    requiresSession: options.requiresSession,
    deadLetteringOnMessageExpiration: options.deadLetterOnExpiration,
    ...(forwardTo === undefined ? {} : { forwardTo }),
    ...(forwardDeadLettersTo === undefined
      ? {}
      : { forwardDeadLetteredMessagesTo: forwardDeadLettersTo }),
    ...lifetimesOf(options),
  };
}

export function queueOptions(options: QueueOptions): SubscriptionParts & TopicParts {
  return { ...subscriptionOptions(options), ...topicOptions(options) };
}

/** The whole description again: what is left out of an update is taken back. */
export function changed<Old extends Changeable>(old: Old, change: EntityChange): Old {
  const { lockDurationMicros, forwardTo, forwardDeadLettersTo } = change;
  const next: Old = {
    ...old,
    lockDuration:
      lockDurationMicros === undefined ? old.lockDuration : durationOf(lockDurationMicros),
    maxDeliveryCount: change.maxDeliveryCount ?? old.maxDeliveryCount,
    deadLetteringOnMessageExpiration:
      change.deadLetterOnExpiration ?? old.deadLetteringOnMessageExpiration,
    ...lifetimesOf(change),
  };
  if (forwardTo === null) delete next.forwardTo;
  else if (forwardTo !== undefined) next.forwardTo = forwardTo;
  if (forwardDeadLettersTo === null) delete next.forwardDeadLetteredMessagesTo;
  else if (forwardDeadLettersTo !== undefined) {
    next.forwardDeadLetteredMessagesTo = forwardDeadLettersTo;
  }
  return next;
}

export function lifetimesOf({
  defaultTimeToLiveMicros: life,
  autoDeleteMicros: idle,
}: EntityChange): Lifetimes {
  return {
    ...(life === undefined
      ? {}
      : { defaultMessageTimeToLive: life === null ? forever : durationOf(life) }),
    ...(idle === undefined ? {} : { autoDeleteOnIdle: idle === null ? forever : durationOf(idle) }),
  };
}
