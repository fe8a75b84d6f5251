/**
 * What exists and how it is described. Behaviour is the model's: an entity is here exactly as long
 * as the model has it, and every change goes through the model first.
 */
import type { BusErrorCode, Rule } from '../../harness/bus/bus.ts';
import { canonicalPath } from './address.ts';
import type { Answer, Engine, Request } from './engine.ts';
import {
  changeOf,
  defaults,
  type EntitySettings,
  type Named,
  queueOptions,
  type QueueProperties,
  type QueueSettings,
  subscriptionOptions,
  type SubscriptionProperties,
  type SubscriptionSettings,
  topicOptions,
  type TopicProperties,
  type TopicSettings,
} from './entities.ts';

export interface RuleEntry {
  readonly rule: Rule;
  readonly createdAt: Date;
}

interface Dates {
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
export interface QueueEntry extends Dates {
  readonly kind: 'queue';
  readonly path: string;
  readonly properties: QueueProperties;
}
export interface TopicEntry extends Dates {
  readonly kind: 'topic';
  readonly path: string;
  readonly properties: TopicProperties;
}
export interface SubscriptionEntry extends Dates {
  readonly kind: 'subscription';
  readonly path: string;
  readonly topic: string;
  readonly name: string;
  readonly properties: SubscriptionProperties;
  readonly rules: Map<string, RuleEntry>;
}
export type Entry = QueueEntry | TopicEntry | SubscriptionEntry;

/** The model said no. */
export class Refused extends Error {
  readonly code: BusErrorCode;

  constructor(code: BusErrorCode, text: string) {
    super(text);
    this.code = code;
  }
}

export class Catalog {
  private readonly engine: Engine;
  private readonly entries: Map<string, Entry>;

  constructor(engine: Engine) {
    this.engine = engine;
    this.entries = new Map();
  }

  /** The entity at a canonical path; names ignore case. */
  find(path: string): Entry | undefined {
    return this.entries.get(path.toLowerCase());
  }

  /** In the order of their paths. */
  list<Kind extends Entry['kind']>(kind: Kind): readonly Extract<Entry, { kind: Kind }>[] {
    const found: Extract<Entry, { kind: Kind }>[] = [];
    for (const entry of this.entries.values()) if (isKind(entry, kind)) found.push(entry);
    return found.sort((left, right) => (left.path < right.path ? -1 : 1));
  }

  subscriptionsOf(topic: string): readonly SubscriptionEntry[] {
    const wanted = topic.toLowerCase();
    return this.list('subscription').filter((entry) => entry.topic.toLowerCase() === wanted);
  }

  /** In any order: an entity may forward to one that is named after it. */
  addAll({ queues = [], topics = [] }: EntitySettings): void {
    const forwarding: (() => void)[] = [];
    for (const one of queues) {
      const queue = typeof one === 'string' ? { name: one } : one;
      const entry = this.addQueue({ ...queue, ...noForwarding });
      forwarding.push(() => this.forward(entry, queue));
    }
    for (const one of topics) {
      const { subscriptions = [], ...topic }: TopicSettings =
        typeof one === 'string' ? { name: one } : one;
      this.addTopic(topic);
      for (const given of subscriptions) {
        const subscription = typeof given === 'string' ? { name: given } : given;
        const entry = this.addSubscription(topic.name, { ...subscription, ...noForwarding });
        forwarding.push(() => this.forward(entry, subscription));
      }
    }
    for (const begin of forwarding) begin();
  }

  private forward(
    entry: QueueEntry | SubscriptionEntry,
    given: QueueSettings | SubscriptionSettings,
  ): void {
    const { forwardTo = '', forwardDeadLetteredMessagesTo = '' } = given;
    if (forwardTo === '' && forwardDeadLetteredMessagesTo === '') return;
    const to = { forwardTo, forwardDeadLetteredMessagesTo };
    if (entry.kind === 'queue') this.update(entry, { ...entry.properties, ...to });
    else this.update(entry, { ...entry.properties, ...to });
  }

  addQueue({ name, ...given }: QueueSettings): QueueEntry {
    const path = canonicalPath(name);
    const properties: QueueProperties = { ...defaults.queue, ...given };
    this.obey({ kind: 'createQueue', path, options: queueOptions(properties) });
    return this.put({ kind: 'queue', path, properties, ...newDates() });
  }

  /** Its subscriptions are the caller's to add. */
  addTopic({ name, ...given }: Named<TopicProperties>): TopicEntry {
    const path = canonicalPath(name);
    const properties: TopicProperties = { ...defaults.topic, ...given };
    this.obey({ kind: 'createTopic', path, options: topicOptions(properties) });
    return this.put({ kind: 'topic', path, properties, ...newDates() });
  }

  addSubscription(topic: string, settings: SubscriptionSettings): SubscriptionEntry {
    const { name, rules, ...given } = settings;
    const owner = canonicalPath(topic);
    const path = `${owner}/Subscriptions/${name}`;
    const properties: SubscriptionProperties = { ...defaults.subscription, ...given };
    const options = subscriptionOptions(properties);
    const [first = matchAll, ...others] = rules ?? [];
    this.obey({ kind: 'createSubscription', path, options, rule: first });
    const entry = this.put({
      kind: 'subscription',
      path,
      topic: owner,
      name,
      properties,
      rules: new Map([[first.name, { rule: first, createdAt: new Date() }]]),
      ...newDates(),
    });
    for (const rule of others) this.addRule(entry, rule);
    return entry;
  }

  /** Replaces the properties. What an entity is from its creation on can't change: Refused. */
  update<Any extends Entry>(entry: Any, properties: Any['properties']): Any {
    this.changeInModel(entry.path, properties, fixedChange(entry.properties, properties));
    const updated = this.put({ ...entry, properties, updatedAt: new Date() });
    if (entry.kind !== 'topic') return updated;
    // A subscription's messages live no longer than the topic allows.
    for (const { path, properties: own } of this.subscriptionsOf(entry.path)) {
      this.changeInModel(path, own, undefined);
    }
    return updated;
  }

  private changeInModel(
    path: string,
    properties: Entry['properties'],
    wrong: string | undefined,
  ): void {
    if (wrong !== undefined) throw new Refused('InvalidOperation', wrong);
    this.obey({ kind: 'updateEntity', path, change: changeOf(properties) });
  }

  remove(path: string): void {
    this.obey({ kind: 'deleteEntity', path });
    this.forget(path);
  }

  /** The model has it no longer. */
  forget(path: string): void {
    const gone = path.toLowerCase();
    this.entries.delete(gone);
    for (const key of this.entries.keys()) {
      if (key.startsWith(`${gone}/subscriptions/`)) this.entries.delete(key);
    }
  }

  /** Makes a queue or subscription that was removed anew: as it was, and empty. */
  restore(entry: QueueEntry | SubscriptionEntry): void {
    if (entry.kind === 'queue') {
      this.addQueue({ name: entry.path, ...entry.properties });
    } else {
      const rules = [...entry.rules.values()].map(({ rule }) => rule);
      this.addSubscription(entry.topic, { name: entry.name, ...entry.properties, rules });
    }
  }

  addRule(entry: SubscriptionEntry, rule: Rule): RuleEntry {
    this.obey({ kind: 'createRule', path: entry.path, rule });
    const added = { rule, createdAt: new Date() };
    entry.rules.set(rule.name, added);
    return added;
  }

  /** There is no moment between the old rule and the new one. */
  replaceRule(entry: SubscriptionEntry, rule: Rule): RuleEntry {
    const old = entry.rules.get(rule.name);
    this.removeRule(entry, rule.name);
    try {
      return this.addRule(entry, rule);
    } catch (error) {
      if (old !== undefined) this.addRule(entry, old.rule);
      throw error;
    }
  }

  removeRule(entry: SubscriptionEntry, name: string): void {
    this.obey({ kind: 'deleteRule', path: entry.path, name });
    entry.rules.delete(name);
  }

  private put<Any extends Entry>(entry: Any): Any {
    this.entries.set(entry.path.toLowerCase(), entry);
    return entry;
  }

  private obey(request: Request): void {
    let answer: Answer | undefined;
    this.engine.ask(request, (given) => {
      answer = given;
    });
    if (answer?.kind === 'rejected') throw new Refused(answer.code, answer.text);
  }
}

const noForwarding = { forwardTo: '', forwardDeadLetteredMessagesTo: '' };
const matchAll: Rule = { name: '$Default', filter: { kind: 'true' } };

function fixedChange(before: Entry['properties'], after: Entry['properties']): string | undefined {
  for (const name of ['requiresSession', 'requiresDuplicateDetection'] as const) {
    if (flag(before, name) !== flag(after, name)) {
      return `'${name}' is decided when the entity is created and can't be changed.`;
    }
  }
  return undefined;
}

function flag(
  properties: Entry['properties'],
  name: 'requiresSession' | 'requiresDuplicateDetection',
): boolean | undefined {
  const flags: Partial<Record<typeof name, boolean>> = properties;
  return flags[name];
}

function newDates(): Dates {
  const now = new Date();
  return { createdAt: now, updatedAt: now };
}

function isKind<Kind extends Entry['kind']>(
  entry: Entry,
  kind: Kind,
): entry is Extract<Entry, { kind: Kind }> {
  return entry.kind === kind;
}
