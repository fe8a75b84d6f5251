/** Peeking takes and locks nothing. */
import { expect } from 'vitest';
import type { Group } from './case.ts';

export const peekGroup: Group = {
  name: 'peek',
  cases: [
    {
      name: 'a peeked message is still delivered, for the first time',
      run: async (driver) => {
        const path = await driver.queue();
        await driver.publish(path, 'a');
        const [seen] = await driver.peek(path);
        expect([seen?.message.body, seen?.state, seen?.deliveryCount]).toEqual(['a', 'active', 0]);
        const receiver = await driver.open(path);
        expect((await driver.delivery(receiver)).deliveryCount).toBe(0);
      },
    },
    {
      name: 'locked, deferred and scheduled messages are seen',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path, { prefetch: 2 });
        await driver.publish(path, 'aside');
        const { lock } = await driver.delivery(receiver);
        await driver.settle(lock, { kind: 'defer' });
        await driver.publish(path, 'held');
        await driver.delivery(receiver);
        await driver.publish(path, 'later', { scheduledAt: driver.now() + 60_000_000 });
        const seen = await driver.peek(path);
        expect(seen.map(({ message }) => message.body)).toEqual(['aside', 'held', 'later']);
        expect(seen[0]?.state).toBe('deferred');
        expect(seen[2]?.state).toBe('scheduled');
      },
    },
    {
      name: 'peek begins where it is told and ends in time',
      run: async (driver) => {
        const path = await driver.queue();
        for (const body of ['a', 'b', 'c', 'd']) await driver.publish(path, body);
        const [, second] = await driver.peek(path);
        const seen = await driver.peek(path, second?.sequenceNumber ?? 0, 2);
        expect(seen.map(({ message }) => message.body)).toEqual(['b', 'c']);
      },
    },
    {
      name: 'a peeked message shows how often it was delivered',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path);
        await driver.publish(path, 'a');
        await driver.abandon((await driver.delivery(receiver)).lock);
        const [seen] = await driver.peek(path);
        expect(seen?.deliveryCount).toBe(1);
      },
    },
    {
      name: 'an empty entity shows nothing',
      run: async (driver) => {
        expect(await driver.peek(await driver.queue())).toEqual([]);
      },
    },
  ],
};
