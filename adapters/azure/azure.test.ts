/** What the conformance suite does not ask: strangers, bounds, secrets, and the SDK's own ways. */
import { once } from 'node:events';
import { connect, Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Broker, startBroker } from '../broker/broker.ts';
import { ServiceBusClient } from '@azure/service-bus';
import type { AzureBusOptions } from './options.ts';
import { accountOf, Bench, queueOptions } from './testing.ts';

let broker: Broker;
let queues = 0;
const open: Bench[] = [];

beforeAll(async () => {
  broker = await startBroker({ messageBytesMax: 100_000 });
});
afterEach(async () => {
  broker.calm();
  await Promise.all(open.splice(0).map((bench) => bench.close()));
});
afterAll(() => broker.close());

function bench(options: Partial<AzureBusOptions<string>> = {}): Bench {
  const made = new Bench(accountOf(broker), options);
  open.push(made);
  return made;
}

function newQueue(): string {
  return broker.catalog.addQueue({ name: `q${++queues}` }).path;
}

function member(node: string, incarnation = 1, cluster = 'run 7'): Bench {
  return bench({ identity: { cluster, node, incarnation } });
}

describe('identity', () => {
  test('messages of the same run arrive without the stamps', async () => {
    const path = newQueue();
    const receiver = member('S1');
    await receiver.open(path);
    member('S2').publish(path, 'hello', { properties: { term: 3 } });
    const { message } = await receiver.delivery();
    expect(message.properties).toEqual({ term: 3 });
  });

  test('messages of another run, and of nobody, are dropped, and cost no credit', async () => {
    const path = newQueue();
    member('S2', 1, 'run 6').publish(path, 'yesterday');
    bench().publish(path, 'unstamped');
    const receiver = member('S1');
    await receiver.open(path, { credit: 1 });
    await receiver.holds(() => receiver.bus.counts.strangers === 2, 'both were counted');
    member('S2').publish(path, 'today');
    expect((await receiver.delivery()).message.body).toBe('today');
    expect(receiver.bus.counts.received).toBe(1);
  });

  test('messages of an earlier incarnation are dropped once a later one was heard', async () => {
    const path = newQueue();
    const receiver = member('S1');
    await receiver.open(path);
    const before = member('S2', 1);
    before.publish(path, 'first life');
    await receiver.delivery('first life');
    member('S2', 2).publish(path, 'second life');
    await receiver.delivery('second life');
    before.publish(path, 'a ghost');
    await receiver.holds(() => receiver.bus.counts.stale === 1, 'the ghost was counted');
  });

  test('a later process under the same name is told of, once', async () => {
    const path = newQueue();
    const older = member('S1', 1);
    await older.open(path);
    const newer = member('S1', 2);
    newer.publish(path, 'here I am');
    newer.publish(path, 'still here');
    await older.delivery('still here');
    expect(older.notices).toEqual([{ kind: 'superseded', incarnation: 2 }]);
  });

  test('a stranger under a peek-lock is taken out of the queue', async () => {
    const path = newQueue();
    const receiver = member('S1');
    await receiver.open(path, { mode: 'peekLock' });
    bench().publish(path, 'unstamped');
    await receiver.holds(() => receiver.bus.counts.strangers === 1, 'it was counted');
    const empty = async (): Promise<boolean> => {
      const token = receiver.send({ kind: 'peek', path, fromSequenceNumber: 0, count: 1 });
      const event = await receiver.until(
        (one): one is Extract<typeof one, { kind: 'peeked' }> =>
          one.kind === 'peeked' && one.token === token,
        'what is left',
      );
      return event.messages.length === 0;
    };
    while (!(await empty())) await receiver.pass(20);
  });

  test('without filters, what is for others is dropped', async () => {
    const path = newQueue();
    const receiver = bench({ addressee: 'S1' });
    await receiver.open(path);
    const sender = bench();
    sender.publish(path, 'for S2', { to: 'S2' });
    sender.publish(path, 'for all', { to: '*' });
    sender.publish(path, 'for anybody');
    sender.publish(path, 'for S1', { to: 'S1' });
    for (const body of ['for all', 'for anybody', 'for S1']) await receiver.delivery(body);
    expect(receiver.bus.counts).toMatchObject({ misaddressed: 1, received: 3 });
  });
});

describe('sending', () => {
  test('what is published together travels in one transfer and stays in order', async () => {
    const path = newQueue();
    const [sender, receiver] = [bench(), bench()];
    await receiver.open(path);
    // The first transfer is refused: one error answers for all that were in it.
    const condition = 'com.microsoft:server-busy';
    broker.plant({ at: 'send', path, effect: { kind: 'error', condition }, times: 1 });
    for (let i = 0; i < 50; i++) sender.publish(path, `lost ${i}`);
    const refused = (): number => sender.seen.filter(({ kind }) => kind === 'rejected').length;
    await sender.holds(() => refused() === 50, 'all are refused');
    for (let i = 0; i < 50; i++) sender.publish(path, `m${i}`);
    for (let i = 0; i < 50; i++) expect((await receiver.delivery()).message.body).toBe(`m${i}`);
    expect(sender.bus.counts.sent).toBe(50);
  });

  test('an id longer than the service takes is refused by itself', async () => {
    const path = newQueue();
    const sender = bench();
    const message = { messageId: 'x'.repeat(129), body: '', sizeBytes: 0 };
    const refusal = await sender.ask({ kind: 'publish', path, message });
    expect(refusal).toMatchObject({ kind: 'rejected', code: 'InvalidOperation' });
  });

  test('one bad message does not take its neighbours with it', async () => {
    const path = newQueue();
    const sender = bench();
    const good = sender.publish(path, 'good');
    const bad = sender.publish(path, 'x'.repeat(80_000), { messageId: 'large', sizeBytes: 10 });
    const after = sender.publish(path, 'also good');
    const answers = new Map<number, string>();
    await sender.holds(() => {
      for (const event of sender.seen) {
        if (event.kind === 'accepted') answers.set(event.token, 'accepted');
        if (event.kind === 'rejected') answers.set(event.token, event.code);
      }
      return answers.size === 3;
    }, 'all three are answered');
    expect([good, bad, after].map((token) => answers.get(token))).toEqual([
      'accepted',
      'MessageSizeExceeded',
      'accepted',
    ]);
  });

  test('the token bucket spreads what is sent', async () => {
    const path = newQueue();
    const sender = bench({ throttle: { creditsPerSecond: 100, burst: 10, creditsPerMessage: 5 } });
    const start = performance.now();
    for (let i = 0; i < 8; i++) {
      sender.publish(path, `m${i}`, { sessionId: `${i}` });
    }
    await sender.holds(() => sender.bus.counts.sent === 8, 'all are sent');
    // 8 * 5 credits, 10 saved up, 30 at 100 a second.
    expect(performance.now() - start).toBeGreaterThan(280);
  });

  test('a full outbox refuses with ServiceBusy and says when to try again', async () => {
    const sender = bench({ outboxMax: 2 });
    const path = newQueue();
    sender.publish(path, 'one');
    sender.publish(path, 'two');
    const third = sender.publish(path, 'three');
    const refusal = await sender.until(
      (event): event is Extract<typeof event, { kind: 'rejected' }> => event.kind === 'rejected',
      'the refusal',
    );
    expect(refusal).toMatchObject({ token: third, code: 'ServiceBusy', retryAfterMicros: 2e6 });
  });

  test('a busy service is told as such', async () => {
    const path = newQueue();
    const condition = 'com.microsoft:server-busy';
    broker.plant({ at: 'send', path, effect: { kind: 'error', condition }, times: 1 });
    const sender = bench();
    sender.publish(path, 'unlucky');
    const refusal = await sender.until(
      (event): event is Extract<typeof event, { kind: 'rejected' }> => event.kind === 'rejected',
      'the refusal',
    );
    expect(refusal).toMatchObject({ code: 'ServiceBusy', retryAfterMicros: 2e6 });
  });

  test('a message whose confirmation is lost is answered all the same', async () => {
    const path = newQueue();
    broker.plant({ at: 'send', path, effect: { kind: 'noAck' }, times: 1 });
    const sender = bench({ times: { attemptMs: 1_100, answerMs: 1_500 } });
    sender.publish(path, 'unsure');
    const refusal = await sender.until(
      (event): event is Extract<typeof event, { kind: 'rejected' }> => event.kind === 'rejected',
      'the refusal',
    );
    expect(refusal.code).toBe('ServiceTimeout');
  });
});

describe('receiving', () => {
  test('what another program sent in another form is counted, and stops nothing', async () => {
    const path = newQueue();
    const strict = {
      encode: (body: string): Buffer => Buffer.from(JSON.stringify(body)),
      decode: (bytes: Buffer): string => {
        const value: unknown = JSON.parse(bytes.toString());
        if (typeof value !== 'string') throw new Error('not a text');
        return value;
      },
    };
    const receiver = bench({ codec: strict });
    await receiver.open(path);
    const foreign = new ServiceBusClient(broker.connectionString);
    const sender = foreign.createSender(path);
    await sender.sendMessages({ body: Buffer.from('{') });
    await sender.sendMessages({ body: [1], bodyType: 'sequence' });
    await sender.sendMessages({ body: 'ours' });
    await foreign.close();
    await receiver.delivery('ours');
    expect(receiver.bus.counts.undecodable).toBe(2);
    expect(receiver.notices.map((one) => one.kind === 'error' && one.code)).toEqual([
      'Undecodable',
      'Undecodable',
    ]);
  });

  test('a full inbox holds the receiver back, and loses nothing', async () => {
    const path = newQueue();
    const receiver = bench({ inboxMax: 5 });
    const sender = bench();
    for (let i = 0; i < 40; i++) sender.publish(path, `m${i}`);
    await sender.holds(() => sender.bus.counts.sent === 40, 'all are sent');
    await receiver.open(path, { prefetch: 2 });
    await sender.holds(() => receiver.bus.counts.received >= 5, 'the inbox is full');
    // Nobody polls it, while a later message travels its whole way elsewhere.
    const elsewhere = newQueue();
    const other = bench();
    await other.open(elsewhere);
    sender.publish(elsewhere, 'later');
    await other.delivery('later');
    expect(receiver.bus.counts.received).toBeLessThanOrEqual(7);
    for (let i = 0; i < 40; i++) expect((await receiver.delivery()).message.body).toBe(`m${i}`);
  });

  test('a name is taken once', async () => {
    const path = newQueue();
    const receiver = bench();
    await receiver.open(path);
    expect(await receiver.open(path)).toMatchObject({ code: 'InvalidOperation' });
  });

  test('expired tokens are renewed without anybody noticing', async () => {
    const path = newQueue();
    const receiver = bench();
    await receiver.open(path);
    for (const connection of broker.connections) connection.expireTokens();
    receiver.publish(path, 'after');
    await receiver.delivery('after');
    expect(receiver.seen.filter(({ kind }) => kind === 'disconnected')).toEqual([]);
  });

  test('a receiver closed before it was open is answered', async () => {
    const receiver = bench();
    const opening = receiver.open(newQueue(), { receiver: 'hasty' });
    receiver.submit({ kind: 'closeReceiver', receiver: 'hasty' });
    expect(await opening).toMatchObject({ kind: 'rejected', code: 'InvalidOperation' });
  });

  test('a broker that comes up late is waited for', async () => {
    const late = await startBroker({ queues: ['q'] });
    const account = accountOf(late);
    const { port } = late;
    await late.close();
    const waiting = new Bench(account, { times: { answerMs: 8_000 } });
    open.push(waiting);
    const opening = waiting.open('q');
    await waiting.pass(400);
    const again = await startBroker({ port, queues: ['q'] });
    expect((await opening).kind).toBe('accepted');
    waiting.publish('q', 'at last');
    await waiting.delivery('at last');
    await waiting.close();
    await again.close();
  });
});

describe('entities', () => {
  test('change while they live', async () => {
    const one = bench();
    await one.ask({ kind: 'createQueue', path: 'changing', options: queueOptions });
    const change = { lockDurationMicros: 7_000_000, maxDeliveryCount: 3 };
    const answer = await one.ask({ kind: 'updateEntity', path: 'changing', change });
    expect(answer.kind).toBe('accepted');
    expect(broker.catalog.find('changing')?.properties).toMatchObject({
      lockDurationMs: 7_000,
      maxDeliveryCount: 3,
    });
  });

  test('topics and subscriptions change too, and times-to-live end', async () => {
    const one = bench();
    const topic = 'changing-topic';
    const path = `${topic}/Subscriptions/s`;
    const options = { duplicateDetectionMicros: 0 };
    await one.ask({ kind: 'createTopic', path: topic, options });
    await one.ask({ kind: 'createSubscription', path, options: queueOptions });
    const brief = { defaultTimeToLiveMicros: 9_000_000 };
    await one.ask({ kind: 'updateEntity', path: topic, change: brief });
    await one.ask({
      kind: 'updateEntity',
      path,
      change: { ...brief, deadLetterOnExpiration: true },
    });
    expect(broker.catalog.find(topic)?.properties.defaultTimeToLiveMs).toBe(9_000);
    expect(broker.catalog.find(path)?.properties).toMatchObject({
      defaultTimeToLiveMs: 9_000,
      deadLetteringOnMessageExpiration: true,
    });
    await one.ask({ kind: 'updateEntity', path, change: { defaultTimeToLiveMicros: null } });
    expect(broker.catalog.find(path)?.properties.defaultTimeToLiveMs).toBe(Infinity);
  });
});

describe('secrets', () => {
  test('stay out of every event and notice when the key is wrong', async () => {
    const locked = await startBroker({ keys: { Root: 'dGhlIHJpZ2h0IGtleQ==' }, queues: ['q'] });
    const wrong = 'dGhlIHdyb25nIGtleQ==';
    const right = accountOf(locked);
    if (!('connectionString' in right)) throw new Error('no connection string');
    const connectionString = right.connectionString.replace('dGhlIHJpZ2h0IGtleQ==', wrong);
    const times = { attemptMs: 1_100, answerMs: 2_500 };
    const intruder = new Bench({ ...right, connectionString }, { times });
    open.push(intruder);
    expect(await intruder.open('q')).toMatchObject({ kind: 'rejected', code: 'InvalidOperation' });
    intruder.publish('q', 'x');
    await intruder.until(
      (event): event is Extract<typeof event, { kind: 'rejected' }> => event.kind === 'rejected',
      'the refusal',
    );
    const made = await intruder.ask({ kind: 'createQueue', path: 'n', options: queueOptions });
    expect(made.kind).toBe('rejected');
    const said = JSON.stringify([intruder.seen, intruder.notices]);
    expect(said).toMatch(/nauthorized/);
    expect(said).not.toContain(wrong);
    expect(said).not.toMatch(/sig=(?!\*)/);
    await intruder.close();
    await locked.close();
  });
});

test('connections to the service send small frames at once, others are left alone', async () => {
  const spy = vi.spyOn(Socket.prototype, 'setNoDelay');
  const prompt = (): readonly unknown[] =>
    spy.mock.contexts.map((one: unknown) => one instanceof Socket && one.remotePort);
  const path = newQueue();
  const one = bench();
  await one.open(path);
  one.publish(path, 'x');
  await one.delivery('x');
  expect(prompt().filter((port) => port === broker.port)).toHaveLength(2);
  const other = connect(broker.adminPort, '127.0.0.1');
  await once(other, 'connect');
  expect(prompt()).not.toContain(broker.adminPort);
  other.destroy();
  spy.mockRestore();
});

test('closing takes bounded time, and nothing is answered afterwards', async () => {
  const path = newQueue();
  const one = bench({ times: { closeMs: 200 } });
  await one.open(path);
  for (const connection of broker.connections) connection.blackHole('both');
  one.publish(path, 'lost');
  const start = performance.now();
  await one.close();
  expect(performance.now() - start).toBeLessThan(1_000);
  one.publish(path, 'ignored');
  expect(one.bus.poll(one.now())).toEqual([]);
});
