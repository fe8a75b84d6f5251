/** The dead-letter queue: a queue like any other, except that nothing leaves it by itself. */
import { expect } from 'vitest';
import { deadLetters, type Driver } from './driver.ts';
import type { Group } from './case.ts';

async function withDeadLetter(driver: Driver, path: string): Promise<string> {
  const receiver = await driver.open(path);
  const target = /^(?<topic>.+)\/Subscriptions\//.exec(path)?.groups?.['topic'] ?? path;
  await driver.publish(target, 'dead');
  const { lock } = await driver.delivery(receiver);
  await driver.settle(lock, { kind: 'deadLetter', reason: 'bad', description: 'd' });
  driver.close(receiver);
  return deadLetters(path);
}

export const deadLetterGroup: Group = {
  name: 'dead letters',
  cases: [
    {
      name: 'a dead letter is received and completed under a lock',
      run: async (driver) => {
        const dead = await withDeadLetter(driver, await driver.queue());
        const receiver = await driver.open(dead);
        const { lock, deadLetterReason } = await driver.delivery(receiver);
        expect(deadLetterReason).toBe('bad');
        await driver.complete(lock);
        await driver.quiet(receiver, driver.times.lockMicros * 1.5);
      },
    },
    {
      name: 'a dead letter stays, however often it is abandoned',
      run: async (driver) => {
        const dead = await withDeadLetter(driver, await driver.queue({ maxDeliveryCount: 2 }));
        const receiver = await driver.open(dead);
        for (let i = 0; i < 4; i++) {
          const { lock } = await driver.delivery(receiver);
          await driver.abandon(lock);
        }
        expect(await driver.bodies(receiver, 1)).toEqual(['dead']);
      },
    },
    {
      name: 'a dead letter is not delivered by the queue itself',
      run: async (driver) => {
        const path = await driver.queue();
        await withDeadLetter(driver, path);
        expect(await driver.drain(path)).toEqual([]);
        expect(await driver.peek(path)).toEqual([]);
      },
    },
    {
      name: 'each subscription has a dead-letter queue of its own',
      run: async (driver) => {
        const topic = await driver.topic();
        const one = await driver.subscription(topic);
        const two = await driver.subscription(topic);
        const dead = await withDeadLetter(driver, one);
        expect(await driver.drain(dead)).toHaveLength(1);
        expect(await driver.drain(deadLetters(two))).toEqual([]);
        expect(await driver.drain(two)).toHaveLength(1);
      },
    },
    {
      name: 'a dead letter can be put aside and found again',
      run: async (driver) => {
        const dead = await withDeadLetter(driver, await driver.queue());
        const receiver = await driver.open(dead);
        const { lock, sequenceNumber } = await driver.delivery(receiver);
        await driver.settle(lock, { kind: 'defer' });
        await driver.ok({ kind: 'receiveDeferred', receiver, sequenceNumber });
        expect(await driver.bodies(receiver, 1)).toEqual(['dead']);
      },
    },
    {
      name: 'dead letters are peeked at',
      run: async (driver) => {
        const dead = await withDeadLetter(driver, await driver.queue());
        const [found] = await driver.peek(dead);
        expect(found?.message.body).toBe('dead');
        expect(found?.state).toBe('active');
      },
    },
  ],
};
