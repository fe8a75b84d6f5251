/** What is refused, and with which code; and the lives of entities. */
import { expect } from 'vitest';
import type { Group } from './case.ts';

export const errorsGroup: Group = {
  name: 'entities and errors',
  cases: [
    {
      name: 'a message above the size limit is refused, one at the limit is not',
      run: async (driver) => {
        const path = await driver.queue();
        const { messageSizeBytesMax } = driver.times;
        const large = driver.message('a', { sizeBytes: messageSizeBytesMax + 1 });
        await driver.refused({ kind: 'publish', path, message: large }, 'MessageSizeExceeded');
        await driver.publish(path, 'fits', { sizeBytes: messageSizeBytesMax });
        expect(await driver.drain(path)).toHaveLength(1);
      },
    },
    {
      name: 'sending to nowhere is refused',
      run: async (driver) => {
        const path = driver.name('nowhere');
        const message = driver.message('a');
        await driver.refused({ kind: 'publish', path, message }, 'MessagingEntityNotFound');
      },
    },
    {
      name: 'receiving from nowhere is refused',
      run: async (driver) => {
        const opening = driver.opening(driver.name('nowhere'), driver.name('receiver'));
        await driver.refused(opening, 'MessagingEntityNotFound');
      },
    },
    {
      name: 'a queue is made once',
      run: async (driver) => {
        const path = await driver.queue();
        const options = { ...driver.subscriptionOptions(), duplicateDetectionMicros: 0 };
        const request = { kind: 'createQueue', path, options } as const;
        await driver.refused(request, 'MessagingEntityAlreadyExists');
      },
    },
    {
      name: 'a topic is made once',
      run: async (driver) => {
        const path = await driver.topic();
        const options = { duplicateDetectionMicros: 0 };
        const request = { kind: 'createTopic', path, options } as const;
        await driver.refused(request, 'MessagingEntityAlreadyExists');
      },
    },
    {
      name: 'a subscription is made once, and only under a topic',
      run: async (driver) => {
        const path = await driver.subscription(await driver.topic());
        const options = driver.subscriptionOptions();
        const again = { kind: 'createSubscription', path, options } as const;
        await driver.refused(again, 'MessagingEntityAlreadyExists');
        const orphan = { ...again, path: `${driver.name('nowhere')}/Subscriptions/s` };
        await driver.refused(orphan, 'MessagingEntityNotFound');
      },
    },
    {
      name: 'the word Subscriptions in a path ignores case',
      run: async (driver) => {
        const topic = await driver.topic();
        const path = await driver.subscription(topic);
        await driver.publish(topic, 'a');
        const lower = path.replace('/Subscriptions/', '/subscriptions/');
        expect(await driver.drain(lower)).toHaveLength(1);
      },
    },
    {
      name: 'what is not there is not deleted',
      run: async (driver) => {
        const request = { kind: 'deleteEntity', path: driver.name('nowhere') } as const;
        await driver.refused(request, 'MessagingEntityNotFound');
      },
    },
    {
      name: 'a deleted queue takes and gives nothing',
      run: async (driver) => {
        const path = await driver.queue();
        await driver.publish(path, 'a');
        await driver.ok({ kind: 'deleteEntity', path });
        const message = driver.message('b');
        await driver.refused({ kind: 'publish', path, message }, 'MessagingEntityNotFound');
        const opening = driver.opening(path, driver.name('receiver'));
        await driver.refused(opening, 'MessagingEntityNotFound');
      },
    },
    {
      name: 'a queue made again is empty',
      run: async (driver) => {
        const path = await driver.queue();
        await driver.publish(path, 'old');
        await driver.ok({ kind: 'deleteEntity', path });
        const options = { ...driver.subscriptionOptions(), duplicateDetectionMicros: 0 };
        await driver.ok({ kind: 'createQueue', path, options });
        expect(await driver.drain(path)).toEqual([]);
      },
    },
    {
      name: 'the receivers of a deleted queue are disconnected',
      run: async (driver) => {
        const path = await driver.queue();
        const receiver = await driver.open(path);
        await driver.ok({ kind: 'deleteEntity', path });
        await driver.until(
          (event) => event.kind === 'disconnected' && event.receiver === receiver,
          'the end of the receiver',
        );
      },
    },
    {
      name: 'a deleted subscription gets no copies, its siblings do',
      run: async (driver) => {
        const topic = await driver.topic();
        const gone = await driver.subscription(topic);
        const kept = await driver.subscription(topic);
        await driver.ok({ kind: 'deleteEntity', path: gone });
        await driver.publish(topic, 'a');
        expect(await driver.drain(kept)).toHaveLength(1);
      },
    },
    {
      name: 'a topic without subscriptions swallows its messages',
      run: async (driver) => {
        const topic = await driver.topic();
        await driver.publish(topic, 'unheard');
        const path = await driver.subscription(topic);
        expect(await driver.drain(path)).toEqual([]);
      },
    },
  ],
};
