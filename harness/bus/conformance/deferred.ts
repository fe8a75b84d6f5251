/** Messages put aside. */
import { expect } from 'vitest';
import type { Driver } from './driver.ts';
import type { Group } from './case.ts';

interface Aside {
  readonly path: string;
  readonly receiver: string;
  readonly sequenceNumber: number;
}

async function putAside(driver: Driver): Promise<Aside> {
  const path = await driver.queue();
  const receiver = await driver.open(path);
  await driver.publish(path, 'aside');
  const { lock, sequenceNumber } = await driver.delivery(receiver);
  await driver.settle(lock, { kind: 'defer' });
  return { path, receiver, sequenceNumber };
}

export const deferredGroup: Group = {
  name: 'deferred messages',
  cases: [
    {
      name: 'a deferred message is not delivered by itself',
      run: async (driver) => {
        const { receiver } = await putAside(driver);
        await driver.quiet(receiver, driver.times.lockMicros * 2);
      },
    },
    {
      name: 'a deferred message is received by its sequence number, with one more delivery counted',
      run: async (driver) => {
        const { receiver, sequenceNumber } = await putAside(driver);
        await driver.ok({ kind: 'receiveDeferred', receiver, sequenceNumber });
        const delivery = await driver.delivery(receiver);
        expect(delivery.message.body).toBe('aside');
        expect(delivery.sequenceNumber).toBe(sequenceNumber);
        expect(delivery.deliveryCount).toBe(1);
        expect(delivery.lock).toBeGreaterThan(0);
      },
    },
    {
      name: 'a deferred message, completed, is gone',
      run: async (driver) => {
        const { path, receiver, sequenceNumber } = await putAside(driver);
        await driver.ok({ kind: 'receiveDeferred', receiver, sequenceNumber });
        await driver.complete((await driver.delivery(receiver)).lock);
        await driver.refused(
          { kind: 'receiveDeferred', receiver, sequenceNumber },
          'MessageNotFound',
        );
        expect(await driver.peek(path)).toEqual([]);
      },
    },
    {
      name: 'a deferred message, abandoned, stays deferred',
      run: async (driver) => {
        const { receiver, sequenceNumber } = await putAside(driver);
        await driver.ok({ kind: 'receiveDeferred', receiver, sequenceNumber });
        await driver.abandon((await driver.delivery(receiver)).lock);
        await driver.quiet(receiver);
        await driver.ok({ kind: 'receiveDeferred', receiver, sequenceNumber });
        expect((await driver.delivery(receiver)).deliveryCount).toBe(2);
      },
    },
    {
      name: 'a deferred message may be deferred again',
      run: async (driver) => {
        const { receiver, sequenceNumber } = await putAside(driver);
        await driver.ok({ kind: 'receiveDeferred', receiver, sequenceNumber });
        await driver.settle((await driver.delivery(receiver)).lock, { kind: 'defer' });
        await driver.ok({ kind: 'receiveDeferred', receiver, sequenceNumber });
        expect((await driver.delivery(receiver)).deliveryCount).toBe(2);
      },
    },
    {
      name: 'a deferred message whose lock runs out stays deferred',
      run: async (driver) => {
        const { receiver, sequenceNumber } = await putAside(driver);
        await driver.ok({ kind: 'receiveDeferred', receiver, sequenceNumber });
        await driver.delivery(receiver);
        await driver.quiet(receiver, driver.times.lockMicros * 1.5);
        await driver.ok({ kind: 'receiveDeferred', receiver, sequenceNumber });
        await driver.delivery(receiver);
      },
    },
    {
      name: 'another receiver may take a deferred message, and delete it at once',
      run: async (driver) => {
        const { path, receiver, sequenceNumber } = await putAside(driver);
        driver.close(receiver);
        const other = await driver.open(path, { mode: 'receiveAndDelete' });
        await driver.ok({ kind: 'receiveDeferred', receiver: other, sequenceNumber });
        expect((await driver.delivery(other)).lock).toBe(0);
        expect(await driver.peek(path)).toEqual([]);
      },
    },
    {
      name: 'a message that is not deferred is not found',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path);
        await driver.publish(path, 'a');
        const { sequenceNumber } = await driver.delivery(receiver);
        await driver.refused(
          { kind: 'receiveDeferred', receiver, sequenceNumber },
          'MessageNotFound',
        );
      },
    },
  ],
};
