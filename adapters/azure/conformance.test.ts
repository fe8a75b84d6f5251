/** The Azure adapter keeps every promise of the port, over the embedded broker and over Azure. */
import { afterAll, describe } from 'vitest';
import {
  conformance,
  type Harness,
  type Subject,
  type Times,
} from '../../harness/bus/conformance.ts';
import { type Broker, startBroker } from '../broker/broker.ts';
import type { Account } from './account.ts';
import { azureBus } from './azure.ts';
import { accountIn } from './environment.ts';
import type { AzureTimes } from './options.ts';
import { accountOf, textCodec } from './testing.ts';

/** A bus on the wall clock that wakes its user when it has something. */
function onWallClock(account: Account, times: Partial<AzureTimes>): Harness {
  let wake = (): void => {};
  const startedAtMs = Date.now();
  const origin = performance.now();
  const bus = azureBus<string>({
    account,
    codec: textCodec,
    times,
    startedAtMs,
    onEvents: () => wake(),
  });
  const now = (): number => Math.floor((performance.now() - origin) * 1000);
  const wait = (until: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, (until - now()) / 1000));
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  return { bus, now, wait, close: () => bus.close() };
}

const messageSizeBytesMax = 262_144;
let started: Promise<Broker> | undefined;

/** Short, but not for a machine that is busy with other tests. */
const shortTimes: Times = {
  lockMicros: 2_000_000,
  duplicateWindowMicros: 1_000_000,
  shortMicros: 500_000,
  idleMicros: 1_500_000,
  quietMicros: 250_000,
  patienceMicros: 12_000_000,
  messageSizeBytesMax,
};

afterAll(async () => {
  await (await started)?.close();
});

const overBroker: Subject = {
  name: 'Azure SDK over the embedded broker',
  namePrefix: '',
  times: shortTimes,
  gaps: [],
  start: async () => {
    started ??= startBroker();
    return onWallClock(accountOf(await started), { attemptMs: 5_000, answerMs: 9_000 });
  },
};

/** The service's minimums: locks 5 s, duplicate windows 20 s. */
const liveTimes: Times = {
  lockMicros: 5_000_000,
  duplicateWindowMicros: 20_000_000,
  shortMicros: 2_000_000,
  idleMicros: 2_000_000,
  quietMicros: 2_000_000,
  patienceMicros: 45_000_000,
  messageSizeBytesMax,
};

const idleMinimum = 'the service keeps an unused entity for five minutes at least';
const tooIdle = [
  'a queue that nobody uses goes by itself',
  'a receiver keeps a queue alive, and a sender does',
  'a subscription goes alone, a topic with its subscriptions',
] as const;

function subjects(): readonly Subject[] {
  // WHITEWATER_NAMESPACE, or WHITEWATER_CONNECTION_STRING; without them nothing leaves this machine.
  const account = accountIn(process.env);
  if (account === undefined) return [overBroker];
  const overAzure: Subject = {
    name: 'Azure SDK over a live namespace',
    // Entities of runs that overlap, and of those that left some behind, stay apart.
    namePrefix: `ww-${Date.now().toString(36)}-`,
    times: liveTimes,
    gaps: tooIdle.map((one) => ({ case: `idle entities: ${one}`, reason: idleMinimum })),
    start: () => onWallClock(account, { answerMs: 40_000, attemptMs: 10_000 }),
  };
  return [overBroker, overAzure];
}

// The cases mostly wait, each with a client and entities of its own.
describe.concurrent('side by side', () => {
  for (const subject of subjects()) conformance(subject);
});
