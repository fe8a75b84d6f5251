/** What the SDK does not recover from by itself, or only after a minute or two. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Broker, startBroker } from '../broker/broker.ts';
import type { AzureTimes } from './options.ts';
import { accountOf, Bench } from './testing.ts';

const times: Partial<AzureTimes> = {
  attemptMs: 1_100,
  answerMs: 3_000,
  watchdogMs: 600,
  closeMs: 500,
};
/** Attempts fail after 1.1 s, two of them; then a new client connects. */
const boundMs = 8_000;

let broker: Broker;
let bench: Bench;

beforeEach(async () => {
  broker = await startBroker({
    queues: ['q', 'other', { name: 's', requiresSession: true }],
    topics: [{ name: 't', subscriptions: ['me'] }],
  });
  bench = new Bench(accountOf(broker), { times });
});
afterEach(async () => {
  await bench.close();
  await broker.close();
});

async function flowing(): Promise<void> {
  await bench.open('q');
  bench.publish('q', 'before');
  await bench.delivery('before');
}

/** Sends every 100 ms until something arrives, and returns how long that took. */
async function outage(): Promise<number> {
  const start = performance.now();
  const sending = setInterval(() => bench.publish('q', 'after'), 100);
  try {
    await bench.until(
      (event): event is Extract<typeof event, { kind: 'delivered' }> => event.kind === 'delivered',
      'a delivery after the accident',
      boundMs,
    );
  } finally {
    clearInterval(sending);
  }
  return performance.now() - start;
}

describe('the watchdog', () => {
  test('recovers from a Close without an error, which wedges the SDK for good', async () => {
    await flowing();
    for (const connection of broker.connections) connection.close();
    expect(await outage()).toBeLessThan(boundMs);
    expect(bench.bus.counts.rebuilds).toBeGreaterThanOrEqual(2);
    const clients = bench.notices.flatMap((one) => (one.kind === 'rebuilt' ? [one.client] : []));
    expect(new Set(clients)).toEqual(new Set(['send', 'receive']));
  });

  test('recovers from a Close with an unusual error', async () => {
    await flowing();
    for (const connection of broker.connections) {
      connection.close({ condition: 'com.microsoft:server-busy', description: 'busy' });
    }
    expect(await outage()).toBeLessThan(boundMs);
  });

  test('recovers from a connection lost again while its links are opened, a stall of a minute', async () => {
    await flowing();
    const silence = broker.plant({ at: 'cbs', effect: { kind: 'drop' }, times: 1 });
    for (const connection of broker.connections) connection.cut();
    await bench.pass(300);
    expect(silence.hits).toBe(1);
    for (const connection of broker.connections) connection.cut();
    expect(await outage()).toBeLessThan(boundMs);
    expect(bench.bus.counts.rebuilds).toBeGreaterThanOrEqual(1);
  });

  test('recovers from a silent partition, which the SDK notices after two minutes', async () => {
    await flowing();
    for (const connection of broker.connections) connection.blackHole('both');
    expect(await outage()).toBeLessThan(boundMs);
    expect(bench.bus.counts.rebuilds).toBeGreaterThanOrEqual(2);
    // Receivers on the old ones would be given messages that nobody gets.
    await bench.holds(() => broker.connections.length === 2, 'only the new connections are there');
  });

  test('leaves a healthy but idle bus alone', async () => {
    await flowing();
    await bench.pass(1_500);
    expect(bench.bus.counts.rebuilds).toBe(0);
    bench.publish('q', 'still');
    await bench.delivery('still');
  });

  test('leaves what the SDK recovers from to the SDK', async () => {
    await bench.close();
    // Patient enough for a machine that is busy with other tests.
    bench = new Bench(accountOf(broker), { times: { ...times, watchdogMs: 5_000 } });
    await flowing();
    for (const connection of broker.connections) connection.cut();
    expect(await outage()).toBeLessThan(boundMs);
    expect(bench.bus.counts.rebuilds).toBe(0);
  });

  test('settles through the new client what the old one delivered', async () => {
    await bench.open('q', { mode: 'peekLock' });
    bench.publish('q', 'held');
    const { lock } = await bench.delivery('held');
    for (const connection of broker.connections) connection.blackHole('both');
    await bench.holds(
      () => bench.notices.some((one) => one.kind === 'rebuilt' && one.client === 'receive'),
      'the receiving client is rebuilt',
    );
    const answer = await bench.ask({ kind: 'settle', lock, settlement: { kind: 'complete' } });
    expect(answer.kind).toBe('accepted');
  });

  test('tells of sessions that went with the client', async () => {
    await bench.open('s', { mode: 'peekLock', sessionId: 'one' });
    for (const connection of broker.connections) connection.blackHole('both');
    const lost = await bench.until(
      (event): event is Extract<typeof event, { kind: 'sessionLockLost' }> =>
        event.kind === 'sessionLockLost',
      'the loss of the session',
    );
    expect(lost).toEqual({ kind: 'sessionLockLost', receiver: 's', sessionId: 'one' });
  });

  test('sees by a message to itself that nothing arrives although everything is connected', async () => {
    await bench.close();
    bench = new Bench(accountOf(broker), { times, probe: { path: 't', to: 'me' } });
    const path = 't/Subscriptions/me';
    await bench.open(path);
    await bench.pass(1_000);
    expect(bench.bus.counts.rebuilds).toBe(0);
    const deafness = broker.plant({ at: 'deliver', path, effect: { kind: 'drop' } });
    await bench.holds(() => bench.bus.counts.rebuilds > 0, 'the receiving client is rebuilt');
    deafness.remove();
    bench.publish('t', 'heard');
    await bench.delivery('heard');
    expect(bench.seen.filter((event) => event.kind === 'delivered')).toHaveLength(1);
  });
});
