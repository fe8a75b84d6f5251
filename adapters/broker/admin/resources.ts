/** What the administration does with each resource: read, list, create, update, delete. */
import type { Entry, RuleEntry, SubscriptionEntry } from '../catalog.ts';
import { Refused } from '../catalog.ts';
import { defaults } from '../entities.ts';
import type { Hub } from '../hub.ts';
import { countsOf } from './counts.ts';
import { describe, describeEntry, readQueue, readSubscription, readTopic } from './descriptions.ts';
import { BadRequest, Problem } from './problems.ts';
import { describeRule, readRule } from './rule-xml.ts';
import type { Resource } from './routes.ts';
import { child, type Element, line } from './xml.ts';

/** One entry of an answer: its path from the root, and its description. */
export interface Item {
  readonly path: string;
  readonly xml: string;
}
export interface Page {
  readonly items: readonly Item[];
  readonly more: boolean;
}
export interface Range {
  readonly skip: number;
  readonly top: number;
}

/** One item; undefined for what does not exist, which the service answers with an empty list. */
export function read(hub: Hub, resource: Resource): Item | undefined {
  switch (resource.kind) {
    case 'namespace':
      return namespaceItem();
    case 'entity': {
      const entry = hub.catalog.find(resource.path);
      return entry === undefined ? undefined : entryItem(hub, entry);
    }
    case 'subscription': {
      const entry = subscriptionAt(hub, `${resource.topic}/Subscriptions/${resource.name}`);
      return entry === undefined ? undefined : entryItem(hub, entry);
    }
    case 'rule': {
      const owner = needSubscription(hub, resource.subscription);
      const rule = owner.rules.get(resource.name);
      if (rule !== undefined) return ruleItem(owner, rule);
      throw new Problem(404, `The rule '${resource.name}' could not be found. SubCode=40400`);
    }
    case 'health':
    case 'entities':
    case 'subscriptions':
    case 'rules':
      return undefined;
    default:
      return resource satisfies never;
  }
}

/** A page of a list; undefined if the resource is no list. */
export function list(hub: Hub, resource: Resource, range: Range): Page | undefined {
  switch (resource.kind) {
    case 'entities':
      return page(hub.catalog.list(resource.of), range, (entry) => entryItem(hub, entry));
    case 'subscriptions': {
      if (hub.catalog.find(resource.topic)?.kind !== 'topic') throw missing(resource.topic);
      const all = hub.catalog.subscriptionsOf(resource.topic);
      return page(all, range, (entry) => entryItem(hub, entry));
    }
    case 'rules': {
      const owner = needSubscription(hub, resource.subscription);
      const all = [...owner.rules.values()].sort((left, right) =>
        left.rule.name < right.rule.name ? -1 : 1,
      );
      return page(all, range, (rule) => ruleItem(owner, rule));
    }
    case 'health':
    case 'namespace':
    case 'entity':
    case 'subscription':
    case 'rule':
      return undefined;
    default:
      return resource satisfies never;
  }
}

/** Creates, or replaces if `update`. Throws Problem and Refused. */
export function write(hub: Hub, resource: Resource, body: Element, update: boolean): Item {
  const description = child(body, 'content')?.children[0];
  if (description === undefined) throw new BadRequest('The entry has no content.');
  switch (resource.kind) {
    case 'entity':
      return entryItem(hub, writeEntity(hub, resource.path, description, update));
    case 'subscription':
      return entryItem(hub, writeSubscription(hub, resource, description, update));
    case 'rule': {
      const owner = needSubscription(hub, resource.subscription);
      const rule = readRule(description, resource.name);
      if (!update) return ruleItem(owner, hub.catalog.addRule(owner, rule));
      if (!owner.rules.has(resource.name)) throw missing(resource.name);
      return ruleItem(owner, hub.catalog.replaceRule(owner, rule));
    }
    case 'health':
    case 'namespace':
    case 'entities':
    case 'subscriptions':
    case 'rules':
      throw new Problem(405, 'Only entities and rules can be written.');
    default:
      return resource satisfies never;
  }
}

export function remove(hub: Hub, resource: Resource): void {
  switch (resource.kind) {
    case 'entity':
      return hub.catalog.remove(resource.path);
    case 'subscription':
      return hub.catalog.remove(`${resource.topic}/Subscriptions/${resource.name}`);
    case 'rule':
      return hub.catalog.removeRule(needSubscription(hub, resource.subscription), resource.name);
    case 'health':
    case 'namespace':
    case 'entities':
    case 'subscriptions':
    case 'rules':
      throw new Problem(405, 'Only entities and rules can be deleted.');
    default:
      return resource satisfies never;
  }
}

function writeEntity(hub: Hub, path: string, description: Element, update: boolean): Entry {
  const { catalog } = hub;
  const known = catalog.find(path);
  if (update && known === undefined) throw missing(path);
  if (description.name === 'TopicDescription') {
    const given = readTopic(description);
    if (!update) return catalog.addTopic({ name: path, ...given });
    if (known?.kind !== 'topic') throw new BadRequest(`'${path}' is no topic.`);
    return catalog.update(known, { ...defaults.topic, ...given });
  }
  if (description.name !== 'QueueDescription') {
    throw new BadRequest(`A QueueDescription or TopicDescription is expected.`);
  }
  const given = readQueue(description);
  if (!update) return catalog.addQueue({ name: path, ...given });
  if (known?.kind !== 'queue') throw new BadRequest(`'${path}' is no queue.`);
  return catalog.update(known, { ...defaults.queue, ...given });
}

function writeSubscription(
  hub: Hub,
  { topic, name }: Extract<Resource, { kind: 'subscription' }>,
  description: Element,
  update: boolean,
): Entry {
  const given = readSubscription(description);
  if (update) {
    const known = needSubscription(hub, `${topic}/Subscriptions/${name}`);
    return hub.catalog.update(known, { ...defaults.subscription, ...given });
  }
  const rule = child(description, 'DefaultRuleDescription');
  const settings = { name, ...given };
  return hub.catalog.addSubscription(
    topic,
    rule === undefined ? settings : { ...settings, rules: [readRule(rule, '$Default')] },
  );
}

function page<One>(all: readonly One[], { skip, top }: Range, item: (one: One) => Item): Page {
  return { items: all.slice(skip, skip + top).map(item), more: all.length > skip + top };
}

function entryItem(hub: Hub, entry: Entry): Item {
  return { path: entry.path, xml: describeEntry(entry, countsOf(hub, entry)) };
}

function ruleItem(owner: SubscriptionEntry, rule: RuleEntry): Item {
  return { path: `${owner.path}/Rules/${rule.rule.name}`, xml: describeRule(rule) };
}

function namespaceItem(): Item {
  const now = new Date().toISOString();
  const content = [
    line('CreatedTime', now),
    line('MessagingSKU', 'Standard'),
    line('ModifiedTime', now),
    line('Name', 'sbemulatorns'),
    line('NamespaceType', 'Messaging'),
  ];
  return { path: '$namespaceinfo', xml: describe('NamespaceInfo', content.join('')) };
}

function subscriptionAt(hub: Hub, path: string): SubscriptionEntry | undefined {
  const entry = hub.catalog.find(path);
  return entry?.kind === 'subscription' ? entry : undefined;
}

function needSubscription(hub: Hub, path: string): SubscriptionEntry {
  const entry = subscriptionAt(hub, path);
  if (entry === undefined) throw missing(path);
  return entry;
}

function missing(path: string): Problem {
  return new Problem(404, `The messaging entity '${path}' could not be found. SubCode=40400`);
}

/** How a refusal of the model reads over HTTP. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof SyntaxError) return new BadRequest(error.message);
  if (!(error instanceof Refused)) return undefined;
  switch (error.code) {
    case 'MessagingEntityNotFound':
      return new Problem(404, `${error.message} SubCode=40400`);
    case 'MessagingEntityAlreadyExists':
      return new Problem(409, `SubCode=40900. Conflict. ${error.message}`);
    case 'QuotaExceeded':
      return new Problem(403, error.message);
    case 'ServiceBusy':
    case 'ServiceTimeout':
    case 'MessageSizeExceeded':
    case 'MessageLockLost':
    case 'SessionLockLost':
    case 'SessionCannotBeLocked':
    case 'MessageNotFound':
    case 'InvalidOperation':
      return new BadRequest(error.message);
    default:
      return error.code satisfies never;
  }
}
