import { ServiceBusClient, ServiceBusError } from '@azure/service-bus';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Broker, startBroker } from './broker.ts';

let broker: Broker;
let client: ServiceBusClient;
let queues = 0;

beforeAll(async () => {
  broker = await startBroker({
    messageBytesMax: 20_000,
    queues: [{ name: 'off', status: 'Disabled' }],
    topics: [{ name: 't', subscriptions: ['one', 'two'] }],
  });
  client = new ServiceBusClient(broker.connectionString, {
    retryOptions: { maxRetries: 0, timeoutInMs: 2000 },
  });
});
afterAll(async () => {
  await client.close();
  await broker.close();
});

function newQueue(): string {
  return broker.catalog.addQueue({ name: `q${++queues}` }).path;
}

async function bodiesIn(path: string, count: number): Promise<readonly unknown[]> {
  const receiver = client.createReceiver(path, { receiveMode: 'receiveAndDelete' });
  const messages = await receiver.receiveMessages(count, { maxWaitTimeInMs: 1000 });
  await receiver.close();
  return messages.map(({ body }): unknown => body);
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof ServiceBusError ? error.code : String(error);
}

describe('sending', () => {
  test('every field of a message and every type of property survives', async () => {
    const path = newQueue();
    const sent = {
      body: { nested: [1, 'two', null] },
      messageId: 'm1',
      to: 'somebody',
      replyTo: 'me',
      subject: 'vote',
      correlationId: 'c1',
      contentType: 'application/json',
      sessionId: 's1',
      replyToSessionId: 's2',
      partitionKey: 's1',
      timeToLive: 60_000,
      applicationProperties: {
        text: 'ü',
        whole: 5,
        negative: -5,
        fraction: 1.5,
        truth: true,
        when: new Date(1_700_000_000_000),
      },
    };
    await client.createSender(path).sendMessages(sent);
    const receiver = client.createReceiver(path);
    const [message] = await receiver.receiveMessages(1);
    // The SDK itself shows a timestamp as a number.
    const applicationProperties = { ...sent.applicationProperties, when: 1_700_000_000_000 };
    expect(message).toMatchObject({ ...sent, applicationProperties });
    expect(message?.deliveryCount).toBe(0);
    expect(message?.sequenceNumber?.toNumber()).toBe(1);
    expect(message?.state).toBe('active');
    expect(Math.abs(Date.now() - (message?.enqueuedTimeUtc?.getTime() ?? 0))).toBeLessThan(5000);
    await receiver.close();
  });

  test('bytes, texts and AMQP bodies arrive as they were', async () => {
    const path = newQueue();
    const sender = client.createSender(path);
    await sender.sendMessages({ body: Buffer.from([0, 1, 255]) });
    await sender.sendMessages({ body: 'text' });
    await sender.sendMessages({ bodyType: 'value', body: 42 });
    await sender.sendMessages({ bodyType: 'sequence', body: [1, [2], 'three'] });
    const [bytes, text, value, sequence] = await bodiesIn(path, 4);
    expect(Buffer.from(bytes instanceof Uint8Array ? bytes : [])).toEqual(Buffer.from([0, 1, 255]));
    expect([text, value, sequence]).toEqual(['text', 42, [1, [2], 'three']]);
  });

  test('a message without an id gets one', async () => {
    const path = newQueue();
    await client.createSender(path).sendMessages({ body: 1, subject: 'kept' });
    const receiver = client.createReceiver(path, { receiveMode: 'receiveAndDelete' });
    const [message] = await receiver.receiveMessages(1);
    expect(message?.messageId).toMatch(/^[0-9a-f]{32}$/);
    expect(message?.subject).toBe('kept');
    expect(message?.body).toBe(1);
  });

  test('arrays and batches arrive message by message, in order', async () => {
    const path = newQueue();
    const sender = client.createSender(path);
    await sender.sendMessages(Array.from({ length: 50 }, (_, i) => ({ body: i })));
    const batch = await sender.createMessageBatch();
    expect(batch.maxSizeInBytes).toBe(20_000);
    for (let i = 50; i < 60; i++) expect(batch.tryAddMessage({ body: i })).toBe(true);
    await sender.sendMessages(batch);
    expect(await bodiesIn(path, 60)).toEqual(Array.from({ length: 60 }, (_, i) => i));
  });

  test('many messages in flight keep their order', async () => {
    const path = newQueue();
    const sender = client.createSender(path);
    await Promise.all(Array.from({ length: 500 }, (_, i) => sender.sendMessages({ body: i })));
    expect(await bodiesIn(path, 500)).toEqual(Array.from({ length: 500 }, (_, i) => i));
  });

  test('a topic gives a copy to each subscription', async () => {
    await client.createSender('t').sendMessages({ body: 'for all' });
    for (const name of ['one', 'two']) {
      const receiver = client.createReceiver('t', name, { receiveMode: 'receiveAndDelete' });
      const [message] = await receiver.receiveMessages(1);
      expect(message?.body).toBe('for all');
    }
  });
});

describe('what is refused', () => {
  test('a message above the limit', async () => {
    const sender = client.createSender(newQueue());
    const promise = sender.sendMessages({ body: Buffer.alloc(25_000) });
    expect(await codeOf(promise)).toBe('MessageSizeExceeded');
    await sender.sendMessages({ body: Buffer.alloc(1000) });
  });

  test('an entity that does not exist, for senders and receivers', async () => {
    const sending = client.createSender('none').sendMessages({ body: 1 });
    expect(await codeOf(sending)).toBe('MessagingEntityNotFound');
    const receiving = client.createReceiver('none').receiveMessages(1, { maxWaitTimeInMs: 500 });
    expect(await codeOf(receiving)).toBe('MessagingEntityNotFound');
    const missing = client.createReceiver('t', 'none').receiveMessages(1);
    expect(await codeOf(missing)).toBe('MessagingEntityNotFound');
  });

  test('an entity that is disabled', async () => {
    const sending = client.createSender('off').sendMessages({ body: 1 });
    expect(await codeOf(sending)).toBe('MessagingEntityDisabled');
    const receiving = client.createReceiver('off').receiveMessages(1, { maxWaitTimeInMs: 500 });
    expect(await codeOf(receiving)).toBe('MessagingEntityDisabled');
  });

  test('receiving from a topic', async () => {
    const receiving = client.createReceiver('t').receiveMessages(1, { maxWaitTimeInMs: 500 });
    expect(await codeOf(receiving)).toBe('GeneralError');
  });
});

describe('receiving', () => {
  test('an empty queue gives nothing, and its receiver works afterwards', async () => {
    const path = newQueue();
    const receiver = client.createReceiver(path, { receiveMode: 'receiveAndDelete' });
    expect(await receiver.receiveMessages(5, { maxWaitTimeInMs: 50 })).toEqual([]);
    await client.createSender(path).sendMessages([{ body: 1 }, { body: 2 }]);
    expect(await receiver.receiveMessages(2)).toHaveLength(2);
  });

  test('a large message travels in several frames', async () => {
    const big = await startBroker({ queues: ['q'] });
    const own = new ServiceBusClient(big.connectionString);
    const body = Buffer.alloc(200_000, 'abc');
    await own.createSender('q').sendMessages({ body });
    const receiver = own.createReceiver('q', { receiveMode: 'receiveAndDelete' });
    const [message] = await receiver.receiveMessages(1);
    const received: unknown = message?.body;
    expect(received instanceof Uint8Array && Buffer.from(received).equals(body)).toBe(true);
    await own.close();
    await big.close();
  });

  test('subscribe hands out a thousand messages and completes them', async () => {
    const path = newQueue();
    const count = 1000;
    const seen: unknown[] = [];
    const receiver = client.createReceiver(path);
    const all = new Promise<void>((resolve, reject) => {
      receiver.subscribe(
        {
          processMessage: ({ body }) => {
            seen.push(body);
            if (seen.length === count) resolve();
            return Promise.resolve();
          },
          processError: ({ error }) => Promise.resolve(reject(error)),
        },
        { maxConcurrentCalls: 64 },
      );
    });
    const sender = client.createSender(path);
    for (let from = 0; from < count; from += 100) {
      await sender.sendMessages(Array.from({ length: 100 }, (_, i) => ({ body: from + i })));
    }
    await all;
    await receiver.close();
    expect(seen).toEqual(Array.from({ length: count }, (_, i) => i));
    expect(await bodiesIn(path, 1)).toEqual([]);
  });
});
