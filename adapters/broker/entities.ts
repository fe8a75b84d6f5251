/** Descriptions of entities, as tests, Config.json and the administration surface give them. */
import { canonicalPath } from './address.ts';
import type {
  EntityChange,
  QueueOptions,
  Rule,
  SubscriptionOptions,
  TopicOptions,
} from '../../harness/bus/bus.ts';

export type EntityStatus = 'Active' | 'Disabled' | 'SendDisabled' | 'ReceiveDisabled';

/** What every entity has. Durations are milliseconds; Infinity is for ever. */
export interface CommonProperties {
  readonly status: EntityStatus;
  readonly defaultTimeToLiveMs: number;
  /** Unused for so long, the entity goes by itself. */
  readonly autoDeleteOnIdleMs: number;
  readonly userMetadata: string;
}

export interface ReceivableProperties extends CommonProperties {
  readonly lockDurationMs: number;
  readonly maxDeliveryCount: number;
  readonly requiresSession: boolean;
  readonly deadLetteringOnMessageExpiration: boolean;
  /** A queue or a topic, by path or by address; empty: none. */
  readonly forwardTo: string;
  readonly forwardDeadLetteredMessagesTo: string;
}

export interface SendableProperties extends CommonProperties {
  readonly requiresDuplicateDetection: boolean;
  readonly duplicateDetectionWindowMs: number;
  readonly maxSizeInMegabytes: number;
}

export type QueueProperties = ReceivableProperties & SendableProperties;
export interface TopicProperties extends SendableProperties {
  readonly supportOrdering: boolean;
}
export interface SubscriptionProperties extends ReceivableProperties {
  readonly deadLetteringOnFilterEvaluationExceptions: boolean;
}

export type Named<Properties> = Partial<Properties> & { readonly name: string };
export type QueueSettings = Named<QueueProperties>;
export type SubscriptionSettings = Named<SubscriptionProperties> & {
  /** In place of the match-all rule `$Default`. */
  readonly rules?: readonly Rule[];
};
export type TopicSettings = Named<TopicProperties> & {
  readonly subscriptions?: readonly (string | SubscriptionSettings)[];
};

/** Everything that a broker may be given to begin with. */
export interface EntitySettings {
  readonly queues?: readonly (string | QueueSettings)[];
  readonly topics?: readonly (string | TopicSettings)[];
}

const common: CommonProperties = {
  status: 'Active',
  defaultTimeToLiveMs: Infinity,
  autoDeleteOnIdleMs: Infinity,
  userMetadata: '',
};
const receivable: ReceivableProperties = {
  ...common,
  lockDurationMs: 60_000,
  maxDeliveryCount: 10,
  requiresSession: false,
  deadLetteringOnMessageExpiration: false,
  forwardTo: '',
  forwardDeadLetteredMessagesTo: '',
};
const sendable: SendableProperties = {
  ...common,
  requiresDuplicateDetection: false,
  duplicateDetectionWindowMs: 600_000,
  maxSizeInMegabytes: 1024,
};

/** The defaults of the service. */
export const defaults: {
  readonly queue: QueueProperties;
  readonly topic: TopicProperties;
  readonly subscription: SubscriptionProperties;
} = {
  queue: { ...receivable, ...sendable },
  topic: { ...sendable, supportOrdering: true },
  subscription: { ...receivable, deadLetteringOnFilterEvaluationExceptions: true },
};

export function queueOptions(properties: QueueProperties): QueueOptions {
  return { ...subscriptionOptions(properties), ...topicOptions(properties) };
}

export function topicOptions(properties: SendableProperties): TopicOptions {
  const { requiresDuplicateDetection, duplicateDetectionWindowMs } = properties;
  const windowMs = requiresDuplicateDetection ? duplicateDetectionWindowMs : 0;
  return { duplicateDetectionMicros: windowMs * 1000, ...lifetimes(properties) };
}

export function subscriptionOptions(properties: ReceivableProperties): SubscriptionOptions {
  const { forwardTo, forwardDeadLettersTo } = forwarding(properties);
  return {
    lockDurationMicros: properties.lockDurationMs * 1000,
    maxDeliveryCount: properties.maxDeliveryCount,
    requiresSession: properties.requiresSession,
    deadLetterOnExpiration: properties.deadLetteringOnMessageExpiration,
    ...(forwardTo === null ? {} : { forwardTo }),
    ...(forwardDeadLettersTo === null ? {} : { forwardDeadLettersTo }),
    ...lifetimes(properties),
  };
}

/** What an update of these properties changes in the model. */
export function changeOf(properties: ReceivableProperties | SendableProperties): EntityChange {
  const change = {
    defaultTimeToLiveMicros: microsOrNull(properties.defaultTimeToLiveMs),
    autoDeleteMicros: microsOrNull(properties.autoDeleteOnIdleMs),
  };
  if (!('lockDurationMs' in properties)) return change;
  return {
    ...change,
    lockDurationMicros: properties.lockDurationMs * 1000,
    maxDeliveryCount: properties.maxDeliveryCount,
    deadLetterOnExpiration: properties.deadLetteringOnMessageExpiration,
    ...forwarding(properties),
  };
}

function lifetimes(properties: CommonProperties): {
  readonly defaultTimeToLiveMicros?: number;
  readonly autoDeleteMicros?: number;
} {
  const defaultTimeToLiveMicros = microsOrNull(properties.defaultTimeToLiveMs);
  const autoDeleteMicros = microsOrNull(properties.autoDeleteOnIdleMs);
  return {
    ...(defaultTimeToLiveMicros === null ? {} : { defaultTimeToLiveMicros }),
    ...(autoDeleteMicros === null ? {} : { autoDeleteMicros }),
  };
}

function microsOrNull(ms: number): number | null {
  return ms === Infinity ? null : ms * 1000;
}

function forwarding({ forwardTo, forwardDeadLetteredMessagesTo }: ReceivableProperties): {
  readonly forwardTo: string | null;
  readonly forwardDeadLettersTo: string | null;
} {
  return {
    forwardTo: canonicalPath(forwardTo) || null,
    forwardDeadLettersTo: canonicalPath(forwardDeadLetteredMessagesTo) || null,
  };
}
