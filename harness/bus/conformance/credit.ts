/** Credit: a receiver that has some gets no more than that. */
import { expect } from 'vitest';
import type { Group } from './case.ts';

export const creditGroup: Group = {
  name: 'credit',
  cases: [
    {
      name: 'a receiver gets no more than its credit, and more when it is given more',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path, { credit: 2 });
        for (const body of ['a', 'b', 'c', 'd']) await driver.publish(path, body);
        const first = await driver.bodies(receiver, 2);
        await driver.quiet(receiver);
        driver.credit(receiver, 1);
        const second = await driver.bodies(receiver, 1);
        await driver.quiet(receiver);
        driver.credit(receiver, 9);
        const third = await driver.bodies(receiver, 1);
        expect([...first, ...second, ...third].sort()).toEqual(['a', 'b', 'c', 'd']);
      },
    },
    {
      name: 'a receiver without credit gets nothing, and others get it',
      run: async (driver) => {
        const path = await driver.queue();
        const without = await driver.open(path, { credit: 0 });
        await driver.publish(path, 'a');
        await driver.quiet(without);
        const other = await driver.open(path);
        expect(await driver.bodies(other, 1)).toEqual(['a']);
      },
    },
    {
      name: 'negative credit is any number',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path, { credit: 0 });
        for (const body of ['a', 'b', 'c']) await driver.publish(path, body);
        driver.credit(receiver, -1);
        expect([...(await driver.bodies(receiver, 3))].sort()).toEqual(['a', 'b', 'c']);
      },
    },
    {
      name: 'settling gives no credit back',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path, { credit: 1 });
        for (const body of ['a', 'b']) await driver.publish(path, body);
        const { lock } = await driver.delivery(receiver);
        await driver.complete(lock);
        await driver.quiet(receiver);
      },
    },
    {
      name: 'credit does not widen the prefetch',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path, { prefetch: 1, credit: 5 });
        for (const body of ['a', 'b']) await driver.publish(path, body);
        const { lock } = await driver.delivery(receiver);
        await driver.quiet(receiver, driver.times.lockMicros / 4);
        await driver.complete(lock);
        await driver.delivery(receiver);
      },
    },
    {
      name: 'a deferred message is received without credit',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path, { credit: 1 });
        await driver.publish(path, 'a');
        const { lock, sequenceNumber } = await driver.delivery(receiver);
        await driver.settle(lock, { kind: 'defer' });
        await driver.ok({ kind: 'receiveDeferred', receiver, sequenceNumber });
        expect(await driver.bodies(receiver, 1)).toEqual(['a']);
      },
    },
    {
      name: 'receive-and-delete keeps to its credit too',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path, { mode: 'receiveAndDelete', credit: 2 });
        for (const body of ['a', 'b', 'c']) await driver.publish(path, body);
        await driver.bodies(receiver, 2);
        await driver.quiet(receiver);
        driver.close(receiver);
        expect(await driver.drain(path)).toHaveLength(1);
      },
    },
    {
      name: 'so does a receiver of a session',
      run: async (driver) => {
        const path = await driver.queue({ requiresSession: true });
        for (const body of ['a', 'b']) await driver.publish(path, body, { sessionId: 's' });
        const receiver = await driver.open(path, { sessionId: 's', credit: 1 });
        expect(await driver.bodies(receiver, 1)).toEqual(['a']);
        await driver.quiet(receiver);
        driver.credit(receiver, 1);
        expect(await driver.bodies(receiver, 1)).toEqual(['b']);
      },
    },
  ],
};
