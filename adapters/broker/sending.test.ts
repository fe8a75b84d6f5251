import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Broker, startBroker } from './broker.ts';
import { ServiceBusClient } from '@azure/service-bus';

let broker: Broker;
let client: ServiceBusClient;

beforeEach(async () => {
  broker = await startBroker({ queues: ['q'] });
  client = new ServiceBusClient(broker.connectionString, {
    retryOptions: { maxRetries: 0, timeoutInMs: 2000 },
  });
});
afterEach(async () => {
  await client.close();
  await broker.close();
});

describe('sending and receiving', () => {
  test('a message sent is received and completed', async () => {
    await client.createSender('q').sendMessages({ body: 'hello', messageId: 'm1' });
    const receiver = client.createReceiver('q');
    const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 1000 });
    expect(message?.body).toBe('hello');
    if (message !== undefined) await receiver.completeMessage(message);
  });
});
