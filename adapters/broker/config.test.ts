import { ServiceBusClient } from '@azure/service-bus';
import { describe, expect, test } from 'vitest';
import { startBroker } from './broker.ts';
import { readConfig } from './config.ts';
import { formatDuration, parseDuration } from './durations.ts';

function rule(name: string, properties: object): object {
  return { Name: name, Properties: properties };
}

const config = {
  UserConfig: {
    Namespaces: [
      {
        Name: 'sbemulatorns',
        Queues: [
          {
            Name: 'queue.1',
            Properties: {
              DeadLetteringOnMessageExpiration: true,
              DefaultMessageTimeToLive: 'PT1H',
              DuplicateDetectionHistoryTimeWindow: 'PT20S',
              ForwardDeadLetteredMessagesTo: '',
              ForwardTo: '',
              LockDuration: 'PT5S',
              MaxDeliveryCount: 3,
              RequiresDuplicateDetection: true,
              RequiresSession: false,
            },
          },
        ],
        Topics: [
          {
            Name: 'topic.1',
            Properties: { DefaultMessageTimeToLive: 'PT10M' },
            Subscriptions: [
              {
                Name: 'correlated',
                Properties: { LockDuration: 'PT1M', MaxDeliveryCount: 10 },
                Rules: [
                  rule('to', { FilterType: 'Correlation', CorrelationFilter: { To: 'me' } }),
                  rule('all', {
                    FilterType: 'Correlation',
                    CorrelationFilter: { Subject: 's', Properties: { kind: 'x' } },
                  }),
                ],
              },
              {
                Name: 'sql',
                Rules: [
                  rule('sql', {
                    FilterType: 'Sql',
                    SqlFilter: { SqlExpression: 'term > 5' },
                    Action: { SqlExpression: "SET seen = 'yes'" },
                  }),
                ],
              },
              { Name: 'everything' },
            ],
          },
        ],
      },
    ],
    Logging: { Type: 'Console' },
  },
};

test('a broker starts from the official file and does what it says', async () => {
  const broker = await startBroker(readConfig(JSON.stringify(config)));
  const client = new ServiceBusClient(broker.connectionString);
  await client.createSender('topic.1').sendMessages([
    { body: 'to me', to: 'me' },
    { body: 'by kind', subject: 's', applicationProperties: { kind: 'x', term: 9 } },
  ]);
  const found: Record<string, unknown> = {};
  for (const name of ['correlated', 'sql', 'everything']) {
    const receiver = client.createReceiver('topic.1', name, { receiveMode: 'receiveAndDelete' });
    const messages = await receiver.receiveMessages(2, { maxWaitTimeInMs: 100 });
    found[name] = messages.map(({ body }): unknown => body);
  }
  expect(found).toEqual({
    correlated: ['to me', 'by kind'],
    sql: ['by kind'],
    everything: ['to me', 'by kind'],
  });
  expect(broker.catalog.find('queue.1')?.properties).toMatchObject({
    lockDurationMs: 5000,
    maxDeliveryCount: 3,
    requiresDuplicateDetection: true,
    duplicateDetectionWindowMs: 20_000,
    defaultTimeToLiveMs: 3_600_000,
  });
  await client.close();
  await broker.close();
});

describe('what is wrong is named with its place', () => {
  const topic = 'Config.json.UserConfig.Namespaces[0].Topics[0]';

  test.each([
    ['{', /^Config\.json is no JSON/],
    ['[]', /^Config\.json is no object/],
    ['{}', /^Config\.json\.UserConfig is missing; add it\.$/],
    ['{"UserConfig":{"Namespaces":[]}}', /Namespaces has 0 entries; write exactly one/],
  ])('%s', (text, reason) => {
    expect(() => readConfig(text)).toThrow(reason);
  });

  test.each([
    [{ Name: 5 }, `${topic}.Name is 5; write text.`],
    [{}, `${topic}.Name is missing; every entity and rule needs one.`],
    [{ Name: 't', Subscriptions: {} }, `${topic}.Subscriptions is no list; write [ ... ].`],
    [
      { Name: 't', Properties: { DefaultMessageTimeToLive: '1 hour' } },
      `${topic}.Properties.DefaultMessageTimeToLive is "1 hour"; write an ISO 8601 duration`,
    ],
    [
      { Name: 't', Subscriptions: [{ Name: 's', Properties: { MaxDeliveryCount: 0 } }] },
      `${topic}.Subscriptions[0].Properties.MaxDeliveryCount is 0; write a whole number`,
    ],
    [
      {
        Name: 't',
        Subscriptions: [{ Name: 's', Rules: [rule('r', { FilterType: 'SqlFilter' })] }],
      },
      `${topic}.Subscriptions[0].Rules[0].Properties.FilterType is "SqlFilter"; write "Corr`,
    ],
  ])('%j', (entity, reason) => {
    const text = JSON.stringify({ UserConfig: { Namespaces: [{ Topics: [entity] }] } });
    expect(() => readConfig(text)).toThrow(reason);
  });
});

test.each([
  ['PT1M', 60_000],
  ['P1DT2H3M4.5S', 93_784_500],
  ['PT0.5S', 500],
  ['PT0S', 0],
  ['P10D', 864_000_000],
  ['P10675199DT2H48M5.4775807S', Infinity],
])('the duration %s', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
  expect(formatDuration(ms)).toBe(text);
});

test.each(['', 'P', 'PT', '1 hour', 'PT1', 'P1M', '-PT1S'])('%j is no duration', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});
