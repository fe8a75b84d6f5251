/**
 * The adapter beside raw rhea, on this machine and in this run: prints what it measured, and fails
 * only when something is wrong by a wide margin. `npm run bench -- broker` measures the SDK alone.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Broker, startBroker } from '../broker/broker.ts';
import { type RawServer, rawRelay, rawServer } from '../broker/yardstick.ts';
import { accountOf, Bench } from './testing.ts';

const body = 'x'.repeat(100);
const count = 5_000;

let broker: Broker;
let raw: RawServer;
let bench: Bench;

beforeAll(async () => {
  raw = await rawServer();
  broker = await startBroker({
    queues: ['q', 'locked'],
    topics: [{ name: 't', subscriptions: ['s'] }],
  });
  bench = new Bench(accountOf(broker));
});
afterAll(async () => {
  raw.close();
  await bench.close();
  await broker.close();
});

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
      raws.push(await rawRelay({ port: raw.port, count, body: Buffer.from(body) }));
      deletes.push(await deliveryRate('q', false));
      locks.push(await deliveryRate('locked', true));
    }
    const [plain, deleted, locked] = [Math.max(...raws), Math.max(...deletes), Math.max(...locks)];
    console.log(
      `raw rhea ${whole(plain)} messages/s; publish to deliver ${whole(deleted)} ` +
        `(${(deleted / plain).toFixed(2)}), with peek-lock ${whole(locked)} (${(locked / plain).toFixed(2)})`,
    );
    expect(deleted / plain).toBeGreaterThan(0.15);
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
