import { ServiceBusClient, ServiceBusError, type ServiceBusReceiver } from '@azure/service-bus';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Broker, startBroker } from './broker.ts';

let broker: Broker;
let client: ServiceBusClient;

beforeEach(async () => {
  broker = await startBroker({ queues: ['q'], topics: [{ name: 't', subscriptions: ['a', 'b'] }] });
  client = newClient();
});
afterEach(async () => {
  broker.calm();
  await Promise.race([client.close(), broker.close()]);
  await broker.close();
});

function newClient(maxRetries = 1): ServiceBusClient {
  return new ServiceBusClient(broker.connectionString, {
    retryOptions: { maxRetries, retryDelayInMs: 20, timeoutInMs: 1100 },
  });
}

/** The codes of an error, or of all the attempts that it gathers. */
async function codesOf(promise: Promise<unknown>): Promise<readonly unknown[]> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) return [];
  const errors: unknown[] = error instanceof AggregateError ? error.errors : [error];
  return errors.map((one) => (one instanceof ServiceBusError ? one.code : String(one)));
}

async function bodies(path = 'q', count = 10): Promise<readonly unknown[]> {
  const receiver = client.createReceiver(path, { receiveMode: 'receiveAndDelete' });
  const messages = await receiver.receiveMessages(count, { maxWaitTimeInMs: 100 });
  await receiver.close();
  return messages.map(({ body }): unknown => body);
}

/** The next error that a subscribed receiver is told of. */
function errorOf(receiver: ServiceBusReceiver, seen: unknown[] = []): Promise<string> {
  return new Promise((resolve) => {
    receiver.subscribe({
      processMessage: ({ body }) => {
        seen.push(body);
        return Promise.resolve();
      },
      processError: ({ error }) => {
        resolve(error instanceof ServiceBusError ? error.code : error.message);
        return Promise.resolve();
      },
    });
  });
}

describe('sending', () => {
  test.each([
    ['com.microsoft:server-busy', ['ServiceBusy', 'ServiceBusy']],
    ['com.microsoft:timeout', ['ServiceTimeout', 'ServiceTimeout']],
    ['amqp:internal-error', ['GeneralError', 'GeneralError']],
    ['com.microsoft:operation-cancelled', ['GeneralError', 'GeneralError']],
    ['amqp:unauthorized-access', ['UnauthorizedAccess', 'UnauthorizedAccess']],
    ['amqp:resource-limit-exceeded', ['QuotaExceeded']],
    ['com.microsoft:entity-disabled', ['MessagingEntityDisabled']],
    ['amqp:link:message-size-exceeded', ['MessageSizeExceeded']],
    ['amqp:not-allowed', ['GeneralError']],
    ['com.microsoft:argument-error', ['GeneralError']],
  ])('rejected with %s', async (condition, codes) => {
    const planted = broker.plant({ at: 'send', path: 'q', effect: { kind: 'error', condition } });
    expect(await codesOf(client.createSender('q').sendMessages({ body: 1 }))).toEqual(codes);
    expect(planted.hits).toBe(codes.length);
    planted.remove();
    await client.createSender('q').sendMessages({ body: 2 });
    expect(await bodies()).toEqual([2]);
  });

  test('busy once: the second attempt succeeds', async () => {
    const condition = 'com.microsoft:server-busy';
    broker.plant({ at: 'send', times: 1, effect: { kind: 'error', condition } });
    await client.createSender('q').sendMessages({ body: 1 });
    expect(await bodies()).toEqual([1]);
  });

  test('stored without an answer: sent again, two copies', async () => {
    broker.plant({ at: 'send', times: 1, effect: { kind: 'noAck' } });
    await client.createSender('q').sendMessages({ body: 1 });
    expect(await bodies()).toEqual([1, 1]);
  });

  test('answered without being stored: lost', async () => {
    broker.plant({ at: 'send', after: 1, times: 1, effect: { kind: 'lose' } });
    const sender = client.createSender('q');
    for (const body of [1, 2, 3]) await sender.sendMessages({ body });
    expect(await bodies()).toEqual([1, 3]);
  });

  test('stored twice', async () => {
    const when = ({ subject }: { readonly subject?: string }): boolean => subject === 'twice';
    broker.plant({ at: 'send', when, effect: { kind: 'duplicate' } });
    const sender = client.createSender('q');
    await sender.sendMessages({ body: 1 });
    await sender.sendMessages({ body: 2, subject: 'twice' });
    expect(await bodies()).toEqual([1, 2, 2]);
  });

  test('late', async () => {
    broker.plant({ at: 'send', times: 1, effect: { kind: 'delay', delayMs: 50 } });
    const sender = client.createSender('q');
    await Promise.all([sender.sendMessages({ body: 1 }), sender.sendMessages({ body: 2 })]);
    expect(await bodies()).toEqual([2, 1]);
  });

  test.each([
    { kind: 'detach' } as const,
    { kind: 'detach', condition: 'amqp:link:detach-forced' } as const,
    { kind: 'disconnect' } as const,
  ])('in flight when %j strikes: sent again', async (effect) => {
    const planted = broker.plant({ at: 'send', times: 1, effect });
    await client.createSender('q').sendMessages({ body: 1 });
    expect(planted.hits).toBe(1);
    expect(await bodies()).toEqual([1]);
  });
});

describe('links', () => {
  test.each([
    ['com.microsoft:server-busy', 'ServiceBusy'],
    ['amqp:unauthorized-access', 'UnauthorizedAccess'],
    ['com.microsoft:entity-disabled', 'MessagingEntityDisabled'],
  ])('an attach refused with %s', async (condition, code) => {
    broker.plant({ at: 'attach', path: 'q', effect: { kind: 'error', condition } });
    const codes = await codesOf(client.createSender('q').sendMessages({ body: 1 }));
    expect(new Set(codes)).toEqual(new Set([code]));
  });

  test('a link without credit makes the sender wait in vain', async () => {
    broker.plant({ at: 'attach', path: 'q', effect: { kind: 'noCredit' } });
    const sending = newClient(0).createSender('q').sendMessages({ body: 1 });
    expect(await codesOf(sending)).toHaveLength(1);
  });

  test.each([
    ['amqp:link:detach-forced', 'GeneralError'],
    ['com.microsoft:server-busy', 'ServiceBusy'],
    ['amqp:link:stolen', 'GeneralError'],
  ])('a receiver detached with %s is told and comes back', async (condition, code) => {
    const seen: unknown[] = [];
    const receiver = client.createReceiver('q');
    const told = errorOf(receiver, seen);
    await client.createSender('q').sendMessages({ body: 1 });
    await until(() => seen.length === 1);
    broker.detach('q', { condition, description: 'An injected fault.' });
    expect(await told).toBe(code);
    await client.createSender('q').sendMessages({ body: 2 });
    await until(() => seen.length === 2);
    expect(seen).toEqual([1, 2]);
  });

  test('credit that is never given back does not stop a receiver', async () => {
    const planted = broker.plant({ at: 'drain', times: 1, effect: { kind: 'ignore' } });
    const receiver = client.createReceiver('q', { receiveMode: 'receiveAndDelete' });
    expect(await receiver.receiveMessages(1, { maxWaitTimeInMs: 50 })).toEqual([]);
    expect(planted.hits).toBe(1);
    await client.createSender('q').sendMessages({ body: 1 });
    expect(await receiver.receiveMessages(1)).toHaveLength(1);
  });
});

describe('deliveries', () => {
  test('a partition drops what one sends to another, and only that', async () => {
    broker.plant({
      at: 'deliver',
      path: 't/Subscriptions/a',
      when: ({ replyTo }) => replyTo === 'b',
      effect: { kind: 'drop' },
    });
    const sender = client.createSender('t');
    await sender.sendMessages([
      { body: 1, replyTo: 'b' },
      { body: 2, replyTo: 'c' },
    ]);
    expect(await bodies('t/Subscriptions/a')).toEqual([2]);
    expect(await bodies('t/Subscriptions/b')).toEqual([1, 2]);
  });

  test('twice, or late', async () => {
    const sender = client.createSender('q');
    await sender.sendMessages([{ body: 1 }, { body: 2 }, { body: 3 }]);
    broker.plant({ at: 'deliver', times: 1, effect: { kind: 'delay', delayMs: 20 } });
    expect(await bodies('q', 3)).toEqual([2, 3, 1]);
    broker.plant({ at: 'deliver', times: 1, effect: { kind: 'duplicate' } });
    await sender.sendMessages({ body: 4 });
    expect(await bodies('q', 2)).toEqual([4, 4]);
  });

  test('a settlement refused, or done and not confirmed', async () => {
    const sender = client.createSender('q');
    await sender.sendMessages([{ body: 1 }, { body: 2 }]);
    const receiver = client.createReceiver('q');
    const [first, second] = await receiver.receiveMessages(2);
    if (!first || !second) throw new Error('two messages are expected');
    const condition = 'com.microsoft:message-lock-lost';
    broker.plant({ at: 'settle', times: 1, effect: { kind: 'error', condition } });
    expect(await codesOf(receiver.completeMessage(first))).toEqual(['MessageLockLost']);
    broker.plant({ at: 'settle', times: 1, effect: { kind: 'noAck' } });
    await receiver.completeMessage(second).catch(() => {});
    expect((await receiver.peekMessages(9)).map(({ body }): unknown => body)).toEqual([1]);
  });
});

describe('requests', () => {
  test.each([
    [401, 'UnauthorizedAccess'],
    [503, 'ServiceBusy'],
  ])('a token refused with %d', async (status, code) => {
    broker.plant({ at: 'cbs', effect: { kind: 'status', status } });
    const codes = await codesOf(client.createSender('q').sendMessages({ body: 1 }));
    expect(new Set(codes)).toEqual(new Set([code]));
  });

  test('a token late once, then never answered', async () => {
    broker.plant({ at: 'cbs', times: 1, effect: { kind: 'delay', delayMs: 30 } });
    await client.createSender('q').sendMessages({ body: 1 });
    const other = newClient(0);
    broker.plant({ at: 'cbs', effect: { kind: 'drop' } });
    const codes = await codesOf(other.createSender('q').sendMessages({ body: 1 }));
    expect(codes).toEqual(['ServiceTimeout']);
  });

  test('management late, refused, and never answered', async () => {
    await client.createSender('q').sendMessages({ body: 1 });
    const receiver = newClient(0).createReceiver('q');
    broker.plant({ at: 'management', times: 1, effect: { kind: 'delay', delayMs: 30 } });
    expect(await receiver.peekMessages(1)).toHaveLength(1);
    const condition = 'com.microsoft:server-busy';
    broker.plant({ at: 'management', times: 1, effect: { kind: 'error', condition } });
    expect(await codesOf(receiver.peekMessages(1))).toEqual(['ServiceBusy']);
    broker.plant({ at: 'management', times: 1, effect: { kind: 'drop' } });
    expect(await codesOf(receiver.peekMessages(1))).toHaveLength(1);
  });

  test('the administration answers late, or with a status', async () => {
    const url = `http://localhost:${broker.adminPort}/q`;
    broker.plant({ at: 'admin', times: 1, effect: { kind: 'status', status: 503 } });
    expect((await fetch(url)).status).toBe(503);
    broker.plant({ at: 'admin', times: 1, effect: { kind: 'delay', delayMs: 20 } });
    expect((await fetch(url)).status).toBe(200);
  });
});

describe('connections', () => {
  async function afterStriking(strike: () => void): Promise<readonly unknown[]> {
    const seen: unknown[] = [];
    const receiver = client.createReceiver('q');
    void errorOf(receiver, seen);
    const sender = client.createSender('q');
    await sender.sendMessages({ body: 1 });
    await until(() => seen.length === 1);
    strike();
    await until(() => broker.connections.length === 0);
    await client.createSender('q').sendMessages({ body: 2 });
    await until(() => seen.length === 2);
    return seen;
  }

  test.each(['close', 'reset'] as const)('a socket ended by %s comes back', async (how) => {
    const strike = (): void => broker.connections.forEach((connection) => connection.cut(how));
    expect(await afterStriking(strike)).toEqual([1, 2]);
  });

  test('a Close that says forced comes back', async () => {
    const error = { condition: 'amqp:connection:forced', description: 'An injected fault.' };
    const strike = (): void => broker.connections.forEach((one) => one.close(error));
    expect(await afterStriking(strike)).toEqual([1, 2]);
  });

  test('a Close without an error wedges the SDK, but not a new client', async () => {
    const sender = newClient(0).createSender('q');
    await sender.sendMessages({ body: 1 });
    for (const connection of broker.connections) connection.close();
    await until(() => broker.connections.length === 0);
    expect(await codesOf(sender.sendMessages({ body: 2 }))).toHaveLength(1);
    await newClient().createSender('q').sendMessages({ body: 3 });
    expect(await bodies()).toEqual([1, 3]);
  });

  test('a black hole makes sends time out until it closes', async () => {
    const sender = newClient(0).createSender('q');
    await sender.sendMessages({ body: 1 });
    for (const connection of broker.connections) connection.blackHole('in');
    expect(await codesOf(sender.sendMessages({ body: 2 }))).toEqual(['ServiceTimeout']);
    for (const connection of broker.connections) connection.blackHole('none');
    await sender.sendMessages({ body: 3 });
    expect(await bodies()).toEqual([1, 3]);
  });

  test('answers lost in a black hole are duplicates later', async () => {
    const sender = newClient(0).createSender('q');
    await sender.sendMessages({ body: 1 });
    for (const connection of broker.connections) connection.blackHole('out');
    expect(await codesOf(sender.sendMessages({ body: 2 }))).toEqual(['ServiceTimeout']);
    expect(await bodies()).toEqual([1, 2]);
  });

  test('a slow link is only slower', async () => {
    const sender = client.createSender('q');
    await sender.sendMessages({ body: 1 });
    for (const connection of broker.connections) connection.slowDown({ bytes: 64, everyMs: 1 });
    await sender.sendMessages({ body: 2 });
    expect(await bodies()).toEqual([1, 2]);
  });

  test('a torn frame ends the connection, and the next send opens another', async () => {
    const sender = client.createSender('q');
    await sender.sendMessages({ body: 1 });
    for (const connection of broker.connections) connection.tear(3);
    await sender.sendMessages({ body: 2 });
    expect(await bodies()).toEqual([1, 2]);
  });

  test('tokens that run out are renewed', async () => {
    const seen: unknown[] = [];
    const receiver = client.createReceiver('q');
    const told = errorOf(receiver, seen);
    await client.createSender('q').sendMessages({ body: 1 });
    await until(() => seen.length === 1);
    for (const connection of broker.connections) connection.expireTokens();
    expect(await told).toBe('UnauthorizedAccess');
    await client.createSender('q').sendMessages({ body: 2 });
    await until(() => seen.length === 2);
  });
});

describe('what Service Bus itself can do', () => {
  test('a restart closes receivers and keeps messages', async () => {
    const seen: unknown[] = [];
    const told = errorOf(client.createReceiver('q'), seen);
    await client.createSender('q').sendMessages({ body: 1 });
    await until(() => seen.length === 1);
    broker.inject({ kind: 'restart' });
    expect(await told).toBe('GeneralError');
    await client.createSender('q').sendMessages({ body: 2 });
    await until(() => seen.length >= 2);
  });

  test('throttling rejects with busy', async () => {
    broker.inject({ kind: 'throttle', untilMicros: Number.MAX_SAFE_INTEGER });
    const codes = await codesOf(client.createSender('q').sendMessages({ body: 1 }));
    expect(codes).toEqual(['ServiceBusy', 'ServiceBusy']);
    broker.inject({ kind: 'throttle', untilMicros: 0 });
    await client.createSender('q').sendMessages({ body: 1 });
  });

  test('a fault at a path where nothing is says so', () => {
    expect(() => broker.inject({ kind: 'expireLocks', path: 'none' })).toThrow(RangeError);
  });
});

/** Looks after every turn of the event loop; the test's own limit ends it. */
async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await new Promise(setImmediate);
}
