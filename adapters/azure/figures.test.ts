/**
 * The adapter beside raw rhea, on this machine and in this run: prints what it measured, and fails
 * only when something is wrong by a wide margin.
 */
import rhea from 'rhea';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Broker, startBroker } from '../broker/broker.ts';
import { noDelayTo } from './no-delay.ts';
import { accountOf, Bench } from './testing.ts';

const body = 'x'.repeat(100);
const count = 5_000;

let broker: Broker;
let bench: Bench;

beforeAll(async () => {
  broker = await startBroker({
    queues: ['q', 'locked'],
    topics: [{ name: 't', subscriptions: ['s'] }],
  });
  bench = new Bench(accountOf(broker));
});
afterAll(async () => {
  await bench.close();
  await broker.close();
});

/** Messages a second that a rhea client sends to a rhea server, each confirmed. */
function rawRate(): Promise<number> {
  return new Promise((resolve) => {
    const container = rhea.create_container();
    const server = container.listen({ port: 0, host: '127.0.0.1' });
    server.on('listening', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      noDelayTo(port);
      const client = rhea.create_container();
      const connection = client.connect({ port, host: '127.0.0.1' });
      const sender = connection.open_sender('x');
      const start = performance.now();
      let sent = 0;
      let confirmed = 0;
      sender.on('sendable', () => {
        while (sent < count && sender.sendable()) {
          sent++;
          sender.send({ message_id: sent, body });
        }
      });
      sender.on('accepted', () => {
        if (++confirmed < count) return;
        resolve((count / (performance.now() - start)) * 1000);
        connection.close();
        server.close();
      });
    });
  });
}

/** Messages a second from `publish` to `delivered`, published in bursts of a hundred. */
async function deliveryRate(path: string, settles: boolean): Promise<number> {
  const start = performance.now();
  let delivered = 0;
  let published = 0;
  while (delivered < count) {
    while (published < count && published - delivered < 1_000) {
      for (let i = 0; i < 100; i++) {
        const message = { messageId: `${published++}`, body, sizeBytes: 200 };
        bench.submit({ kind: 'publish', token: 0, path, message });
      }
    }
    for (const event of bench.bus.poll(bench.now())) {
      if (event.kind === 'rejected') throw new Error(event.text);
      if (event.kind !== 'delivered') continue;
      delivered++;
      const settlement = { kind: 'complete' } as const;
      if (settles) bench.submit({ kind: 'settle', token: 0, lock: event.lock, settlement });
    }
    await bench.wait(bench.now() + 50_000);
  }
  return (count / (performance.now() - start)) * 1000;
}

const whole = (figure: number): string => Math.round(figure).toLocaleString('en');

describe('figures', () => {
  test('throughput beside raw rhea', async () => {
    await bench.open('q', { prefetch: 256 });
    await bench.open('locked', { prefetch: 256, mode: 'peekLock' });
    const [raws, deletes, locks]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < 3; round++) {
      raws.push(await rawRate());
      deletes.push(await deliveryRate('q', false));
      locks.push(await deliveryRate('locked', true));
    }
    const [raw, deleted, locked] = [Math.max(...raws), Math.max(...deletes), Math.max(...locks)];
    console.log(
      `raw rhea ${whole(raw)} messages/s; publish to deliver ${whole(deleted)} ` +
        `(${(deleted / raw).toFixed(2)}), with peek-lock ${whole(locked)} (${(locked / raw).toFixed(2)})`,
    );
    expect(deleted / raw).toBeGreaterThan(0.15);
  });

  test('round trip from a topic to a subscription', async () => {
    await bench.open('t/Subscriptions/s');
    const trips: number[] = [];
    for (let i = 0; i < 1_000; i++) {
      const start = performance.now();
      const message = { messageId: `${i}`, body, sizeBytes: 200 };
      bench.submit({ kind: 'publish', token: 0, path: 't', message });
      let isBack = false;
      while (!isBack) {
        await bench.wait(bench.now() + 1_000_000);
        isBack = bench.bus.poll(bench.now()).some(({ kind }) => kind === 'delivered');
      }
      if (i >= 200) trips.push(performance.now() - start);
    }
    trips.sort((left, right) => left - right);
    const at = (share: number): number => trips[Math.floor(trips.length * share)] ?? Infinity;
    console.log(`round trip p50 ${at(0.5).toFixed(3)} ms, p99 ${at(0.99).toFixed(3)} ms`);
    // Without TCP_NODELAY it is 44.
    expect(at(0.5)).toBeLessThan(10);
  });
});
