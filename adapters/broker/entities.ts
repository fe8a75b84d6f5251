/** Descriptions of entities, as tests, Config.json and the administration surface give them. */
import type {
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
  /** Kept and shown; the broker deletes no entity by itself. */
  readonly autoDeleteOnIdleMs: number;
  readonly userMetadata: string;
}

export interface ReceivableProperties extends CommonProperties {
  readonly lockDurationMs: number;
  readonly maxDeliveryCount: number;
  readonly requiresSession: boolean;
  readonly deadLetteringOnMessageExpiration: boolean;
  /** Kept and shown; the broker does not forward. */
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
  return { duplicateDetectionMicros: windowMs * 1000, ...lifetime(properties) };
}

export function subscriptionOptions(properties: ReceivableProperties): SubscriptionOptions {
  return {
    lockDurationMicros: properties.lockDurationMs * 1000,
    maxDeliveryCount: properties.maxDeliveryCount,
    requiresSession: properties.requiresSession,
    deadLetterOnExpiration: properties.deadLetteringOnMessageExpiration,
    ...lifetime(properties),
  };
}

function lifetime({ defaultTimeToLiveMs }: CommonProperties): {
  readonly defaultTimeToLiveMicros?: number;
} {
  if (defaultTimeToLiveMs === Infinity) return {};
  return { defaultTimeToLiveMicros: defaultTimeToLiveMs * 1000 };
}
