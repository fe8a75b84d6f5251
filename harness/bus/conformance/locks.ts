/** Message locks: their duration, renewal and end. */
import { expect } from 'vitest';
import type { Group } from './case.ts';

export const locksGroup: Group = {
  name: 'locks',
  cases: [
    {
      name: 'a lock lasts about the lock duration',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path);
        await driver.publish(path, 'a');
        const { lockedUntil } = await driver.delivery(receiver);
        const left = lockedUntil - driver.now();
        expect(left).toBeGreaterThan(driver.times.lockMicros * 0.5);
        expect(left).toBeLessThan(driver.times.lockMicros * 1.5);
      },
    },
    {
      name: 'when a lock runs out the message is delivered again',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path);
        await driver.publish(path, 'a');
        const first = await driver.delivery(receiver);
        await driver.advance(driver.times.lockMicros);
        const second = await driver.delivery(receiver);
        expect(second.sequenceNumber).toBe(first.sequenceNumber);
        expect(second.lock).not.toBe(first.lock);
      },
    },
    {
      name: 'a lock that ran out settles nothing',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path);
        await driver.publish(path, 'a');
        const { lock } = await driver.delivery(receiver);
        driver.close(receiver);
        await driver.advance(driver.times.lockMicros * 1.5);
        const late = { kind: 'settle', lock, settlement: { kind: 'complete' } } as const;
        await driver.refused(late, 'MessageLockLost');
        expect(await driver.drain(path)).toHaveLength(1);
      },
    },
    {
      name: 'a lock outlives its receiver, until it runs out',
      run: async (driver) => {
        const path = await driver.queue();
        const first = await driver.open(path);
        await driver.publish(path, 'a');
        await driver.delivery(first);
        driver.close(first);
        const second = await driver.open(path);
        await driver.quiet(second, driver.times.lockMicros / 2);
        expect((await driver.delivery(second)).deliveryCount).toBe(1);
      },
    },
    {
      name: 'a renewed lock lasts longer and still settles',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path);
        await driver.publish(path, 'a');
        const { lock, lockedUntil } = await driver.delivery(receiver);
        await driver.advance(driver.times.lockMicros * 0.6);
        const renewed = await driver.ok({ kind: 'renewLock', lock });
        expect(renewed.lockedUntil).toBeGreaterThan(lockedUntil);
        await driver.quiet(receiver, driver.times.lockMicros * 0.6);
        await driver.complete(lock);
      },
    },
    {
      name: 'a renewed lock runs out in the end',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path);
        await driver.publish(path, 'a');
        const { lock } = await driver.delivery(receiver);
        await driver.advance(driver.times.lockMicros * 0.5);
        await driver.ok({ kind: 'renewLock', lock });
        await driver.advance(driver.times.lockMicros);
        expect((await driver.delivery(receiver)).deliveryCount).toBe(1);
      },
    },
    {
      name: 'a lock that ran out is not renewed',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path);
        await driver.publish(path, 'a');
        const { lock } = await driver.delivery(receiver);
        await driver.advance(driver.times.lockMicros * 1.5);
        await driver.refused({ kind: 'renewLock', lock }, 'MessageLockLost');
      },
    },
    {
      name: 'the lock of a settled message is not renewed',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path);
        await driver.publish(path, 'a');
        const { lock } = await driver.delivery(receiver);
        await driver.complete(lock);
        await driver.refused({ kind: 'renewLock', lock }, 'MessageLockLost');
      },
    },
  ],
};
