/** The delivery count, and what happens when it is used up. */
import { expect } from 'vitest';
import { deadLetters, type Driver } from './driver.ts';
import type { Group } from './case.ts';

async function abandonTimes(driver: Driver, receiver: string, times: number): Promise<void> {
  for (let count = 0; count < times; count++) {
    const delivery = await driver.delivery(receiver);
    expect(delivery.deliveryCount).toBe(count);
    await driver.abandon(delivery.lock);
  }
}

export const deliveryCountGroup: Group = {
  name: 'delivery count',
  cases: [
    {
      name: 'each abandon adds one',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path);
        await driver.publish(path, 'a');
        await abandonTimes(driver, receiver, 4);
        expect((await driver.delivery(receiver)).deliveryCount).toBe(4);
      },
    },
    {
      name: 'a lock that runs out adds one',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path);
        await driver.publish(path, 'a');
        expect((await driver.delivery(receiver)).deliveryCount).toBe(0);
        await driver.advance(driver.times.lockMicros);
        expect((await driver.delivery(receiver)).deliveryCount).toBe(1);
      },
    },
    {
      name: 'after the last delivery allowed, an abandoned message is dead-lettered',
      run: async (driver) => {
        const path = await driver.queue({ maxDeliveryCount: 3 });
        const receiver = await driver.open(path);
        await driver.publish(path, 'a');
        await abandonTimes(driver, receiver, 3);
        const [dead] = await driver.drain(deadLetters(path));
        expect(dead?.message.body).toBe('a');
        expect(dead?.deadLetterReason).toBe('MaxDeliveryCountExceeded');
        await driver.quiet(receiver);
      },
    },
    {
      name: 'after the last delivery allowed, a lock that runs out dead-letters too',
      run: async (driver) => {
        const path = await driver.queue({ maxDeliveryCount: 1 });
        const receiver = await driver.open(path);
        await driver.publish(path, 'a');
        await driver.delivery(receiver);
        await driver.advance(driver.times.lockMicros * 1.5);
        const [dead] = await driver.drain(deadLetters(path));
        expect(dead?.deadLetterReason).toBe('MaxDeliveryCountExceeded');
      },
    },
    {
      name: 'a dead letter keeps its delivery count',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path);
        await driver.publish(path, 'a');
        await abandonTimes(driver, receiver, 2);
        const { lock } = await driver.delivery(receiver);
        await driver.settle(lock, { kind: 'deadLetter', reason: 'r', description: 'd' });
        const [dead] = await driver.drain(deadLetters(path));
        expect(dead?.deliveryCount).toBe(2);
      },
    },
    {
      name: 'a subscription counts for itself',
      run: async (driver) => {
        const topic = await driver.topic();
        const one = await driver.open(await driver.subscription(topic));
        const two = await driver.open(await driver.subscription(topic));
        await driver.publish(topic, 'a');
        await abandonTimes(driver, one, 2);
        expect((await driver.delivery(two)).deliveryCount).toBe(0);
      },
    },
  ],
};
