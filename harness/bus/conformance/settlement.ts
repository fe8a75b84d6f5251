/** Settling a peek-locked message. */
import { expect } from 'vitest';
import { deadLetters } from './driver.ts';
import type { Group } from './case.ts';

export const settlementGroup: Group = {
  name: 'settlement',
  cases: [
    {
      name: 'a completed message never comes back',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path);
        await driver.publish(path, 'a');
        const { lock } = await driver.delivery(receiver);
        await driver.complete(lock);
        await driver.quiet(receiver, driver.times.lockMicros * 2);
        expect(await driver.peek(path)).toEqual([]);
      },
    },
    {
      name: 'an abandoned message comes back at once, under a new lock',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path);
        await driver.publish(path, 'a');
        const first = await driver.delivery(receiver);
        await driver.abandon(first.lock);
        const second = await driver.delivery(receiver);
        expect(second.message.body).toBe('a');
        expect(second.lock).not.toBe(first.lock);
        expect(second.sequenceNumber).toBe(first.sequenceNumber);
      },
    },
    {
      name: 'an abandoned message may go to another receiver',
      run: async (driver) => {
        const path = await driver.queue();
        const first = await driver.open(path);
        await driver.publish(path, 'a');
        const { lock } = await driver.delivery(first);
        driver.close(first);
        const second = await driver.open(path);
        await driver.abandon(lock);
        expect(await driver.bodies(second, 1)).toEqual(['a']);
      },
    },
    {
      name: 'a message is settled only once',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path);
        await driver.publish(path, 'a');
        const { lock } = await driver.delivery(receiver);
        await driver.complete(lock);
        const again = { kind: 'settle', lock, settlement: { kind: 'complete' } } as const;
        await driver.refused(again, 'MessageLockLost');
      },
    },
    {
      name: 'the lock of an abandoned message no longer settles',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path);
        await driver.publish(path, 'a');
        const { lock } = await driver.delivery(receiver);
        await driver.abandon(lock);
        const late = { kind: 'settle', lock, settlement: { kind: 'complete' } } as const;
        await driver.refused(late, 'MessageLockLost');
      },
    },
    {
      name: 'a message is completed after its receiver was closed',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path);
        await driver.publish(path, 'a');
        const { lock } = await driver.delivery(receiver);
        driver.close(receiver);
        await driver.advance(driver.times.lockMicros / 4);
        await driver.complete(lock);
        expect(await driver.drain(path)).toEqual([]);
      },
    },
    {
      name: 'a dead-lettered message is in the dead-letter queue, with the reason given',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path);
        await driver.publish(path, 'a');
        const { lock } = await driver.delivery(receiver);
        await driver.settle(lock, { kind: 'deadLetter', reason: 'bad', description: 'very bad' });
        const [dead] = await driver.drain(deadLetters(path));
        expect(dead?.message.body).toBe('a');
        expect(dead?.deadLetterReason).toBe('bad');
        expect(dead?.deadLetterDescription).toBe('very bad');
        await driver.quiet(receiver);
      },
    },
    {
      name: 'settling one message leaves the others locked',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path, { prefetch: 2 });
        for (const body of ['a', 'b']) await driver.publish(path, body);
        const first = await driver.delivery(receiver);
        const second = await driver.delivery(receiver);
        await driver.complete(first.lock);
        const [rest] = await driver.peek(path);
        expect(rest?.sequenceNumber).toBe(second.sequenceNumber);
        await driver.complete(second.lock);
      },
    },
    {
      name: 'commands with token 0 are obeyed without an answer',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path);
        driver.submit({ kind: 'publish', token: 0, path, message: driver.message('a') });
        const { lock } = await driver.delivery(receiver);
        driver.submit({ kind: 'settle', token: 0, lock, settlement: { kind: 'complete' } });
        await driver.advance(driver.times.quietMicros);
        expect(driver.isAnswered(0)).toBe(false);
        expect(await driver.peek(path)).toEqual([]);
      },
    },
  ],
};
