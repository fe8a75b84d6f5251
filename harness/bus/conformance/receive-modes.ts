/** The two receive modes. */
import { expect } from 'vitest';
import type { Group } from './case.ts';

export const receiveModesGroup: Group = {
  name: 'receive modes',
  cases: [
    {
      name: 'receive-and-delete delivers a message once and without a lock',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path, { mode: 'receiveAndDelete' });
        await driver.publish(path, 'a');
        const { message, lock, deliveryCount } = await driver.delivery(receiver);
        expect([message.body, lock, deliveryCount]).toEqual(['a', 0, 0]);
        await driver.quiet(receiver, driver.times.lockMicros * 2);
      },
    },
    {
      name: 'receive-and-delete leaves nothing for others',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path, { mode: 'receiveAndDelete' });
        await driver.publish(path, 'a');
        await driver.delivery(receiver);
        driver.close(receiver);
        expect(await driver.drain(path)).toEqual([]);
      },
    },
    {
      name: 'receive-and-delete is not held back by its prefetch',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path, { mode: 'receiveAndDelete', prefetch: 1 });
        for (const body of ['a', 'b', 'c']) await driver.publish(path, body);
        expect([...(await driver.bodies(receiver, 3))].sort()).toEqual(['a', 'b', 'c']);
      },
    },
    {
      name: 'peek-lock delivers with a lock, first with delivery count 0',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path);
        await driver.publish(path, 'a');
        const { message, lock, deliveryCount } = await driver.delivery(receiver);
        expect([message.body, deliveryCount]).toEqual(['a', 0]);
        expect(lock).toBeGreaterThan(0);
      },
    },
    {
      name: 'peek-lock keeps a locked message from other receivers',
      run: async (driver) => {
        const path = await driver.queue();
        const first = await driver.open(path);
        await driver.publish(path, 'a');
        await driver.delivery(first);
        const second = await driver.open(path);
        await driver.quiet(second, driver.times.lockMicros / 2);
      },
    },
    {
      name: 'peek-lock delivers no more unsettled messages than the prefetch',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path, { prefetch: 2 });
        for (const body of ['a', 'b', 'c']) await driver.publish(path, body);
        const first = await driver.delivery(receiver);
        await driver.delivery(receiver);
        await driver.quiet(receiver, driver.times.lockMicros / 4);
        await driver.complete(first.lock);
        await driver.delivery(receiver);
      },
    },
    {
      name: 'a message that was there before the receiver is delivered',
      run: async (driver) => {
        const path = await driver.queue();
        await driver.publish(path, 'early');
        await driver.advance(driver.times.shortMicros);
        const receiver = await driver.open(path);
        expect(await driver.bodies(receiver, 1)).toEqual(['early']);
      },
    },
    {
      name: 'a message arrives with all that its sender set',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path);
        const message = driver.message('body', {
          to: 'S1',
          replyTo: 'S2',
          subject: 'greeting',
          correlationId: 'c-7',
          properties: { text: 'x', number: 1.5, truth: true },
        });
        await driver.ok({ kind: 'publish', path, message });
        expect((await driver.delivery(receiver)).message).toMatchObject(message);
      },
    },
    {
      name: 'later messages have larger sequence numbers and no earlier enqueued time',
      run: async (driver) => {
        const path = await driver.queue();
        for (const body of ['a', 'b']) await driver.publish(path, body);
        const found = [...(await driver.drain(path))];
        found.sort((left, right) => left.message.body.localeCompare(right.message.body));
        const [first, second] = found;
        expect(second?.sequenceNumber).toBeGreaterThan(first?.sequenceNumber ?? Infinity);
        expect(second?.enqueuedAt).toBeGreaterThanOrEqual(first?.enqueuedAt ?? Infinity);
      },
    },
    {
      name: 'a closed receiver gets nothing',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path);
        driver.close(receiver);
        await driver.advance(driver.times.quietMicros);
        await driver.publish(path, 'a');
        await driver.quiet(receiver);
        expect(await driver.drain(path)).toHaveLength(1);
      },
    },
  ],
};
