/**
 * What each kind of accident of the broker does to a user of the SDK: it is served again within the
 * watchdog's bound, nothing confirmed is lost, nothing is invented. Here a sample of the matrix;
 * `WHITEWATER_MATRIX=all npx vitest run adapters/azure/matrix.test.ts` plays the whole, in both
 * receive modes, and with credit.
 */
import { afterAll, describe, expect, test, vi } from 'vitest';
import { type Broker, startBroker } from '../broker/broker.ts';
import { type FaultKind, faultMatrix, type Inflicted } from '../broker/matrix/matrix.ts';
import { accountOf, Bench, hastyTimes } from './testing.ts';
import { type Receiving, Workload } from './workload.ts';

const isWhole = process.env['WHITEWATER_MATRIX'] === 'all';
// Each waits for time-outs most of its time.
vi.setConfig({ maxConcurrency: 8 });

/** Two attempts of 1.1 s fail, a client is rebuilt; the rest is for machines that are busy. */
const boundMs = 12_000;
/** So long an accident lasts at least. */
const holdMs = 300;
const lockDurationMs = 2_000;

const paths = { sendTo: 't', receiveFrom: 't/Subscriptions/me', other: 'other' } as const;

/** One of each sort, those that need the watchdog among them. */
const sample: ReadonlySet<string> = new Set([
  'sends are rejected with com.microsoft:server-busy',
  'sends are stored, and their answers lost',
  'the connection is lost with a send in flight',
  'sending links are never answered',
  'a receiving link is detached with amqp:link:stolen',
  'receiving links are never answered',
  'settlements are not confirmed',
  'Close without an error',
  'End with an error',
  'a partition from the broker',
  'connections are refused',
  'tokens are never answered',
  'the entity is deleted, and made again',
  'a restart',
]);

interface Outcome {
  readonly hits: number;
  readonly recoveryMs: number;
  readonly rebuilds: number;
}

const outcomes: (readonly [string, Outcome])[] = [];

/** Resolves when the condition holds; rejects when the time is up. Returns the milliseconds. */
async function within(ms: number, what: string, isTrue: () => boolean): Promise<number> {
  const start = performance.now();
  const look = (): void => {
    if (!isTrue()) throw new Error(`after ${ms} ms not yet: ${what}`);
  };
  await vi.waitFor(look, { timeout: ms, interval: 5 });
  return performance.now() - start;
}

/** Some message published from now on is confirmed, and some delivered. */
function serves(workload: Workload): () => boolean {
  const from = workload.published;
  const isNew = (number: number): boolean => number >= from;
  return () => [...workload.confirmed].some(isNew) && [...workload.delivered].some(isNew);
}

async function play(kind: FaultKind, receiving: Receiving): Promise<void> {
  const broker = await startBroker({
    queues: ['other'],
    topics: [{ name: 't', subscriptions: [{ name: 'me', lockDurationMs }] }],
  });
  const bench = new Bench(accountOf(broker), { times: hastyTimes });
  const workload = new Workload(bench, paths, receiving);
  const running = workload.run();
  try {
    await within(boundMs, 'serving before the accident', serves(workload));
    const inflicted = await kind.inject(broker, paths);
    await strike(inflicted);
    const recoveryMs = await within(boundMs, 'serving again', serves(workload));
    const { rebuilds } = bench.bus.counts;
    outcomes.push([
      `${kind.name} (${JSON.stringify(receiving)})`,
      { hits: inflicted.hits, recoveryMs, rebuilds },
    ]);
    await settle(workload, kind.loses || receiving.mode === 'receiveAndDelete');
  } finally {
    workload.end();
    await running;
    await close(bench, broker);
  }
}

async function strike(inflicted: Inflicted): Promise<void> {
  const start = performance.now();
  await within(boundMs, 'the accident strikes', () => inflicted.hits > 0);
  await within(boundMs, 'the accident lasts', () => performance.now() - start > holdMs);
  await inflicted.cure();
}

async function settle(workload: Workload, mayLose: boolean): Promise<void> {
  workload.stopPublishing();
  if (!mayLose) {
    const isWhole = (): boolean => workload.missing().length === 0;
    await within(boundMs, 'everything confirmed is delivered', isWhole).catch(() => undefined);
    expect(workload.missing()).toEqual([]);
  }
  expect(workload.invented()).toEqual([]);
}

async function close(bench: Bench, broker: Broker): Promise<void> {
  broker.calm();
  await bench.close();
  await broker.close();
}

afterAll(() => {
  if (!isWhole) return;
  const sorted = outcomes.toSorted(([, left], [, right]) => right.recoveryMs - left.recoveryMs);
  for (const [name, { hits, recoveryMs, rebuilds }] of sorted) {
    console.log(`${recoveryMs.toFixed(0)} ms, ${rebuilds} rebuilds, ${hits} hits: ${name}`);
  }
});

test('the matrix has at least 65 kinds, each named once, and the sample is of them', () => {
  const names = new Set(faultMatrix.map(({ name }) => name));
  expect(names.size).toBe(faultMatrix.length);
  expect(names.size).toBeGreaterThanOrEqual(65);
  for (const name of sample) expect(names).toContain(name);
});

const locking: Receiving = { mode: 'peekLock' };
const ways: readonly Receiving[] = isWhole
  ? [locking, { mode: 'receiveAndDelete' }, { mode: 'peekLock', credit: 10 }]
  : [locking];

describe.each(ways)('after each accident a user is served again, %j', (receiving) => {
  for (const kind of faultMatrix) {
    if (!isWhole && !sample.has(kind.name)) continue;
    // Nothing is settled in receive-and-delete, and a subscription drains no credit.
    if (kind.concerns === 'draining') continue;
    if (kind.concerns === 'settling' && receiving.mode === 'receiveAndDelete') continue;
    test.concurrent(kind.name, () => play(kind, receiving));
  }
});
