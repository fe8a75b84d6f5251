/** Several receivers of one entity share its messages. */
import { expect } from 'vitest';
import type { Group } from './case.ts';

export const competingGroup: Group = {
  name: 'competing receivers',
  cases: [
    {
      name: 'each message goes to one of them, and each gets some',
      run: async (driver) => {
        const path = await driver.queue();
        for (let i = 0; i < 4; i++) await driver.publish(path, `m${i}`);
        const one = await driver.open(path, { prefetch: 2 });
        const two = await driver.open(path, { prefetch: 2 });
        const bodies = [...(await driver.bodies(one, 2)), ...(await driver.bodies(two, 2))];
        expect(bodies.sort()).toEqual(['m0', 'm1', 'm2', 'm3']);
      },
    },
    {
      name: 'in receive-and-delete nothing is delivered twice',
      run: async (driver) => {
        const path = await driver.queue();
        const one = await driver.open(path, { mode: 'receiveAndDelete' });
        const two = await driver.open(path, { mode: 'receiveAndDelete' });
        const sent = Array.from({ length: 20 }, (_, i) => `m${i}`.padEnd(4));
        for (const body of sent) await driver.publish(path, body);
        await driver.advance(driver.times.quietMicros);
        const found = [...driver.readBodies(one), ...driver.readBodies(two)];
        expect(found.sort()).toEqual([...sent].sort());
      },
    },
    {
      name: 'when one is closed the other gets everything',
      run: async (driver) => {
        const path = await driver.queue();
        const one = await driver.open(path);
        const two = await driver.open(path);
        driver.close(one);
        await driver.advance(driver.times.quietMicros);
        for (const body of ['a', 'b', 'c']) await driver.publish(path, body);
        expect([...(await driver.bodies(two, 3))].sort()).toEqual(['a', 'b', 'c']);
      },
    },
    {
      name: 'a full receiver leaves the messages to the others',
      run: async (driver) => {
        const path = await driver.queue();
        const full = await driver.open(path, { prefetch: 1 });
        await driver.publish(path, 'first');
        await driver.delivery(full);
        const free = await driver.open(path, { prefetch: 10 });
        for (const body of ['a', 'b']) await driver.publish(path, body);
        expect([...(await driver.bodies(free, 2))].sort()).toEqual(['a', 'b']);
      },
    },
    {
      name: 'receivers of different subscriptions do not compete',
      run: async (driver) => {
        const topic = await driver.topic();
        const one = await driver.open(await driver.subscription(topic));
        const two = await driver.open(await driver.subscription(topic));
        await driver.publish(topic, 'a');
        expect(await driver.bodies(one, 1)).toEqual(['a']);
        expect(await driver.bodies(two, 1)).toEqual(['a']);
      },
    },
  ],
};
