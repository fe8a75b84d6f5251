/** The Azure adapter keeps every promise of the port, over the embedded broker and over Azure. */
import { afterAll } from 'vitest';
import { conformance, type Harness, type Times } from '../../harness/bus/conformance.ts';
import { type Broker, startBroker } from '../broker/broker.ts';
import type { Account } from './account.ts';
import { azureBus } from './azure.ts';
import type { AzureTimes, BodyCodec } from './options.ts';

/** The suite counts two bytes a character. */
const codec: BodyCodec<string> = {
  encode: (body) => Buffer.from(body, 'utf16le'),
  decode: (bytes) => bytes.toString('utf16le'),
};

/** A bus on the wall clock that wakes its user when it has something. */
function onWallClock(account: Account, times: Partial<AzureTimes>): Harness {
  let wake = (): void => {};
  const startedAtMs = Date.now();
  const origin = performance.now();
  const bus = azureBus<string>({ account, codec, times, startedAtMs, onEvents: () => wake() });
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

const shortTimes: Times = {
  lockMicros: 400_000,
  duplicateWindowMicros: 600_000,
  shortMicros: 120_000,
  quietMicros: 100_000,
  patienceMicros: 8_000_000,
  messageSizeBytesMax,
};

afterAll(async () => {
  await (await started)?.close();
});

conformance({
  name: 'Azure SDK over the embedded broker',
  namePrefix: '',
  times: shortTimes,
  gaps: [],
  start: async () => {
    started ??= startBroker();
    const { connectionString, adminPort } = await started;
    const administrationEndpoint = `localhost:${adminPort}`;
    return onWallClock({ connectionString, administrationEndpoint }, { answerMs: 7_000 });
  },
});
