/** The SDK and the embedded broker beside raw rhea, in one run: so a slow machine slows down both. */
import { sdkPublishToDeliver, sdkReceive, sdkRoundTrips } from '../../adapters/azure/yardstick.ts';
import { rawReceive, rawRelay, rawSend } from '../../adapters/broker/yardstick.ts';
import { type FarSide, farSide, farSideInChild } from './broker-far-side.ts';
import type { Benchmark, Figure } from './measure.ts';

const count = 10_000;
const trips = 500;
/** About what a small AppendEntries takes. */
const body = Buffer.alloc(200, 'x');

/** Of values in rising order. */
function at(share: number, sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length * share)] ?? NaN;
}

async function beside({ account, rawPort }: FarSide): Promise<readonly Figure[]> {
  const raw = { port: rawPort, count, body };
  const queue = { account, sendTo: 'q', receiveFrom: 'q', count, body };
  const topic = { account, sendTo: 't', receiveFrom: 't/Subscriptions/s', count: trips, body };
  const sends = await rawSend(raw);
  const relayed = await rawRelay(raw);
  const arrays = await sdkPublishToDeliver(queue);
  const receives = await rawReceive(raw);
  const deleted = await sdkReceive(queue);
  const round = (await sdkRoundTrips(topic)).toSorted((left, right) => left - right);
  const least = (value: number) => ({ kind: 'least', value }) as const;
  return [
    { name: 'raw rhea, sent and confirmed', value: sends, unit: 'a second' },
    { name: 'raw rhea, sent to received', value: relayed, unit: 'a second' },
    { name: 'SDK, arrays of 100 to delivered', value: arrays, unit: 'a second' },
    { name: '… to raw sent', value: arrays / sends, unit: 'ratio' },
    {
      name: '… to raw sent to received',
      value: arrays / relayed,
      unit: 'ratio',
      target: least(0.5),
    },
    { name: 'raw rhea, received', value: receives, unit: 'a second' },
    { name: 'SDK, receive and delete', value: deleted, unit: 'a second' },
    { name: '… to raw received', value: deleted / receives, unit: 'ratio', target: least(0.6) },
    {
      name: 'SDK, topic to subscription, p50',
      value: at(0.5, round),
      unit: 'ms',
      target: { kind: 'most', value: 1 },
    },
    { name: 'SDK, topic to subscription, p99', value: at(0.99, round), unit: 'ms' },
  ];
}

async function once(start: () => Promise<FarSide>): Promise<readonly Figure[]> {
  const far = await start();
  try {
    return await beside(far);
  } finally {
    await far.close();
  }
}

export const brokerBenchmarks: readonly Benchmark[] = [
  {
    name: 'broker in the same process',
    summary: 'the SDK and the embedded broker beside raw rhea, 200 bytes a message',
    warmUps: 1,
    runs: 5,
    measure: () => once(farSide),
  },
  {
    name: 'broker in a process of its own',
    summary: 'the same with the broker, or the rhea server, in a child process',
    warmUps: 1,
    runs: 5,
    measure: () => once(farSideInChild),
  },
];
