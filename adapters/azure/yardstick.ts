/** Loads on the SDK itself, for the benchmarks: arrays, receive-and-delete, round trips. */
import type { Account } from './account.ts';
import { endpointOf } from './account.ts';
import { Clients, type Live } from './clients.ts';
import { defaultTimes } from './options.ts';

export interface SdkLoad {
  readonly account: Account;
  /** Of a queue, or of a topic and a subscription of it. */
  readonly sendTo: string;
  readonly receiveFrom: string;
  readonly count: number;
  readonly body: Buffer;
}

const arraySize = 100;
const arraysAtOnce = 4;
/** Published and not received yet. */
const onTheWayMax = 2_000;
const concurrency = 500;

/** Publishes arrays of a hundred and receives them meanwhile; messages a second. */
export function sdkPublishToDeliver(load: SdkLoad): Promise<number> {
  return withClient(load, async (live) => {
    const arrivals = receive(live, load);
    const start = performance.now();
    await publish(live, load, () => arrivals.count());
    await arrivals.all;
    return (load.count / (performance.now() - start)) * 1000;
  });
}

/** Receives and deletes what lies there already; messages a second. */
export function sdkReceive(load: SdkLoad): Promise<number> {
  return withClient(load, async (live) => {
    await publish(live, load, () => Infinity);
    const start = performance.now();
    await receive(live, load).all;
    return (load.count / (performance.now() - start)) * 1000;
  });
}

/** Milliseconds of each way from the sender to the receiver, one at a time. */
export function sdkRoundTrips(load: SdkLoad): Promise<readonly number[]> {
  return withClient(load, async (live) => {
    const sender = live.sender(load.sendTo);
    const trips: number[] = [];
    let back = (): void => {};
    live.receiver(load.receiveFrom, 'receiveAndDelete').subscribe({
      processMessage: () => Promise.resolve(back()),
      processError: ({ error }) => Promise.reject(error),
    });
    for (let i = 0; i < load.count; i++) {
      const start = performance.now();
      const returned = new Promise<void>((resolve) => {
        back = resolve;
      });
      await Promise.all([sender.sendMessages({ body: load.body }), returned]);
      trips.push(performance.now() - start);
    }
    return trips;
  });
}

async function withClient<Result>(
  { account }: SdkLoad,
  work: (live: Live) => Promise<Result>,
): Promise<Result> {
  const endpoint = endpointOf(account);
  const rest = { times: defaultTimes, retries: 0, oneConnection: true };
  const clients = new Clients({ account, endpoint, ...rest }, () => {});
  try {
    return await work(await clients.get('send'));
  } finally {
    await clients.close();
  }
}

/** Several arrays are on their way at once, as the outbox of the adapter sends them. */
async function publish(live: Live, load: SdkLoad, arrived: () => number): Promise<void> {
  const sender = live.sender(load.sendTo);
  const array = Array.from({ length: arraySize }, () => ({ body: load.body }));
  let sent = 0;
  const send = async (): Promise<void> => {
    while (sent < load.count) {
      if (sent - arrived() < onTheWayMax) {
        sent += arraySize;
        await sender.sendMessages(array);
      } else await new Promise(setImmediate);
    }
  };
  await Promise.all(Array.from({ length: arraysAtOnce }, send));
}

function receive(
  live: Live,
  { receiveFrom, count }: SdkLoad,
): { readonly all: Promise<void>; readonly count: () => number } {
  let arrived = 0;
  const all = new Promise<void>((resolve, reject) => {
    live.receiver(receiveFrom, 'receiveAndDelete').subscribe(
      {
        processMessage: async () => {
          if (++arrived === count) resolve();
        },
        processError: async ({ error }) => reject(error),
      },
      { maxConcurrentCalls: concurrency },
    );
  });
  return { all, count: () => arrived };
}
