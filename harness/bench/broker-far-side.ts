/** A broker and a raw rhea server, in this process or in one of its own. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Account } from '../../adapters/azure/account.ts';
import { startBroker } from '../../adapters/broker/broker.ts';
import { rawServer } from '../../adapters/broker/yardstick.ts';

export interface Addresses {
  readonly account: Account;
  readonly rawPort: number;
}

export interface FarSide extends Addresses {
  close(): Promise<void>;
}

export async function farSide(): Promise<FarSide> {
  const raw = await rawServer();
  const broker = await startBroker({
    queues: ['q'],
    topics: [{ name: 't', subscriptions: ['s'] }],
  });
  const { connectionString, adminPort } = broker;
  return {
    account: { connectionString, administrationEndpoint: `localhost:${adminPort}` },
    rawPort: raw.port,
    close: async () => {
      raw.close();
      await broker.close();
    },
  };
}

export async function farSideInChild(): Promise<FarSide> {
  const child = fork(fileURLToPath(new URL('broker-child.js', import.meta.url)));
  const addresses = await new Promise<Addresses>((resolve, reject) => {
    child.once('message', (message) => {
      if (isAddresses(message)) resolve(message);
    });
    child.once('exit', () => reject(new Error('The far side ended before it was ready.')));
  });
  return {
    ...addresses,
    close: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.disconnect();
      }),
  };
}

function isAddresses(message: unknown): message is Addresses {
  return typeof message === 'object' && message !== null && 'rawPort' in message;
}
