/** Topics: copies for subscriptions, by correlation filters. */
import { expect } from 'vitest';
import type { BusMessage, Filter } from '../bus.ts';
import type { Driver } from './driver.ts';
import type { Case, Group } from './case.ts';

type Parts = Partial<BusMessage<string>>;

interface Row {
  readonly name: string;
  readonly filter: Filter;
  readonly yes: readonly Parts[];
  readonly no: readonly Parts[];
}

/** Publishes what should and what should not match, and looks what came. */
async function check(driver: Driver, { filter, yes, no }: Row): Promise<void> {
  const topic = await driver.topic();
  const path = await driver.subscription(topic, filter);
  for (const [i, parts] of no.entries()) await driver.publish(topic, `no ${i}`, parts);
  for (const [i, parts] of yes.entries()) await driver.publish(topic, `yes ${i}`, parts);
  const found = (await driver.drain(path)).map(({ message }) => message.body);
  expect([...found].sort()).toEqual(yes.map((_, i) => `yes ${i}`));
}

export function filterCases(rows: readonly Row[]): readonly Case[] {
  return rows.map((row) => ({ name: row.name, run: (driver) => check(driver, row) }));
}

const properties = { colour: 'red', size: 3, hot: true };

const rows: readonly Row[] = [
  {
    name: 'a filter on `to` takes the messages to that address, case included',
    filter: { kind: 'correlation', to: 'S1' },
    yes: [{ to: 'S1' }],
    no: [{ to: 'S2' }, { to: 's1' }, { to: '' }, {}],
  },
  {
    name: 'a filter takes what agrees in every field',
    filter: { kind: 'correlation', to: 'S1', subject: 'vote', correlationId: '7' },
    yes: [{ to: 'S1', subject: 'vote', correlationId: '7', replyTo: 'S2' }],
    no: [
      { to: 'S1', subject: 'vote' },
      { to: 'S1', subject: 'Vote', correlationId: '7' },
    ],
  },
  {
    name: 'a filter sees reply-to, message id and session id',
    filter: { kind: 'correlation', replyTo: 'r', messageId: 'm', sessionId: 's' },
    yes: [{ replyTo: 'r', messageId: 'm', sessionId: 's' }],
    no: [
      { replyTo: 'r', messageId: 'm', sessionId: 'x' },
      { replyTo: 'r', messageId: 'n', sessionId: 's' },
      { replyTo: 'q', messageId: 'm', sessionId: 's' },
    ],
  },
  {
    name: 'a filter on properties wants all of them, of the same type',
    filter: { kind: 'correlation', properties: { colour: 'red', size: 3, hot: true } },
    yes: [{ properties }, { properties: { ...properties, more: 1 } }],
    no: [
      {},
      { properties: { colour: 'red', size: 3 } },
      { properties: { ...properties, size: '3' } },
      { properties: { ...properties, colour: 'Red' } },
    ],
  },
  {
    name: 'the filter `true` takes everything',
    filter: { kind: 'true' },
    yes: [{}, { to: 'S1' }],
    no: [],
  },
  {
    name: 'the filter `false` takes nothing',
    filter: { kind: 'false' },
    yes: [],
    no: [{}, { to: 'S1' }],
  },
];

export const correlationGroup: Group = {
  name: 'correlation filters',
  cases: [
    ...filterCases(rows),
    {
      name: 'each matching subscription gets a copy of its own',
      run: async (driver) => {
        const topic = await driver.topic();
        const one = await driver.subscription(topic, { kind: 'correlation', to: 'S1' });
        const two = await driver.subscription(topic, { kind: 'correlation', to: 'S1' });
        const other = await driver.subscription(topic, { kind: 'correlation', to: 'S2' });
        await driver.publish(topic, 'a', { to: 'S1' });
        expect(await driver.drain(one)).toHaveLength(1);
        expect(await driver.drain(two)).toHaveLength(1);
        expect(await driver.drain(other)).toEqual([]);
      },
    },
    {
      name: 'two rules that both match make one copy',
      run: async (driver) => {
        const topic = await driver.topic();
        const path = await driver.subscription(topic, { kind: 'correlation', to: 'S1' });
        const filter = { kind: 'correlation', subject: 'vote' } as const;
        await driver.ok({ kind: 'createRule', path, rule: { name: 'second', filter } });
        await driver.publish(topic, 'both', { to: 'S1', subject: 'vote' });
        await driver.publish(topic, 'second', { to: 'S2', subject: 'vote' });
        await driver.publish(topic, 'neither', { to: 'S2' });
        const found = (await driver.drain(path)).map(({ message }) => message.body);
        expect([...found].sort()).toEqual(['both', 'second']);
      },
    },
    {
      name: 'unicast and broadcast rules side by side',
      run: async (driver) => {
        const topic = await driver.topic();
        const paths: string[] = [];
        for (const to of ['S1', 'S2']) {
          const path = await driver.subscription(topic, { kind: 'correlation', to });
          const filter = { kind: 'correlation', to: '*' } as const;
          await driver.ok({ kind: 'createRule', path, rule: { name: 'all', filter } });
          paths.push(path);
        }
        await driver.publish(topic, 'to all', { to: '*' });
        await driver.publish(topic, 'to S2', { to: 'S2' });
        const counts = [];
        for (const path of paths) counts.push((await driver.drain(path)).length);
        expect(counts).toEqual([1, 2]);
      },
    },
  ],
};
