/** Times-to-live: removal is lazy, so a case looks only through a receiver. */
import { expect } from 'vitest';
import { deadLetters } from './driver.ts';
import type { Group } from './case.ts';

export const timeToLiveGroup: Group = {
  name: 'time to live',
  cases: [
    {
      name: 'a message whose time is up is not delivered',
      run: async (driver) => {
        const path = await driver.queue();
        await driver.publish(path, 'short', { timeToLiveMicros: driver.times.shortMicros });
        await driver.publish(path, 'long');
        await driver.advance(driver.times.shortMicros * 2);
        const found = await driver.drain(path);
        expect(found.map(({ message }) => message.body)).toEqual(['long']);
      },
    },
    {
      name: 'a message is delivered before its time is up',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path);
        await driver.publish(path, 'quick', { timeToLiveMicros: driver.times.lockMicros * 3 });
        expect(await driver.bodies(receiver, 1)).toEqual(['quick']);
      },
    },
    {
      name: 'an entity that says so dead-letters what expires',
      run: async (driver) => {
        const path = await driver.queue({ deadLetterOnExpiration: true });
        await driver.publish(path, 'short', { timeToLiveMicros: driver.times.shortMicros });
        await driver.advance(driver.times.shortMicros * 2);
        expect(await driver.drain(path)).toEqual([]);
        const [dead] = await driver.drain(deadLetters(path));
        expect(dead?.deadLetterReason).toBe('TTLExpiredException');
      },
    },
    {
      name: 'an entity that does not say so drops what expires',
      run: async (driver) => {
        const path = await driver.queue();
        await driver.publish(path, 'short', { timeToLiveMicros: driver.times.shortMicros });
        await driver.advance(driver.times.shortMicros * 2);
        expect(await driver.drain(path)).toEqual([]);
        expect(await driver.drain(deadLetters(path))).toEqual([]);
      },
    },
    {
      name: 'the time of the entity applies when it is the shorter one',
      run: async (driver) => {
        const { shortMicros, lockMicros } = driver.times;
        const path = await driver.queue({ defaultTimeToLiveMicros: shortMicros });
        await driver.publish(path, 'none of its own');
        await driver.publish(path, 'longer', { timeToLiveMicros: lockMicros * 100 });
        await driver.advance(shortMicros * 2);
        expect(await driver.drain(path)).toEqual([]);
      },
    },
    {
      name: 'the time of a topic applies to its subscriptions',
      run: async (driver) => {
        const { shortMicros } = driver.times;
        const topic = await driver.topic({ defaultTimeToLiveMicros: shortMicros });
        const path = await driver.subscription(topic);
        await driver.publish(topic, 'short');
        await driver.advance(shortMicros * 2);
        expect(await driver.drain(path)).toEqual([]);
      },
    },
    {
      name: 'dead letters do not expire',
      run: async (driver) => {
        const { shortMicros } = driver.times;
        const path = await driver.queue({ deadLetterOnExpiration: true });
        await driver.publish(path, 'short', { timeToLiveMicros: shortMicros });
        await driver.advance(shortMicros * 2);
        await driver.drain(path);
        await driver.advance(shortMicros * 4);
        expect(await driver.drain(deadLetters(path))).toHaveLength(1);
      },
    },
    {
      name: 'a locked message is completed after its time is up',
      run: async (driver) => {
        const path = await driver.queue({ deadLetterOnExpiration: true });
        const receiver = await driver.open(path);
        const { lockMicros } = driver.times;
        await driver.publish(path, 'slow', { timeToLiveMicros: lockMicros / 2 });
        const { lock } = await driver.delivery(receiver);
        await driver.advance(lockMicros * 0.75);
        await driver.complete(lock);
        expect(await driver.drain(deadLetters(path))).toEqual([]);
      },
    },
  ],
};
