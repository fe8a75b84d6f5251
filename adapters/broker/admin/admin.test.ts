import { ServiceBusAdministrationClient, ServiceBusClient } from '@azure/service-bus';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Broker, startBroker } from '../broker.ts';

let broker: Broker;
let client: ServiceBusClient;
let admin: ServiceBusAdministrationClient;
let names = 0;

function administration(connectionString: string): ServiceBusAdministrationClient {
  const made = new ServiceBusAdministrationClient(connectionString);
  made.pipeline.addPolicy({
    name: 'emulatorHttp',
    sendRequest(request, next) {
      request.url = request.url.replace(/^https:/, 'http:');
      request.allowInsecureConnection = true;
      return next(request);
    },
  });
  return made;
}

beforeAll(async () => {
  broker = await startBroker();
  client = new ServiceBusClient(broker.connectionString);
  admin = administration(broker.adminConnectionString);
});
afterAll(async () => {
  await client.close();
  await broker.close();
});

function name(): string {
  return `e${++names}`;
}

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  const error: unknown = await promise.then(
    () => 'no error',
    (reason: unknown) => reason,
  );
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : error;
}

async function all<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe('queues', () => {
  test('a queue is created with its options, and is there at once', async () => {
    const queue = name();
    const options = {
      lockDuration: 'PT30S',
      maxDeliveryCount: 3,
      requiresSession: true,
      requiresDuplicateDetection: true,
      duplicateDetectionHistoryTimeWindow: 'PT20S',
      defaultMessageTimeToLive: 'P1DT2H3M4.5S',
      deadLetteringOnMessageExpiration: true,
      userMetadata: 'some <text> & more',
    };
    const created = await admin.createQueue(queue, options);
    expect(created).toMatchObject({ name: queue, ...options, status: 'Active' });
    const got = await admin.getQueue(queue);
    expect(got).toMatchObject({ name: queue, ...options });
    expect(await admin.queueExists(queue)).toBe(true);
    const receiver = await client.acceptSession(queue, 's');
    await receiver.close();
  });

  test('defaults are those of the service', async () => {
    expect(await admin.createQueue(name())).toMatchObject({
      lockDuration: 'PT1M',
      maxDeliveryCount: 10,
      maxSizeInMegabytes: 1024,
      defaultMessageTimeToLive: 'P10675199DT2H48M5.4775807S',
      requiresSession: false,
      enableBatchedOperations: true,
    });
  });

  test('an update changes what a queue does', async () => {
    const queue = name();
    const created = await admin.createQueue(queue);
    const updated = await admin.updateQueue({
      ...created,
      maxDeliveryCount: 1,
      lockDuration: 'PT5M',
      status: 'SendDisabled',
    });
    expect(updated).toMatchObject({ maxDeliveryCount: 1, lockDuration: 'PT5M' });
    const sending = client.createSender(queue).sendMessages({ body: 1 });
    expect(await codeOf(sending)).toBe('MessagingEntityDisabled');
    await admin.updateQueue({ ...updated, status: 'Active' });
    await client.createSender(queue).sendMessages({ body: 1 });
    const receiver = client.createReceiver(queue);
    const [message] = await receiver.receiveMessages(1);
    expect((message?.lockedUntilUtc?.getTime() ?? 0) - Date.now()).toBeGreaterThan(200_000);
    if (message !== undefined) await receiver.abandonMessage(message);
    const runtime = await admin.getQueueRuntimeProperties(queue);
    expect(runtime.deadLetterMessageCount).toBe(1);
    const other = admin.updateQueue({ ...updated, requiresSession: true });
    expect(await codeOf(other)).toBe('ServiceError');
  });

  test('runtime properties count what is there', async () => {
    const queue = name();
    await admin.createQueue(queue);
    const sender = client.createSender(queue);
    await sender.sendMessages([{ body: 1 }, { body: 2 }, { body: 3 }]);
    await sender.scheduleMessages({ body: 4 }, new Date(Date.now() + 60_000));
    const receiver = client.createReceiver(queue);
    const [message] = await receiver.receiveMessages(1);
    if (message !== undefined) await receiver.deadLetterMessage(message);
    const runtime = await admin.getQueueRuntimeProperties(queue);
    expect(runtime).toMatchObject({
      activeMessageCount: 2,
      deadLetterMessageCount: 1,
      scheduledMessageCount: 1,
      totalMessageCount: 4,
    });
    expect(runtime.sizeInBytes).toBeGreaterThan(0);
    expect(Date.now() - runtime.createdAt.getTime()).toBeLessThan(60_000);
  });

  test('a queue is deleted once', async () => {
    const queue = name();
    await admin.createQueue(queue);
    await admin.deleteQueue(queue);
    expect(await admin.queueExists(queue)).toBe(false);
    expect(await codeOf(admin.deleteQueue(queue))).toBe('MessageEntityNotFoundError');
    expect(await codeOf(admin.getQueue(queue))).toBe('MessageEntityNotFoundError');
  });

  test('what exists and what makes no sense is refused', async () => {
    const queue = name();
    await admin.createQueue(queue);
    expect(await codeOf(admin.createQueue(queue))).toBe('MessageEntityAlreadyExistsError');
    const senseless = admin.createQueue(name(), { lockDuration: 'soon' });
    await expect(senseless).rejects.toThrow(/LockDuration is 'soon'; write an ISO 8601 duration/);
    expect(await codeOf(admin.createQueue(name(), { maxDeliveryCount: 0 }))).toBe('ServiceError');
  });
});

describe('topics, subscriptions and rules', () => {
  test('the whole life of a topic', async () => {
    const topic = name();
    const options = { requiresDuplicateDetection: true, userMetadata: 'x' };
    expect(await admin.createTopic(topic, options)).toMatchObject({ name: topic, ...options });
    await admin.createSubscription(topic, 's1', { lockDuration: 'PT10S' });
    await admin.createSubscription(topic, 's2');
    const got = await admin.getSubscription(topic, 's1');
    expect(got).toMatchObject({ topicName: topic, subscriptionName: 's1', lockDuration: 'PT10S' });
    const updated = await admin.updateSubscription({ ...got, maxDeliveryCount: 2 });
    expect(updated.maxDeliveryCount).toBe(2);
    const updatedTopic = await admin.updateTopic({
      ...(await admin.getTopic(topic)),
      defaultMessageTimeToLive: 'PT1H',
    });
    expect(updatedTopic.defaultMessageTimeToLive).toBe('PT1H');
    const sender = client.createSender(topic);
    await sender.sendMessages([{ body: 1 }, { body: 2 }]);
    await sender.scheduleMessages({ body: 3 }, new Date(Date.now() + 60_000));
    const runtime = await admin.getTopicRuntimeProperties(topic);
    expect(runtime).toMatchObject({ subscriptionCount: 2, scheduledMessageCount: 1 });
    const counts = await admin.getSubscriptionRuntimeProperties(topic, 's1');
    expect(counts).toMatchObject({ totalMessageCount: 2, activeMessageCount: 2 });
    const subscriptions = await all(admin.listSubscriptions(topic));
    expect(subscriptions.map(({ subscriptionName }) => subscriptionName)).toEqual(['s1', 's2']);
    expect(await admin.subscriptionExists(topic, 's3')).toBe(false);
    await admin.deleteSubscription(topic, 's1');
    expect(await admin.subscriptionExists(topic, 's1')).toBe(false);
    await admin.deleteTopic(topic);
    expect(await admin.topicExists(topic)).toBe(false);
    const orphan = admin.createSubscription(topic, 's');
    expect(await codeOf(orphan)).toBe('MessageEntityNotFoundError');
  });

  test('rules are created, read, changed, listed and deleted', async () => {
    const topic = name();
    await admin.createTopic(topic);
    const filter = {
      subject: 'a & b',
      to: '<me>',
      applicationProperties: { text: 't', whole: 5, fraction: 1.5, truth: true },
    };
    await admin.createSubscription(topic, 's', { defaultRuleOptions: { name: 'first', filter } });
    const rules = await all(admin.listRules(topic, 's'));
    expect(rules.map((rule) => rule.name)).toEqual(['first']);
    expect(rules[0]?.filter).toMatchObject(filter);
    await admin.createRule(topic, 's', 'sql', { sqlExpression: "a > 5 AND b <> '<>'" });
    const action = { sqlExpression: 'SET c = 1' };
    await admin.createRule(topic, 's', 'acting', { sqlExpression: 'a = 1' }, action);
    const acting = await admin.getRule(topic, 's', 'acting');
    expect(acting.action).toMatchObject(action);
    await admin.updateRule(topic, 's', { ...acting, filter: { sqlExpression: 'a = 2' } });
    expect((await admin.getRule(topic, 's', 'acting')).filter).toMatchObject({
      sqlExpression: 'a = 2',
    });
    expect(await admin.ruleExists(topic, 's', 'none')).toBe(false);
    await admin.deleteRule(topic, 's', 'first');
    const left = await all(admin.listRules(topic, 's'));
    expect(left.map((rule) => rule.name)).toEqual(['acting', 'sql']);
    const again = admin.createRule(topic, 's', 'sql', { sqlExpression: '1=1' });
    expect(await codeOf(again)).toBe('MessageEntityAlreadyExistsError');
    const bad = admin.createRule(topic, 's', 'bad', { sqlExpression: 'a = = 1' });
    await expect(bad).rejects.toThrow(/wrong at character 5/);
    await client.createSender(topic).sendMessages([
      { body: 'no', applicationProperties: { a: 5 } },
      { body: 'yes', applicationProperties: { a: 6, b: 'x' } },
      { body: 'act', applicationProperties: { a: 2 } },
    ]);
    const receiver = client.createReceiver(topic, 's', { receiveMode: 'receiveAndDelete' });
    const messages = await receiver.receiveMessages(3, { maxWaitTimeInMs: 100 });
    expect(messages.map(({ body }): unknown => body)).toEqual(['yes', 'act']);
    expect(messages[1]?.applicationProperties).toEqual({ a: 2, c: 1, RuleName: 'acting' });
  });

  test('lists come in pages', async () => {
    const topic = name();
    await admin.createTopic(topic);
    for (let i = 0; i < 131; i++) {
      broker.catalog.addSubscription(topic, { name: `s${String(i).padStart(3, '0')}` });
    }
    const found = await all(admin.listSubscriptions(topic));
    expect(found).toHaveLength(131);
    expect(new Set(found.map(({ subscriptionName }) => subscriptionName)).size).toBe(131);
    const pages = await all(admin.listSubscriptions(topic).byPage({ maxPageSize: 50 }));
    expect(pages.map(({ length }) => length)).toEqual([50, 50, 31]);
    const queues = await all(admin.listQueues());
    expect(queues.every((queue) => broker.catalog.find(queue.name)?.kind === 'queue')).toBe(true);
    const topics = await all(admin.listTopics());
    expect(topics.map((one) => one.name)).toContain(topic);
    expect(await all(admin.listQueuesRuntimeProperties())).toHaveLength(queues.length);
  });

  test('the namespace has a name', async () => {
    const properties = await admin.getNamespaceProperties();
    expect(properties).toMatchObject({ name: 'sbemulatorns', messagingSku: 'Standard' });
  });
});

describe('the HTTP surface', () => {
  test('health is told as the official emulator tells it', async () => {
    const response = await fetch(`http://localhost:${broker.adminPort}/health`);
    expect([response.status, await response.json()]).toEqual([200, { status: 'healthy' }]);
  });

  test('bodies that are no XML, too large or out of place are refused', async () => {
    const url = `http://localhost:${broker.adminPort}/q`;
    for (const body of ['', '<a>', '<a></b>', 'text', '<!DOCTYPE a><a/>', '<entry/>']) {
      expect((await fetch(url, { method: 'PUT', body })).status).toBe(400);
    }
    const large = await fetch(url, { method: 'PUT', body: 'x'.repeat(1_100_000) });
    expect(large.status).toBe(413);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
  });

  test('with keys, only who has one is let in', async () => {
    const locked = await startBroker({ keys: { root: 'secret' } });
    const good = administration(locked.adminConnectionString);
    await good.createQueue('q');
    expect(await good.queueExists('q')).toBe(true);
    const wrong = locked.adminConnectionString.replace('secret', 'guess');
    const bad = administration(wrong);
    expect(await codeOf(bad.getQueue('q'))).toBe('UnauthorizedRequestError');
    await locked.close();
  });
});

test('the administration answers late, or with a status, if it is told to', async () => {
  const url = `http://localhost:${broker.adminPort}/none`;
  broker.plant({ at: 'admin', times: 1, effect: { kind: 'status', status: 503 } });
  expect((await fetch(url)).status).toBe(503);
  broker.plant({ at: 'admin', times: 1, effect: { kind: 'delay', delayMs: 20 } });
  expect((await fetch(url)).status).toBe(200);
});

test('an address that is none is a bad request', async () => {
  expect((await fetch(`http://localhost:${broker.adminPort}/%E0%A4%A`)).status).toBe(400);
});
