/** Rules of a subscription come and go. */
import { expect } from 'vitest';
import type { Filter } from '../bus.ts';
import type { Group } from './case.ts';

const toOne: Filter = { kind: 'correlation', to: 'S1' };

export const rulesGroup: Group = {
  name: 'rules',
  cases: [
    {
      name: 'without a rule of its own a subscription takes everything, by the rule $Default',
      run: async (driver) => {
        const topic = await driver.topic();
        const path = await driver.subscription(topic);
        await driver.publish(topic, 'before');
        await driver.ok({ kind: 'deleteRule', path, name: '$Default' });
        await driver.publish(topic, 'after');
        const found = await driver.drain(path);
        expect(found.map(({ message }) => message.body)).toEqual(['before']);
      },
    },
    {
      name: 'a new rule widens what a subscription takes',
      run: async (driver) => {
        const topic = await driver.topic();
        const path = await driver.subscription(topic, { kind: 'false' });
        await driver.publish(topic, 'before', { to: 'S1' });
        await driver.ok({ kind: 'createRule', path, rule: { name: 'to', filter: toOne } });
        await driver.publish(topic, 'after', { to: 'S1' });
        await driver.publish(topic, 'other', { to: 'S2' });
        const found = await driver.drain(path);
        expect(found.map(({ message }) => message.body)).toEqual(['after']);
      },
    },
    {
      name: 'a deleted rule takes nothing any more',
      run: async (driver) => {
        const topic = await driver.topic();
        const path = await driver.subscription(topic, toOne);
        await driver.ok({ kind: 'deleteRule', path, name: 'first' });
        await driver.publish(topic, 'a', { to: 'S1' });
        expect(await driver.drain(path)).toEqual([]);
      },
    },
    {
      name: 'the first rule given replaces $Default',
      run: async (driver) => {
        const topic = await driver.topic();
        const path = await driver.subscription(topic, toOne);
        const request = { kind: 'deleteRule', path, name: '$Default' } as const;
        await driver.refused(request, 'MessagingEntityNotFound');
      },
    },
    {
      name: 'two rules of one name are refused',
      run: async (driver) => {
        const path = await driver.subscription(await driver.topic(), toOne);
        const rule = { name: 'first', filter: toOne };
        await driver.refused({ kind: 'createRule', path, rule }, 'MessagingEntityAlreadyExists');
      },
    },
    {
      name: 'a rule that is not there is not deleted',
      run: async (driver) => {
        const path = await driver.subscription(await driver.topic());
        const request = { kind: 'deleteRule', path, name: 'none' } as const;
        await driver.refused(request, 'MessagingEntityNotFound');
      },
    },
    {
      name: 'a rule of a missing subscription is refused',
      run: async (driver) => {
        const path = `${await driver.topic()}/Subscriptions/none`;
        const rule = { name: 'to', filter: toOne };
        await driver.refused({ kind: 'createRule', path, rule }, 'MessagingEntityNotFound');
      },
    },
    {
      name: 'an SQL filter with an error in it is refused and changes nothing',
      run: async (driver) => {
        const topic = await driver.topic();
        const path = await driver.subscription(topic, { kind: 'false' });
        const filter = { kind: 'sql', expression: "sys.To = 'S1' AND" } as const;
        const rule = { name: 'broken', filter };
        await driver.refused({ kind: 'createRule', path, rule }, 'InvalidOperation');
        await driver.publish(topic, 'a', { to: 'S1' });
        expect(await driver.drain(path)).toEqual([]);
      },
    },
  ],
};
