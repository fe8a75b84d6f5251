/**
 * The official emulator's Config.json as entity settings. That emulator drops what it does not
 * understand without a word; here every wrong value is named with its place and the remedy.
 */
import type { CorrelationFilter, Filter, Properties, Rule } from '../../harness/bus/bus.ts';
import { parseDuration } from './durations.ts';
import type {
  EntitySettings,
  QueueProperties,
  QueueSettings,
  ReceivableProperties,
  SendableProperties,
  SubscriptionSettings,
  TopicSettings,
} from './entities.ts';

/** Throws an Error with one sentence: the place in the file, what is wrong, what to write. */
export function readConfig(text: string): EntitySettings {
  const root = new Place('Config.json', parsed(text));
  const namespaces = root.field('UserConfig').list('Namespaces');
  const [namespace, second] = namespaces;
  if (namespace === undefined || second !== undefined) {
    throw root
      .field('UserConfig')
      .wrong('Namespaces', `has ${namespaces.length} entries; write exactly one`);
  }
  return {
    queues: namespace.list('Queues').map(readQueue),
    topics: namespace.list('Topics').map(readTopic),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Config.json is no JSON (${reason}); correct it there.`, { cause: error });
  }
}

function readQueue(place: Place): QueueSettings {
  const properties = place.optional('Properties');
  const settings: Partial<QueueProperties> = { ...sendable(properties), ...receivable(properties) };
  return { name: place.name(), ...settings };
}

function readTopic(place: Place): TopicSettings {
  return {
    name: place.name(),
    ...sendable(place.optional('Properties')),
    subscriptions: place.list('Subscriptions').map(readSubscription),
  };
}

function readSubscription(place: Place): SubscriptionSettings {
  const rules = place.list('Rules').map(readRule);
  const settings = { name: place.name(), ...receivable(place.optional('Properties')) };
  return rules.length === 0 ? settings : { ...settings, rules };
}

function sendable(place: Place): Partial<SendableProperties> {
  return {
    ...place.duration('DefaultMessageTimeToLive', 'defaultTimeToLiveMs'),
    ...place.duration('DuplicateDetectionHistoryTimeWindow', 'duplicateDetectionWindowMs'),
    ...place.boolean('RequiresDuplicateDetection', 'requiresDuplicateDetection'),
  };
}

function receivable(place: Place): Partial<ReceivableProperties> {
  return {
    ...place.duration('DefaultMessageTimeToLive', 'defaultTimeToLiveMs'),
    ...place.duration('LockDuration', 'lockDurationMs'),
    ...place.count('MaxDeliveryCount', 'maxDeliveryCount'),
    ...place.boolean('RequiresSession', 'requiresSession'),
    ...place.boolean('DeadLetteringOnMessageExpiration', 'deadLetteringOnMessageExpiration'),
    ...place.text('ForwardTo', 'forwardTo'),
    ...place.text('ForwardDeadLetteredMessagesTo', 'forwardDeadLetteredMessagesTo'),
  };
}

function readRule(place: Place): Rule {
  const name = place.name();
  const properties = place.field('Properties');
  const filter = readFilter(properties);
  const action = properties.optional('Action').text('SqlExpression', 'action');
  return { name, filter, ...(action.action ? action : {}) };
}

function readFilter(place: Place): Filter {
  const type = place.text('FilterType', 'type').type;
  switch (type) {
    case 'Correlation':
      return readCorrelation(place.field('CorrelationFilter'));
    case 'Sql': {
      const { expression } = place.field('SqlFilter').text('SqlExpression', 'expression');
      if (expression !== undefined) return { kind: 'sql', expression };
      throw place.wrong('SqlFilter', 'has no SqlExpression; write the condition there');
    }
    default:
      throw place.wrong('FilterType', `is ${JSON.stringify(type)}; write "Correlation" or "Sql"`);
  }
}

function readCorrelation(place: Place): CorrelationFilter {
  return {
    kind: 'correlation',
    ...place.text('CorrelationId', 'correlationId'),
    ...place.text('MessageId', 'messageId'),
    ...place.text('To', 'to'),
    ...place.text('ReplyTo', 'replyTo'),
    ...place.text('Label', 'subject'),
    ...place.text('Subject', 'subject'),
    ...place.text('SessionId', 'sessionId'),
    ...place.text('ReplyToSessionId', 'replyToSessionId'),
    ...place.text('ContentType', 'contentType'),
    ...place.properties('Properties'),
    ...place.properties('ApplicationProperties'),
  };
}

/** A value of the file, and how one gets there. */
class Place {
  private readonly path: string;
  private readonly value: Readonly<Record<string, unknown>>;

  constructor(path: string, value: unknown) {
    if (!isRecord(value)) throw new Error(`${path} is no object; write { ... }.`);
    this.path = path;
    this.value = value;
  }

  wrong(field: string, what: string): Error {
    return new Error(`${this.path}.${field} ${what}.`);
  }

  field(name: string): Place {
    const { value } = this;
    if (value[name] === undefined) throw this.wrong(name, 'is missing; add it');
    return new Place(`${this.path}.${name}`, value[name]);
  }

  optional(name: string): Place {
    return new Place(`${this.path}.${name}`, this.value[name] ?? {});
  }

  list(name: string): readonly Place[] {
    const list = this.value[name] ?? [];
    if (!Array.isArray(list)) throw this.wrong(name, 'is no list; write [ ... ]');
    return list.map((item: unknown, i) => new Place(`${this.path}.${name}[${i}]`, item));
  }

  name(): string {
    const { name } = this.text('Name', 'name');
    if (name) return name;
    throw this.wrong('Name', 'is missing; every entity and rule needs one');
  }

  text<Key extends string>(field: string, as: Key): { readonly [Name in Key]?: string } {
    return this.read(field, as, (value) => (typeof value === 'string' ? value : undefined), 'text');
  }

  boolean<Key extends string>(field: string, as: Key): { readonly [Name in Key]?: boolean } {
    const read = (value: unknown): boolean | undefined =>
      typeof value === 'boolean' ? value : undefined;
    return this.read(field, as, read, 'true or false');
  }

  count<Key extends string>(field: string, as: Key): { readonly [Name in Key]?: number } {
    const read = (value: unknown): number | undefined =>
      typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined;
    return this.read(field, as, read, 'a whole number from 1 on');
  }

  duration<Key extends string>(field: string, as: Key): { readonly [Name in Key]?: number } {
    const read = (value: unknown): number | undefined =>
      typeof value === 'string' ? parseDuration(value) : undefined;
    return this.read(field, as, read, 'an ISO 8601 duration such as "PT1M"');
  }

  properties(field: string): { readonly properties?: Properties } {
    const value = this.value[field];
    if (value === undefined) return {};
    const place = new Place(`${this.path}.${field}`, value);
    const entries = Object.entries(place.value).map(([name, item]) => {
      if (typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean') {
        return [name, item] as const;
      }
      throw place.wrong(name, 'is neither text, number nor boolean; write one of them');
    });
    return { properties: Object.fromEntries(entries) };
  }

  private read<Key extends string, Value>(
    field: string,
    as: Key,
    read: (value: unknown) => Value | undefined,
    what: string,
  ): { readonly [Name in Key]?: Value } {
    const given = this.value[field];
    const found: { [Name in Key]?: Value } = {};
    if (given === undefined || given === null) return found;
    const value = read(given);
    if (value === undefined) throw this.wrong(field, `is ${JSON.stringify(given)}; write ${what}`);
    found[as] = value;
    return found;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
