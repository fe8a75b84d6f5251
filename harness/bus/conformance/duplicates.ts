/** Duplicate detection by message id. */
import { expect } from 'vitest';
import type { Driver } from './driver.ts';
import type { Group } from './case.ts';

function detecting(driver: Driver): { readonly duplicateDetectionMicros: number } {
  return { duplicateDetectionMicros: driver.times.duplicateWindowMicros };
}

export const duplicatesGroup: Group = {
  name: 'duplicate detection',
  cases: [
    {
      name: 'a second message with the same id is accepted and swallowed',
      run: async (driver) => {
        const path = await driver.queue(detecting(driver));
        await driver.publish(path, 'first', { messageId: 'same' });
        await driver.publish(path, 'second', { messageId: 'same' });
        const found = await driver.drain(path);
        expect(found.map(({ message }) => message.body)).toEqual(['first']);
      },
    },
    {
      name: 'a duplicate is swallowed also after the first was received',
      run: async (driver) => {
        const path = await driver.queue(detecting(driver));
        await driver.publish(path, 'first', { messageId: 'same' });
        expect(await driver.drain(path)).toHaveLength(1);
        await driver.publish(path, 'second', { messageId: 'same' });
        expect(await driver.drain(path)).toEqual([]);
      },
    },
    {
      name: 'messages with different ids are all kept',
      run: async (driver) => {
        const path = await driver.queue(detecting(driver));
        await driver.publish(path, 'same body', { messageId: 'one' });
        await driver.publish(path, 'same body', { messageId: 'two' });
        expect(await driver.drain(path)).toHaveLength(2);
      },
    },
    {
      name: 'after the window the id is free again',
      run: async (driver) => {
        const path = await driver.queue(detecting(driver));
        await driver.publish(path, 'first', { messageId: 'same' });
        await driver.advance(driver.times.duplicateWindowMicros * 1.5);
        await driver.publish(path, 'second', { messageId: 'same' });
        expect(await driver.drain(path)).toHaveLength(2);
      },
    },
    {
      name: 'without detection, equal ids are delivered twice',
      run: async (driver) => {
        const path = await driver.queue();
        await driver.publish(path, 'first', { messageId: 'same' });
        await driver.publish(path, 'second', { messageId: 'same' });
        expect(await driver.drain(path)).toHaveLength(2);
      },
    },
    {
      name: 'a topic detects for all its subscriptions',
      run: async (driver) => {
        const topic = await driver.topic(detecting(driver));
        const one = await driver.subscription(topic);
        const two = await driver.subscription(topic);
        await driver.publish(topic, 'first', { messageId: 'same' });
        await driver.publish(topic, 'second', { messageId: 'same' });
        expect(await driver.drain(one)).toHaveLength(1);
        expect(await driver.drain(two)).toHaveLength(1);
      },
    },
  ],
};
