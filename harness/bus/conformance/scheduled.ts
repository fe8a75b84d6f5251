/** Scheduled messages. */
import { expect } from 'vitest';
import type { Group } from './case.ts';

export const scheduledGroup: Group = {
  name: 'scheduled messages',
  cases: [
    {
      name: 'a scheduled message is delivered at its time and not before',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path);
        const scheduledAt = driver.now() + driver.times.shortMicros;
        await driver.publish(path, 'later', { scheduledAt });
        const { enqueuedAt } = await driver.delivery(receiver);
        expect(driver.now()).toBeGreaterThanOrEqual(scheduledAt);
        expect(enqueuedAt).toBeGreaterThanOrEqual(scheduledAt);
      },
    },
    {
      name: 'a time in the past schedules nothing',
      run: async (driver) => {
        const path = await driver.queue();
        await driver.advance(driver.times.shortMicros);
        await driver.publish(path, 'now', { scheduledAt: driver.now() - 1 });
        expect(await driver.drain(path)).toHaveLength(1);
      },
    },
    {
      name: 'a cancelled message is never delivered',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path);
        const scheduledAt = driver.now() + driver.times.shortMicros;
        const sequenceNumber = await driver.publish(path, 'never', { scheduledAt });
        await driver.ok({ kind: 'cancelScheduled', path, sequenceNumber });
        await driver.quiet(receiver, driver.times.shortMicros * 2);
      },
    },
    {
      name: 'a message is cancelled once, and not after its time',
      run: async (driver) => {
        const path = await driver.queue();
        const scheduledAt = driver.now() + driver.times.shortMicros;
        const first = await driver.publish(path, 'first', { scheduledAt });
        const second = await driver.publish(path, 'second', { scheduledAt });
        await driver.ok({ kind: 'cancelScheduled', path, sequenceNumber: first });
        const again = { kind: 'cancelScheduled', path, sequenceNumber: first } as const;
        await driver.refused(again, 'MessageNotFound');
        await driver.advance(driver.times.shortMicros * 2);
        const late = { kind: 'cancelScheduled', path, sequenceNumber: second } as const;
        await driver.refused(late, 'MessageNotFound');
      },
    },
    {
      name: 'a topic hands a scheduled message to its subscriptions when the time comes',
      run: async (driver) => {
        const topic = await driver.topic();
        const one = await driver.open(await driver.subscription(topic));
        const two = await driver.open(await driver.subscription(topic));
        const scheduledAt = driver.now() + driver.times.shortMicros;
        await driver.publish(topic, 'later', { scheduledAt });
        expect(await driver.bodies(one, 1)).toEqual(['later']);
        expect(await driver.bodies(two, 1)).toEqual(['later']);
        expect(driver.now()).toBeGreaterThanOrEqual(scheduledAt);
      },
    },
    {
      name: 'the earlier of two scheduled messages comes first',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path);
        const { shortMicros } = driver.times;
        await driver.publish(path, 'second', { scheduledAt: driver.now() + shortMicros * 3 });
        await driver.publish(path, 'first', { scheduledAt: driver.now() + shortMicros });
        expect(await driver.bodies(receiver, 2)).toEqual(['first', 'second']);
      },
    },
  ],
};
