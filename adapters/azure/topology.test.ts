import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Broker, startBroker } from '../broker/broker.ts';
import type { Account } from './account.ts';
import { administrationClient } from './administration.ts';
import { endpointOf } from './account.ts';
import { type Layout, publishPath, receivePath } from './routes.ts';
import { ensureTopology, removeTopology, type TopologyOptions } from './topology.ts';

let broker: Broker;
let account: Account;
let topics = 0;

beforeAll(async () => {
  broker = await startBroker();
  const { connectionString, adminPort } = broker;
  account = { connectionString, administrationEndpoint: `localhost:${adminPort}` };
});
afterAll(() => broker.close());

function options(layout: Layout, participants = ['S1', 'S2']): TopologyOptions {
  return { account, layout, topic: `topic${++topics}`, participants };
}

function rulesOf(path: string): readonly unknown[] {
  const entry = broker.catalog.find(path);
  if (entry?.kind !== 'subscription') throw new Error(`no subscription ${path}`);
  return [...entry.rules.values()].map(({ rule }) => [rule.name, rule.filter]);
}

describe('topology', () => {
  test('a filtered topic gives each participant its own messages and the broadcasts', async () => {
    const wanted = options('filteredTopic');
    const { topic } = wanted;
    const { made, found } = await ensureTopology(wanted);
    expect(found).toEqual([]);
    expect(made).toEqual([
      topic,
      `${topic}/Subscriptions/S1`,
      `${topic}/Subscriptions/S1 all`,
      `${topic}/Subscriptions/S2`,
      `${topic}/Subscriptions/S2 all`,
    ]);
    expect(rulesOf(`${topic}/Subscriptions/S1`)).toMatchObject([
      ['to', { kind: 'correlation', to: 'S1' }],
      ['all', { kind: 'correlation', to: '*' }],
    ]);
  });

  test('doing it again changes nothing', async () => {
    const wanted = options('filteredTopic');
    await ensureTopology(wanted);
    const before = rulesOf(`${wanted.topic}/Subscriptions/S1`);
    const { made, found } = await ensureTopology(wanted);
    expect(made).toEqual([]);
    expect(found).toHaveLength(3);
    expect(rulesOf(`${wanted.topic}/Subscriptions/S1`)).toEqual(before);
  });

  test('a plain topic takes everything, and becomes a filtered one when asked to', async () => {
    const plain = options('plainTopic', ['S1']);
    const path = `${plain.topic}/Subscriptions/S1`;
    await ensureTopology(plain);
    expect(rulesOf(path)).toHaveLength(1);
    await ensureTopology({ ...plain, layout: 'filteredTopic' });
    expect(rulesOf(path).length).toBe(2);
    await ensureTopology(plain);
    expect(rulesOf(path)).toMatchObject([['$Default', {}]]);
  });

  test('a rule with another address is corrected', async () => {
    const wanted = options('filteredTopic', ['S1']);
    await ensureTopology(wanted);
    const client = await administrationClient(account, endpointOf(account));
    await client.deleteRule(wanted.topic, 'S1', 'to');
    await client.createRule(wanted.topic, 'S1', 'to', { to: 'S9' });
    await ensureTopology(wanted);
    expect(rulesOf(`${wanted.topic}/Subscriptions/S1`)).toContainEqual([
      'to',
      expect.objectContaining({ to: 'S1' }),
    ]);
  });

  test("somebody else's rule is not touched", async () => {
    const wanted = options('filteredTopic', ['S1']);
    await ensureTopology(wanted);
    const client = await administrationClient(account, endpointOf(account));
    await client.createRule(wanted.topic, 'S1', 'audit', { sqlExpression: '1=1' });
    await expect(ensureTopology(wanted)).rejects.toThrow(/rule 'audit'.*Remove the rule/);
  });

  test('queues are one for each participant', async () => {
    const wanted = options('queues');
    const { made } = await ensureTopology(wanted);
    expect(made).toEqual([`${wanted.topic}-S1`, `${wanted.topic}-S2`]);
    expect(broker.catalog.find(`${wanted.topic}-S1`)?.properties).toMatchObject({
      lockDurationMs: 30_000,
      autoDeleteOnIdleMs: 3_600_000,
      defaultTimeToLiveMs: 600_000,
      maxDeliveryCount: 10,
    });
  });

  test('what was made is removed, once', async () => {
    for (const layout of ['queues', 'filteredTopic'] as const) {
      const wanted = options(layout);
      await ensureTopology(wanted);
      expect(await removeTopology(wanted)).not.toEqual([]);
      expect(await removeTopology(wanted)).toEqual([]);
    }
  });

  test('what somebody else made is not removed', async () => {
    const wanted = options('queues', ['S1']);
    broker.catalog.addQueue({ name: `${wanted.topic}-S1` });
    expect(await removeTopology(wanted)).toEqual([]);
    broker.catalog.addTopic({ name: 'theirs' });
    expect(await removeTopology({ ...wanted, layout: 'plainTopic', topic: 'theirs' })).toEqual([]);
  });

  test('a name that the service would refuse is refused before anything is made', async () => {
    const wanted = options('filteredTopic', ['S1', '*']);
    await expect(ensureTopology(wanted)).rejects.toThrow(/'\*' can't name a subscription/);
    expect(broker.catalog.find(wanted.topic)).toBeUndefined();
  });

  test('who may not manage is told what is missing, without the key', async () => {
    const locked = await startBroker({ keys: { Admin: 'c2VjcmV0LXNlY3JldA==' } });
    const wrong = locked.connectionString.replace('c2VjcmV0LXNlY3JldA==', 'd3Jvbmcta2V5');
    const wanted = options('queues');
    const failing = ensureTopology({
      ...wanted,
      account: {
        connectionString: wrong,
        administrationEndpoint: `localhost:${locked.adminPort}`,
      },
    });
    const error: unknown = await failing.catch((reason: unknown) => reason);
    expect(String(error)).toMatch(/can't be created \(UnauthorizedRequestError\).*Data Owner/s);
    expect(String(error)).not.toContain('d3Jvbmcta2V5');
    await locked.close();
  });
});

test('routes lead to the topic or to the queue of the node', () => {
  const filtered = { layout: 'filteredTopic', topic: 't' } as const;
  expect([publishPath(filtered, 'S1'), publishPath(filtered, '*')]).toEqual(['t', 't']);
  expect(receivePath(filtered, 'S1')).toBe('t/Subscriptions/S1');
  const queues = { layout: 'queues', topic: 't' } as const;
  expect([publishPath(queues, 'S1'), publishPath(queues, '*')]).toEqual(['t-S1', undefined]);
  expect(receivePath(queues, 'S1')).toBe('t-S1');
});
