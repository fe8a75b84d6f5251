import { ServiceBusAdministrationClient, ServiceBusClient } from '@azure/service-bus';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Broker, startBroker } from './broker.ts';
import { selfSigned } from './certificate.ts';

let broker: Broker;
let client: ServiceBusClient;

beforeEach(async () => {
  // What is forwarded to is named after what forwards.
  broker = await startBroker({
    queues: [
      { name: 'source', forwardTo: 'target' },
      { name: 'target', forwardDeadLetteredMessagesTo: 'graves' },
    ],
    topics: [
      { name: 't', subscriptions: [{ name: 's', forwardTo: 'target' }] },
      { name: 'graves', subscriptions: ['all'] },
    ],
  });
  client = new ServiceBusClient(broker.connectionString);
});
afterEach(async () => {
  await client.close();
  await broker.close();
});

async function bodies(path: string, count: number): Promise<readonly unknown[]> {
  const receiver = client.createReceiver(path, { receiveMode: 'receiveAndDelete' });
  const messages = await receiver.receiveMessages(count, { maxWaitTimeInMs: 500 });
  await receiver.close();
  return messages.map(({ body }): unknown => body);
}

describe('forwarding', () => {
  test('queues and subscriptions forward, in whatever order they were described', async () => {
    await client.createSender('source').sendMessages({ body: 'by queue' });
    await client.createSender('t').sendMessages({ body: 'by subscription' });
    expect(await bodies('target', 2)).toEqual(['by queue', 'by subscription']);
  });

  test('a dead letter goes on with its reason', async () => {
    await client.createSender('source').sendMessages({ body: 'bad' });
    const receiver = client.createReceiver('target');
    const [message] = await receiver.receiveMessages(1);
    if (message === undefined) throw new Error('nothing was forwarded');
    await receiver.deadLetterMessage(message, {
      deadLetterReason: 'why',
      deadLetterErrorDescription: 'very',
    });
    const graves = client.createReceiver('graves', 'all');
    const [dead] = await graves.receiveMessages(1);
    expect([dead?.body, dead?.deadLetterReason]).toEqual(['bad', 'why']);
    expect(dead?.applicationProperties).toMatchObject({ DeadLetterReason: 'why' });
  });

  test('what could not go on is counted, and received from the transfer dead letters', async () => {
    broker.catalog.remove('target');
    await client.createSender('source').sendMessages({ body: 'stuck' });
    const url = `http://localhost:${broker.adminPort}/source`;
    expect(await (await fetch(url)).text()).toMatch(/TransferDeadLetterMessageCount>1</);
    const receiver = client.createReceiver('source', { subQueueType: 'transferDeadLetter' });
    const [stuck] = await receiver.receiveMessages(1);
    expect([stuck?.body, stuck?.deadLetterReason]).toEqual(['stuck', 'TransferFailed']);
    expect(stuck?.deadLetterSource).toBe('source');
  });

  test('a target that is not there is named', async () => {
    const queues = [{ name: 'q', forwardTo: 'nowhere' }];
    await expect(startBroker({ queues })).rejects.toThrow(/'nowhere'.*create it/);
  });
});

test('an entity that went by itself is gone for everybody', async () => {
  const tls = selfSigned();
  const short = await startBroker({ tls, queues: [{ name: 'q', autoDeleteOnIdleMs: 50 }] });
  const { adminConnectionString } = short;
  const options = { tlsOptions: { ca: tls.cert } };
  const admin = new ServiceBusAdministrationClient(adminConnectionString, options);
  while (await admin.queueExists('q')) await new Promise(setImmediate);
  expect(short.catalog.find('q')).toBeUndefined();
  await admin.createQueue('q');
  expect(await admin.queueExists('q')).toBe(true);
  await short.close();
});
