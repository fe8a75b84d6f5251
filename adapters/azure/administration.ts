/**
 * Entities and rules through the administration client. That client insists on https; a policy of
 * its own pipeline makes it speak http to an emulator.
 */
import type { BusCommand, EntityChange, Filter, Rule } from '../../harness/bus/bus.ts';
import { type Account, administrationString, type Endpoint } from './account.ts';
import { Refusal } from './errors.ts';
import {
  changed,
  lifetimesOf,
  queueOptions,
  subscriptionOptions,
  topicOptions,
} from './entity-options.ts';
import { placeOf } from './paths.ts';
import type { AdministrationClient, CorrelationRuleFilter, SqlRuleFilter } from './sdk.ts';
import { defaultCredential } from './identity.ts';
import { loadSdk } from './sdk.ts';

export type AdministrationCommand = Extract<
  BusCommand<never>,
  {
    kind:
      | 'createQueue'
      | 'createTopic'
      | 'createSubscription'
      | 'updateEntity'
      | 'deleteEntity'
      | 'createRule'
      | 'deleteRule';
  }
>;

/** The SDK's own client, ready for the account; rejects if it can't be made. */
export async function administrationClient(
  account: Account,
  { isEmulator }: Endpoint,
): Promise<AdministrationClient> {
  const { ServiceBusAdministrationClient } = await loadSdk();
  // The SDK retries three times by itself, with growing pauses.
  const options = { retryOptions: { maxRetries: 1 } };
  if ('namespace' in account) {
    const credential = account.credential ?? (await defaultCredential());
    return new ServiceBusAdministrationClient(account.namespace, credential, options);
  }
  const client = new ServiceBusAdministrationClient(administrationString(account), options);
  if (isEmulator) {
    client.pipeline.addPolicy({
      name: 'emulatorHttp',
      sendRequest: (request, next) => {
        request.url = request.url.replace(/^https:/, 'http:');
        request.allowInsecureConnection = true;
        return next(request);
      },
    });
  }
  return client;
}

export class Administration {
  private readonly account: Account;
  private readonly endpoint: Endpoint;
  private client: Promise<AdministrationClient> | undefined;

  constructor(account: Account, endpoint: Endpoint) {
    this.account = account;
    this.endpoint = endpoint;
    this.client = undefined;
  }

  /** Whether it is received from in sessions. Rejects if nobody may know, or nothing is there. */
  async requiresSession(path: string): Promise<boolean> {
    const client = await this.connect();
    const { entity, subscription } = placeOf(path);
    const { requiresSession } =
      subscription === undefined
        ? await client.getQueue(entity)
        : await client.getSubscription(entity, subscription);
    return requiresSession;
  }

  private connect(): Promise<AdministrationClient> {
    this.client ??= administrationClient(this.account, this.endpoint);
    return this.client;
  }

  async obey(command: AdministrationCommand): Promise<void> {
    const client = await this.connect();
    const { entity, subscription } = placeOf(command.path);
    switch (command.kind) {
      case 'createQueue':
        await client.createQueue(entity, queueOptions(command.options));
        return;
      case 'createTopic':
        await client.createTopic(entity, topicOptions(command.options));
        return;
      case 'createSubscription': {
        const { rule, options } = command;
        const first = rule === undefined ? {} : { defaultRuleOptions: ruleOptions(rule) };
        const all = { ...subscriptionOptions(options), ...first };
        await client.createSubscription(entity, named(subscription, command.path), all);
        return;
      }
      case 'updateEntity':
        return update(client, command.path, command.change);
      case 'deleteEntity':
        // Queues and topics share one address.
        await (subscription === undefined
          ? client.deleteQueue(entity)
          : client.deleteSubscription(entity, subscription));
        return;
      case 'createRule': {
        const { name, filter, action } = ruleOptions(command.rule);
        const to = named(subscription, command.path);
        await (action === undefined
          ? client.createRule(entity, to, name, filter)
          : client.createRule(entity, to, name, filter, action));
        return;
      }
      case 'deleteRule':
        await client.deleteRule(entity, named(subscription, command.path), command.name);
        return;
      default:
        return command satisfies never;
    }
  }
}

function named(subscription: string | undefined, path: string): string {
  if (subscription !== undefined) return subscription;
  throw new Refusal('InvalidOperation', `'${path}' names no subscription of a topic.`);
}

/** Everything is read, changed and written back, as the service wants it. */
async function update(
  client: AdministrationClient,
  path: string,
  change: EntityChange,
): Promise<void> {
  const { entity, subscription } = placeOf(path);
  if (subscription !== undefined) {
    const old = await client.getSubscription(entity, subscription);
    await client.updateSubscription(changed(old, change));
  } else if (await client.queueExists(entity)) {
    await client.updateQueue(changed(await client.getQueue(entity), change));
  } else {
    const topic = await client.getTopic(entity);
    await client.updateTopic({ ...topic, ...lifetimesOf(change) });
  }
}

interface RuleOptions {
  readonly name: string;
  readonly filter: SqlRuleFilter | CorrelationRuleFilter;
  readonly action?: { readonly sqlExpression: string };
}

function ruleOptions({ name, filter, action }: Rule): RuleOptions {
  const result = { name, filter: filterOf(filter) };
  return action === undefined ? result : { ...result, action: { sqlExpression: action } };
}

function filterOf(filter: Filter): SqlRuleFilter | CorrelationRuleFilter {
  switch (filter.kind) {
    case 'true':
      return { sqlExpression: '1=1' };
    case 'false':
      return { sqlExpression: '1=0' };
    case 'sql':
      return { sqlExpression: filter.expression };
    case 'correlation': {
      const { kind: _, properties, ...fields } = filter;
      if (properties === undefined) return fields;
      return { ...fields, applicationProperties: { ...properties } };
    }
    default:
      return filter satisfies never;
  }
}
