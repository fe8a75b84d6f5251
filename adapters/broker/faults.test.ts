import { ServiceBusClient, ServiceBusError, type ServiceBusReceiver } from '@azure/service-bus';
import { describe, expect, test, vi } from 'vitest';
import { type Broker, type BrokerConnection, startBroker } from './broker.ts';

// Each waits for time-outs of the SDK most of its time.
vi.setConfig({ maxConcurrency: 8 });

const forced = { condition: 'amqp:connection:forced', description: 'An injected fault.' };

/** A broker and a client of its own for each test. */
class Stage {
  readonly broker: Broker;
  readonly client: ServiceBusClient;

  constructor(broker: Broker) {
    this.broker = broker;
    this.client = this.newClient(1, 8_000);
  }

  /** One that gives up soon; the other client is patient, for machines that are busy. */
  newClient(maxRetries = 1, timeoutInMs = 1_100): ServiceBusClient {
    return new ServiceBusClient(this.broker.connectionString, {
      retryOptions: { maxRetries, retryDelayInMs: 20, timeoutInMs },
    });
  }

  /** Receives these bodies and no others. */
  async holds(expected: readonly unknown[], path = 'q'): Promise<void> {
    const receiver = this.client.createReceiver(path, { receiveMode: 'receiveAndDelete' });
    const found = await receiver.receiveMessages(expected.length, { maxWaitTimeInMs: 8_000 });
    const more = await receiver.receiveMessages(1, { maxWaitTimeInMs: 50 });
    await receiver.close();
    expect([...found, ...more].map(({ body }): unknown => body)).toEqual(expected);
  }
}

type Play = (stage: Stage) => Promise<void>;

async function onStage(play: Play): Promise<void> {
  const topics = [{ name: 't', subscriptions: ['a', 'b'] }];
  const broker = await startBroker({ queues: ['q'], topics });
  const stage = new Stage(broker);
  try {
    await play(stage);
  } finally {
    await Promise.race([stage.client.close(), broker.close()]);
    await broker.close();
  }
}

/** The codes of an error, or of all the attempts that it gathers. */
async function codesOf(promise: Promise<unknown>): Promise<readonly unknown[]> {
  const error: unknown = await promise.then(() => undefined).catch((reason: unknown) => reason);
  if (error === undefined) return [];
  const errors: unknown[] = error instanceof AggregateError ? error.errors : [error];
  return errors.map((one) => (one instanceof ServiceBusError ? one.code : String(one)));
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

function staged(name: string, play: Play): void {
  test(name, () => onStage(play));
}

describe.concurrent('sending', () => {
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
  ])('rejected with %s', (condition, codes) =>
    onStage(async (stage) => {
      const planted = stage.broker.plant({
        at: 'send',
        path: 'q',
        effect: { kind: 'error', condition },
      });
      expect(await codesOf(stage.client.createSender('q').sendMessages({ body: 1 }))).toEqual(
        codes,
      );
      expect(planted.hits).toBe(codes.length);
      planted.remove();
      await stage.client.createSender('q').sendMessages({ body: 2 });
      await stage.holds([2]);
    }),
  );

  staged('busy once: the second attempt succeeds', async (stage) => {
    const condition = 'com.microsoft:server-busy';
    stage.broker.plant({ at: 'send', times: 1, effect: { kind: 'error', condition } });
    await stage.client.createSender('q').sendMessages({ body: 1 });
    await stage.holds([1]);
  });

  staged('stored without an answer: sent again, two copies', async (stage) => {
    stage.broker.plant({ at: 'send', times: 1, effect: { kind: 'noAck' } });
    await stage.newClient().createSender('q').sendMessages({ body: 1 });
    await stage.holds([1, 1]);
  });

  staged('answered without being stored: lost', async (stage) => {
    stage.broker.plant({ at: 'send', after: 1, times: 1, effect: { kind: 'lose' } });
    const sender = stage.client.createSender('q');
    for (const body of [1, 2, 3]) await sender.sendMessages({ body });
    await stage.holds([1, 3]);
  });

  staged('stored twice', async (stage) => {
    const when = ({ subject }: { readonly subject?: string }): boolean => subject === 'twice';
    stage.broker.plant({ at: 'send', when, effect: { kind: 'duplicate' } });
    const sender = stage.client.createSender('q');
    await sender.sendMessages({ body: 1 });
    await sender.sendMessages({ body: 2, subject: 'twice' });
    await stage.holds([1, 2, 2]);
  });

  staged('late', async (stage) => {
    stage.broker.plant({ at: 'send', times: 1, effect: { kind: 'delay', delayMs: 50 } });
    const sender = stage.client.createSender('q');
    await Promise.all([sender.sendMessages({ body: 1 }), sender.sendMessages({ body: 2 })]);
    await stage.holds([2, 1]);
  });

  test.each([
    { kind: 'detach' } as const,
    { kind: 'detach', condition: 'amqp:link:detach-forced' } as const,
    { kind: 'disconnect' } as const,
  ])('in flight when %j strikes: sent again', (effect) =>
    onStage(async (stage) => {
      const planted = stage.broker.plant({ at: 'send', times: 1, effect });
      await stage.newClient().createSender('q').sendMessages({ body: 1 });
      expect(planted.hits).toBe(1);
      await stage.holds([1]);
    }),
  );
});

describe.concurrent('links', () => {
  test.each([
    ['com.microsoft:server-busy', 'ServiceBusy'],
    ['amqp:unauthorized-access', 'UnauthorizedAccess'],
    ['com.microsoft:entity-disabled', 'MessagingEntityDisabled'],
  ])('an attach refused with %s', (condition, code) =>
    onStage(async (stage) => {
      stage.broker.plant({ at: 'attach', path: 'q', effect: { kind: 'error', condition } });
      const codes = await codesOf(stage.newClient().createSender('q').sendMessages({ body: 1 }));
      expect(new Set(codes)).toEqual(new Set([code]));
    }),
  );

  staged('a link without credit makes the sender wait in vain', async (stage) => {
    stage.broker.plant({ at: 'attach', path: 'q', effect: { kind: 'noCredit' } });
    const sending = stage.newClient(0).createSender('q').sendMessages({ body: 1 });
    expect(await codesOf(sending)).toHaveLength(1);
  });

  test.each([
    ['amqp:link:detach-forced', 'GeneralError'],
    ['com.microsoft:server-busy', 'ServiceBusy'],
    ['amqp:link:stolen', 'GeneralError'],
  ])('a receiver detached with %s is told and comes back', (condition, code) =>
    onStage(async (stage) => {
      const seen: unknown[] = [];
      const receiver = stage.client.createReceiver('q');
      const told = errorOf(receiver, seen);
      await stage.client.createSender('q').sendMessages({ body: 1 });
      await until(() => seen.length === 1);
      stage.broker.detach('q', { condition, description: 'An injected fault.' });
      expect(await told).toBe(code);
      await stage.client.createSender('q').sendMessages({ body: 2 });
      await until(() => seen.length === 2);
      expect(seen).toEqual([1, 2]);
    }),
  );

  staged('credit that is never given back does not stop a receiver', async (stage) => {
    const planted = stage.broker.plant({ at: 'drain', times: 1, effect: { kind: 'ignore' } });
    const receiver = stage.client.createReceiver('q', { receiveMode: 'receiveAndDelete' });
    expect(await receiver.receiveMessages(1, { maxWaitTimeInMs: 50 })).toEqual([]);
    expect(planted.hits).toBe(1);
    await stage.client.createSender('q').sendMessages({ body: 1 });
    expect(await receiver.receiveMessages(1)).toHaveLength(1);
  });
});

describe.concurrent('deliveries', () => {
  staged('a partition drops what one sends to another, and only that', async (stage) => {
    stage.broker.plant({
      at: 'deliver',
      path: 't/Subscriptions/a',
      when: ({ replyTo }) => replyTo === 'b',
      effect: { kind: 'drop' },
    });
    const sender = stage.client.createSender('t');
    await sender.sendMessages([
      { body: 1, replyTo: 'b' },
      { body: 2, replyTo: 'c' },
    ]);
    await stage.holds([2], 't/Subscriptions/a');
    await stage.holds([1, 2], 't/Subscriptions/b');
  });

  staged('twice, or late', async (stage) => {
    const sender = stage.client.createSender('q');
    await sender.sendMessages([{ body: 1 }, { body: 2 }, { body: 3 }]);
    stage.broker.plant({ at: 'deliver', times: 1, effect: { kind: 'delay', delayMs: 20 } });
    await stage.holds([2, 3, 1]);
    stage.broker.plant({ at: 'deliver', times: 1, effect: { kind: 'duplicate' } });
    await sender.sendMessages({ body: 4 });
    await stage.holds([4, 4]);
  });

  staged('a settlement refused, or done and not confirmed', async (stage) => {
    const sender = stage.newClient().createSender('q');
    await sender.sendMessages([{ body: 1 }, { body: 2 }]);
    const receiver = stage.newClient().createReceiver('q');
    const [first, second] = await receiver.receiveMessages(2);
    if (!first || !second) throw new Error('two messages are expected');
    const condition = 'com.microsoft:message-lock-lost';
    stage.broker.plant({ at: 'settle', times: 1, effect: { kind: 'error', condition } });
    expect(await codesOf(receiver.completeMessage(first))).toEqual(['MessageLockLost']);
    stage.broker.plant({ at: 'settle', times: 1, effect: { kind: 'noAck' } });
    await receiver.completeMessage(second).catch(() => {});
    expect((await receiver.peekMessages(9)).map(({ body }): unknown => body)).toEqual([1]);
  });
});

describe.concurrent('requests', () => {
  test.each([
    [401, 'UnauthorizedAccess'],
    [503, 'ServiceBusy'],
  ])('a token refused with %d', (status, code) =>
    onStage(async (stage) => {
      stage.broker.plant({ at: 'cbs', effect: { kind: 'status', status } });
      const codes = await codesOf(stage.newClient().createSender('q').sendMessages({ body: 1 }));
      expect(new Set(codes)).toEqual(new Set([code]));
    }),
  );

  staged('a token late once, then never answered', async (stage) => {
    stage.broker.plant({ at: 'cbs', times: 1, effect: { kind: 'delay', delayMs: 30 } });
    await stage.client.createSender('q').sendMessages({ body: 1 });
    const other = stage.newClient(0);
    stage.broker.plant({ at: 'cbs', effect: { kind: 'drop' } });
    const codes = await codesOf(other.createSender('q').sendMessages({ body: 1 }));
    expect(codes).toEqual(['ServiceTimeout']);
  });

  staged('management late, refused, and never answered', async (stage) => {
    await stage.client.createSender('q').sendMessages({ body: 1 });
    const receiver = stage.newClient(0).createReceiver('q');
    stage.broker.plant({ at: 'management', times: 1, effect: { kind: 'delay', delayMs: 30 } });
    expect(await receiver.peekMessages(1)).toHaveLength(1);
    const condition = 'com.microsoft:server-busy';
    stage.broker.plant({ at: 'management', times: 1, effect: { kind: 'error', condition } });
    expect(await codesOf(receiver.peekMessages(1))).toEqual(['ServiceBusy']);
    stage.broker.plant({ at: 'management', times: 1, effect: { kind: 'drop' } });
    expect(await codesOf(receiver.peekMessages(1))).toHaveLength(1);
  });
});

describe.concurrent('connections', () => {
  async function afterStriking(stage: Stage, strike: () => void): Promise<readonly unknown[]> {
    const { broker, client } = stage;
    const seen: unknown[] = [];
    const receiver = client.createReceiver('q');
    void errorOf(receiver, seen);
    const sender = client.createSender('q');
    await sender.sendMessages({ body: 1 });
    await until(() => seen.length === 1);
    const struck = broker.connections;
    strike();
    // The SDK may be back before it has left: the old connection has to go, not all of them.
    await until(() => !broker.connections.some((connection) => struck.includes(connection)));
    await client.createSender('q').sendMessages({ body: 2 });
    await until(() => seen.length === 2);
    return seen;
  }

  test.each<readonly [string, (connection: BrokerConnection) => void]>([
    ['a socket that is closed', (connection) => connection.cut('close')],
    ['a socket that is reset', (connection) => connection.cut('reset')],
    ['a Close that says forced', (connection) => connection.close(forced)],
  ])('%s comes back', (_name, strike) =>
    onStage(async (stage) => {
      const strikeAll = (): void => stage.broker.connections.forEach(strike);
      expect(await afterStriking(stage, strikeAll)).toEqual([1, 2]);
    }),
  );

  staged('a Close without an error wedges the SDK, but not a new client', async (stage) => {
    const sender = stage.newClient(0).createSender('q');
    await sender.sendMessages({ body: 1 });
    for (const connection of stage.broker.connections) connection.close();
    await until(() => stage.broker.connections.length === 0);
    expect(await codesOf(sender.sendMessages({ body: 2 }))).toHaveLength(1);
    await stage.newClient().createSender('q').sendMessages({ body: 3 });
    await stage.holds([1, 3]);
  });

  staged('a black hole makes sends time out until it closes', async (stage) => {
    const sender = stage.newClient(0).createSender('q');
    await sender.sendMessages({ body: 1 });
    for (const connection of stage.broker.connections) connection.blackHole('in');
    expect(await codesOf(sender.sendMessages({ body: 2 }))).toEqual(['ServiceTimeout']);
    for (const connection of stage.broker.connections) connection.blackHole('none');
    await sender.sendMessages({ body: 3 });
    await stage.holds([1, 3]);
  });

  staged('answers lost in a black hole are duplicates later', async (stage) => {
    const sender = stage.newClient(0).createSender('q');
    await sender.sendMessages({ body: 1 });
    for (const connection of stage.broker.connections) connection.blackHole('out');
    expect(await codesOf(sender.sendMessages({ body: 2 }))).toEqual(['ServiceTimeout']);
    await stage.holds([1, 2]);
  });

  staged('a slow link is only slower', async (stage) => {
    const sender = stage.client.createSender('q');
    await sender.sendMessages({ body: 1 });
    for (const connection of stage.broker.connections)
      connection.slowDown({ bytes: 64, everyMs: 1 });
    await sender.sendMessages({ body: 2 });
    await stage.holds([1, 2]);
  });

  staged('a torn frame ends the connection, and the next send opens another', async (stage) => {
    const sender = stage.newClient().createSender('q');
    await sender.sendMessages({ body: 1 });
    for (const connection of stage.broker.connections) connection.tear(3);
    await sender.sendMessages({ body: 2 });
    await stage.holds([1, 2]);
  });

  staged('tokens that run out are renewed', async (stage) => {
    const seen: unknown[] = [];
    const receiver = stage.client.createReceiver('q');
    const told = errorOf(receiver, seen);
    await stage.client.createSender('q').sendMessages({ body: 1 });
    await until(() => seen.length === 1);
    for (const connection of stage.broker.connections) connection.expireTokens();
    expect(await told).toBe('UnauthorizedAccess');
    await stage.client.createSender('q').sendMessages({ body: 2 });
    await until(() => seen.length === 2);
  });
});

describe.concurrent('what Service Bus itself can do', () => {
  staged('a restart closes receivers and keeps messages', async (stage) => {
    const seen: unknown[] = [];
    const told = errorOf(stage.client.createReceiver('q'), seen);
    await stage.client.createSender('q').sendMessages({ body: 1 });
    await until(() => seen.length === 1);
    stage.broker.inject({ kind: 'restart' });
    expect(await told).toBe('GeneralError');
    await stage.client.createSender('q').sendMessages({ body: 2 });
    await until(() => seen.length >= 2);
  });

  staged('throttling rejects with busy', async (stage) => {
    stage.broker.inject({ kind: 'throttle', untilMicros: Number.MAX_SAFE_INTEGER });
    const codes = await codesOf(stage.client.createSender('q').sendMessages({ body: 1 }));
    expect(codes).toEqual(['ServiceBusy', 'ServiceBusy']);
    stage.broker.inject({ kind: 'throttle', untilMicros: 0 });
    await stage.client.createSender('q').sendMessages({ body: 1 });
  });

  staged('a fault at a path where nothing is says so', async (stage) => {
    expect(() => stage.broker.inject({ kind: 'expireLocks', path: 'none' })).toThrow(RangeError);
  });
});

/** Looks after every turn of the event loop; the test's own limit ends it. */
async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await new Promise(setImmediate);
}
