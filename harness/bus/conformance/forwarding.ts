/** Auto-forwarding: what arrives goes on, and what can't go on lies in the transfer dead letters. */
import { expect } from 'vitest';
import { deadLetters, transferDeadLetters } from './driver.ts';
import type { Group } from './case.ts';

export const forwardingGroup: Group = {
  name: 'forwarding',
  cases: [
    {
      name: 'a queue forwards what it is sent to another queue',
      run: async (driver) => {
        const target = await driver.queue();
        const source = await driver.queue({ forwardTo: target });
        const receiver = await driver.open(target);
        const message = driver.message('on', { to: 'S1', properties: { term: 3 } });
        await driver.ok({ kind: 'publish', path: source, message });
        expect((await driver.delivery(receiver)).message).toMatchObject(message);
        expect(await driver.peek(source)).toEqual([]);
      },
    },
    {
      name: 'a subscription forwards to a topic',
      run: async (driver) => {
        const second = await driver.topic();
        const receiver = await driver.open(await driver.subscription(second));
        const first = await driver.topic();
        await driver.subscription(first, undefined, { forwardTo: second });
        await driver.publish(first, 'on');
        expect(await driver.bodies(receiver, 1)).toEqual(['on']);
      },
    },
    {
      name: 'nothing can be received from a queue that forwards',
      run: async (driver) => {
        const source = await driver.queue({ forwardTo: await driver.queue() });
        const opening = driver.opening(source, driver.name('receiver'));
        await driver.refused(opening, 'InvalidOperation');
      },
    },
    {
      name: 'nothing forwards to an entity that does not exist',
      run: async (driver) => {
        const options = { ...driver.subscriptionOptions(), duplicateDetectionMicros: 0 };
        const path = driver.name('queue');
        const forwardTo = driver.name('none');
        const command = { kind: 'createQueue', path, options: { ...options, forwardTo } } as const;
        expect((await driver.ask(command)).kind).toBe('rejected');
      },
    },
    {
      name: 'dead letters are forwarded with their reason',
      run: async (driver) => {
        const target = await driver.queue();
        const path = await driver.queue({ forwardDeadLettersTo: target });
        const source = await driver.open(path);
        const receiver = await driver.open(target);
        await driver.publish(path, 'bad');
        const { lock } = await driver.delivery(source);
        await driver.settle(lock, { kind: 'deadLetter', reason: 'why', description: 'd' });
        const { message, deadLetterReason } = await driver.delivery(receiver);
        expect([message.body, deadLetterReason]).toEqual(['bad', 'why']);
      },
    },
    {
      name: 'a message goes on four times, and then lies in the transfer dead letters',
      run: async (driver) => {
        const queues = [await driver.queue()];
        for (let i = 0; i < 5; i++) {
          queues.unshift(await driver.queue({ forwardTo: queues[0] ?? '' }));
        }
        const [fifth = '', fourth = ''] = queues;
        await driver.publish(fourth, 'arrives');
        await driver.publish(fifth, 'stays');
        expect(await driver.bodies(await driver.open(queues.at(-1) ?? ''), 1)).toEqual(['arrives']);
        const stuck = await driver.open(transferDeadLetters(queues.at(-2) ?? ''));
        expect(await driver.bodies(stuck, 1)).toEqual(['stays']);
      },
    },
    {
      name: 'what can be forwarded no more lies in the transfer dead letters, not the others',
      run: async (driver) => {
        const target = await driver.queue();
        const source = await driver.queue({ forwardTo: target });
        await driver.ok({ kind: 'deleteEntity', path: target });
        await driver.publish(source, 'stays');
        const receiver = await driver.open(transferDeadLetters(source));
        expect(await driver.bodies(receiver, 1)).toEqual(['stays']);
        expect(await driver.peek(deadLetters(source))).toEqual([]);
      },
    },
    {
      name: 'a queue that begins to forward sends on what waits in it',
      run: async (driver) => {
        const target = await driver.queue();
        const path = await driver.queue();
        await driver.publish(path, 'waiting');
        await driver.ok({ kind: 'updateEntity', path, change: { forwardTo: target } });
        const receiver = await driver.open(target);
        expect(await driver.bodies(receiver, 1)).toEqual(['waiting']);
      },
    },
    {
      name: 'a queue that no longer forwards keeps what it is sent',
      run: async (driver) => {
        const path = await driver.queue({ forwardTo: await driver.queue() });
        await driver.ok({ kind: 'updateEntity', path, change: { forwardTo: null } });
        await driver.publish(path, 'kept');
        expect(await driver.bodies(await driver.open(path), 1)).toEqual(['kept']);
      },
    },
  ],
};
