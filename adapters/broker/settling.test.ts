import { ServiceBusClient, ServiceBusError, type ServiceBusReceiver } from '@azure/service-bus';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Broker, startBroker } from './broker.ts';
import type { QueueProperties } from './entities.ts';

let broker: Broker;
let client: ServiceBusClient;
let queues = 0;

beforeAll(async () => {
  broker = await startBroker();
  client = new ServiceBusClient(broker.connectionString, {
    retryOptions: { maxRetries: 0, timeoutInMs: 2000 },
  });
});
afterAll(async () => {
  await client.close();
  await broker.close();
});

async function queueWith(
  bodies: readonly unknown[],
  properties: Partial<QueueProperties> = {},
): Promise<{ readonly path: string; readonly receiver: ServiceBusReceiver }> {
  const { path } = broker.catalog.addQueue({ name: `q${++queues}`, ...properties });
  await client
    .createSender(path)
    .sendMessages(
      bodies.map((body) => ({ body, applicationProperties: { kept: 'yes', changed: 1 } })),
    );
  return { path, receiver: client.createReceiver(path, { maxAutoLockRenewalDurationInMs: 0 }) };
}

async function one(receiver: ServiceBusReceiver) {
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 1000 });
  if (message === undefined) throw new Error('no message came');
  return message;
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof ServiceBusError ? error.code : String(error);
}

function isEmpty(receiver: ServiceBusReceiver): Promise<boolean> {
  return receiver.peekMessages(1).then(({ length }) => length === 0);
}

describe('settling', () => {
  test('a completed message is gone', async () => {
    const { receiver } = await queueWith(['a']);
    await receiver.completeMessage(await one(receiver));
    expect(await isEmpty(receiver)).toBe(true);
  });

  test('an abandoned message comes again, with properties changed and the count up', async () => {
    const { receiver } = await queueWith([{ some: 'body' }]);
    await receiver.abandonMessage(await one(receiver), { changed: 2, added: 'new' });
    const again = await one(receiver);
    expect(again.deliveryCount).toBe(1);
    expect(again.body).toEqual({ some: 'body' });
    expect(again.applicationProperties).toEqual({ kept: 'yes', changed: 2, added: 'new' });
  });

  test('abandoned too often, a message is dead-lettered', async () => {
    const { path, receiver } = await queueWith(['a'], { maxDeliveryCount: 2 });
    await receiver.abandonMessage(await one(receiver));
    await receiver.abandonMessage(await one(receiver));
    const dead = client.createReceiver(path, { subQueueType: 'deadLetter' });
    const message = await one(dead);
    expect(message.deadLetterReason).toBe('MaxDeliveryCountExceeded');
    expect(message.deadLetterSource).toBe(path);
    await dead.completeMessage(message);
    expect(await isEmpty(dead)).toBe(true);
  });

  test('a dead-lettered message says why', async () => {
    const { path, receiver } = await queueWith(['a']);
    await receiver.deadLetterMessage(await one(receiver), {
      deadLetterReason: 'bad',
      deadLetterErrorDescription: 'very bad',
      extra: 7,
    });
    const message = await one(client.createReceiver(path, { subQueueType: 'deadLetter' }));
    expect(message.deadLetterReason).toBe('bad');
    expect(message.deadLetterErrorDescription).toBe('very bad');
    expect(message.applicationProperties).toMatchObject({ kept: 'yes', changed: 1, extra: 7 });
    expect(message.body).toBe('a');
  });

  test('a deferred message is received by its number, and settled', async () => {
    const { receiver } = await queueWith(['a']);
    const message = await one(receiver);
    await receiver.deferMessage(message, { changed: 3 });
    const number = message.sequenceNumber ?? expect.fail('no number');
    const [again] = await receiver.receiveDeferredMessages(number);
    expect(again?.body).toBe('a');
    expect(again?.deliveryCount).toBe(1);
    expect(again?.applicationProperties).toMatchObject({ changed: 3 });
    if (again !== undefined) await receiver.completeMessage(again);
    expect(await isEmpty(receiver)).toBe(true);
    const missing = receiver.receiveDeferredMessages(number);
    expect(await codeOf(missing)).toBe('MessageNotFound');
  });

  test('a deferred message can be received and deleted at once', async () => {
    const { path, receiver } = await queueWith(['a']);
    const message = await one(receiver);
    await receiver.deferMessage(message);
    const other = client.createReceiver(path, { receiveMode: 'receiveAndDelete' });
    const [again] = await other.receiveDeferredMessages(
      message.sequenceNumber ?? expect.fail('no number'),
    );
    expect(again?.body).toBe('a');
    expect(await isEmpty(other)).toBe(true);
  });

  test('a message is settled through management when its link is gone', async () => {
    const { path, receiver } = await queueWith(['a', 'b', 'c', 'd']);
    const messages = await receiver.receiveMessages(4);
    broker.detach(path);
    const [complete, abandon, dead, defer] = messages;
    if (!complete || !abandon || !dead || !defer) throw new Error('four are expected');
    await receiver.completeMessage(complete);
    await receiver.abandonMessage(abandon);
    await receiver.deadLetterMessage(dead);
    await receiver.deferMessage(defer);
    const left = await receiver.peekMessages(9);
    expect(left.map(({ body, state }): unknown => [body, state])).toEqual([
      ['b', 'active'],
      ['d', 'deferred'],
    ]);
  });
});

describe('locks', () => {
  test('a lock that runs out brings the message back, and settling it fails', async () => {
    const { path, receiver } = await queueWith(['a'], { lockDurationMs: 100 });
    const message = await one(receiver);
    const again = await one(client.createReceiver(path));
    expect(again.deliveryCount).toBe(1);
    expect(await codeOf(receiver.completeMessage(message))).toBe('MessageLockLost');
  });

  test('a renewed lock holds on', async () => {
    const { path, receiver } = await queueWith(['a'], { lockDurationMs: 1_500 });
    const message = await one(receiver);
    const before = message.lockedUntilUtc?.getTime() ?? Infinity;
    const other = client.createReceiver(path);
    // Half of the lock goes by first, so that the renewed one ends well after the old one.
    expect(await other.receiveMessages(1, { maxWaitTimeInMs: 700 })).toEqual([]);
    const until = await receiver.renewMessageLock(message);
    expect(until.getTime()).toBeGreaterThan(before);
    const waitMs = Math.max(1, before - Date.now());
    expect(await other.receiveMessages(1, { maxWaitTimeInMs: waitMs })).toEqual([]);
    await receiver.completeMessage(message);
  });

  test('a lock taken by a fault is lost', async () => {
    const { path, receiver } = await queueWith(['a']);
    const message = await one(receiver);
    broker.inject({ kind: 'expireLocks', path });
    expect(await codeOf(receiver.renewMessageLock(message))).toBe('MessageLockLost');
    expect(await codeOf(receiver.completeMessage(message))).toBe('MessageLockLost');
  });

  test('the SDK renews a lock while the handler works', async () => {
    const { path } = await queueWith(['a'], { lockDurationMs: 1200 });
    const receiver = client.createReceiver(path);
    const counts: (number | undefined)[] = [];
    await new Promise<void>((resolve, reject) => {
      receiver.subscribe({
        processMessage: async (message) => {
          counts.push(message.deliveryCount);
          const before = message.lockedUntilUtc;
          while (message.lockedUntilUtc === before) await new Promise(setImmediate);
          resolve();
        },
        processError: ({ error }) => Promise.resolve(reject(error)),
      });
    });
    await receiver.close();
    expect(counts).toEqual([0]);
  });
});

describe('peeking and scheduling', () => {
  test('a peek shows messages of every state and takes none', async () => {
    const { path, receiver } = await queueWith(['a', 'b']);
    await receiver.deferMessage(await one(receiver));
    const at = new Date(Date.now() + 60_000);
    await client.createSender(path).scheduleMessages({ body: 'later' }, at);
    const shown = await receiver.peekMessages(9);
    expect(shown.map(({ body, state }): unknown => [body, state])).toEqual([
      ['a', 'deferred'],
      ['b', 'active'],
      ['later', 'scheduled'],
    ]);
    expect(shown[2]?.scheduledEnqueueTimeUtc).toEqual(at);
  });

  test('a scheduled message comes at its time', async () => {
    const { path, receiver } = await queueWith([]);
    const at = new Date(Date.now() + 150);
    const sender = client.createSender(path);
    await sender.scheduleMessages([{ body: 1 }, { body: 2 }], at);
    await sender.sendMessages({ body: 3, scheduledEnqueueTimeUtc: at });
    const messages = await receiver.receiveMessages(3, { maxWaitTimeInMs: 1500 });
    expect(messages.map(({ body }): unknown => body)).toEqual([1, 2, 3]);
    expect(Date.now()).toBeGreaterThanOrEqual(at.getTime());
  });

  test('a scheduled message is cancelled once', async () => {
    const { path, receiver } = await queueWith([]);
    const sender = client.createSender(path);
    const numbers = await sender.scheduleMessages({ body: 1 }, new Date(Date.now() + 60_000));
    await sender.cancelScheduledMessages(numbers);
    expect(await isEmpty(receiver)).toBe(true);
    expect(await codeOf(sender.cancelScheduledMessages(numbers))).toBe('MessageNotFound');
  });
});

describe('time-to-live and duplicates', () => {
  test('an expired message is dead-lettered where the queue says so', async () => {
    const options = { defaultTimeToLiveMs: 50, deadLetteringOnMessageExpiration: true };
    const { path } = await queueWith(['a'], options);
    const dead = client.createReceiver(path, { subQueueType: 'deadLetter' });
    const receiver = client.createReceiver(path);
    expect(await receiver.receiveMessages(1, { maxWaitTimeInMs: 1 })).toHaveLength(1);
    const { path: other } = broker.catalog.addQueue({ name: `q${++queues}`, ...options });
    await client.createSender(other).sendMessages({ body: 'x', timeToLive: 1 });
    const late = client.createReceiver(other);
    expect(await late.receiveMessages(1, { maxWaitTimeInMs: 100 })).toEqual([]);
    const buried = await one(client.createReceiver(other, { subQueueType: 'deadLetter' }));
    expect(buried.deadLetterReason).toBe('TTLExpiredException');
    await dead.close();
  });

  test('a duplicate is accepted and swallowed', async () => {
    const { path, receiver } = await queueWith([], { requiresDuplicateDetection: true });
    const sender = client.createSender(path);
    await sender.sendMessages({ body: 'first', messageId: 'same' });
    await sender.sendMessages({ body: 'second', messageId: 'same' });
    const messages = await receiver.receiveMessages(2, { maxWaitTimeInMs: 200 });
    expect(messages.map(({ body }): unknown => body)).toEqual(['first']);
  });
});
