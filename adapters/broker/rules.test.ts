import { ServiceBusClient, type SqlRuleAction } from '@azure/service-bus';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Broker, startBroker } from './broker.ts';

let broker: Broker;
let client: ServiceBusClient;
let topics = 0;

beforeAll(async () => {
  broker = await startBroker();
  client = new ServiceBusClient(broker.connectionString);
});
afterAll(async () => {
  await client.close();
  await broker.close();
});

function newTopic(): string {
  const { path } = broker.catalog.addTopic({ name: `t${++topics}` });
  broker.catalog.addSubscription(path, { name: 's' });
  return path;
}

async function received(topic: string, count: number): Promise<readonly unknown[]> {
  const receiver = client.createReceiver(topic, 's', { receiveMode: 'receiveAndDelete' });
  const messages = await receiver.receiveMessages(count, { maxWaitTimeInMs: 1000 });
  await receiver.close();
  return messages.map(({ body }): unknown => body);
}

async function ruleNames(topic: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { name } of client.createRuleManager(topic, 's').listRules()) names.push(name);
  return names;
}

test('a correlation rule in place of the default lets only its messages in', async () => {
  const topic = newTopic();
  const rules = client.createRuleManager(topic, 's');
  await rules.deleteRule('$Default');
  await rules.createRule('mine', {
    correlationId: 'c1',
    subject: 'vote',
    applicationProperties: { term: 5, fresh: true },
  });
  const sender = client.createSender(topic);
  const right = { correlationId: 'c1', subject: 'vote' };
  await sender.sendMessages([
    { body: 'other', correlationId: 'c2' },
    { body: 'half', ...right },
    { body: 'wrong term', ...right, applicationProperties: { term: 4, fresh: true } },
    { body: 'right', ...right, applicationProperties: { term: 5, fresh: true, more: 1 } },
  ]);
  expect(await received(topic, 1)).toEqual(['right']);
});

test('SQL rules see properties of both kinds, and any rule is enough', async () => {
  const topic = newTopic();
  const rules = client.createRuleManager(topic, 's');
  await rules.deleteRule('$Default');
  await rules.createRule('high', { sqlExpression: 'term > 5' });
  await rules.createRule('named', { sqlExpression: "sys.Label LIKE 'vo%' OR sys.To = 'me'" });
  await client.createSender(topic).sendMessages([
    { body: 'low', applicationProperties: { term: 5 } },
    { body: 'high', applicationProperties: { term: 6 } },
    { body: 'label', subject: 'vote' },
    { body: 'to', to: 'me', applicationProperties: { term: 9 } },
  ]);
  expect(await received(topic, 3)).toEqual(['high', 'label', 'to']);
});

test('rules are listed with their filters as they were made', async () => {
  const topic = newTopic();
  const rules = client.createRuleManager(topic, 's');
  const correlation = { to: 'x', applicationProperties: { text: 'a', whole: 1, truth: false } };
  await rules.createRule('correlation', correlation);
  await rules.createRule('sql', { sqlExpression: 'a = 1' });
  const listed = [];
  for await (const rule of rules.listRules()) listed.push(rule);
  expect(listed.map(({ name }) => name)).toEqual(['$Default', 'correlation', 'sql']);
  expect(listed[1]?.filter).toMatchObject(correlation);
  expect(listed[2]?.filter).toMatchObject({ sqlExpression: 'a = 1' });
});

test('a rule that exists, is missing or makes no sense is refused with a reason', async () => {
  const topic = newTopic();
  const rules = client.createRuleManager(topic, 's');
  await rules.createRule('twice', { sqlExpression: '1 = 1' });
  const again = rules.createRule('twice', { sqlExpression: '1 = 1' });
  await expect(again).rejects.toThrow(/twice.*already exists/);
  await expect(rules.deleteRule('none')).rejects.toThrow(/could not be found/);
  const senseless = rules.createRule('bad', { sqlExpression: 'a = = 1' });
  await expect(senseless).rejects.toThrow(/character 5/);
  expect(await ruleNames(topic)).toEqual(['$Default', 'twice']);
});

test('a rule with an action makes a copy of its own and changes it', async () => {
  const topic = newTopic();
  const rules = client.createRuleManager(topic, 's');
  const action: SqlRuleAction = { sqlExpression: "SET colour = 'red'; SET sys.Label = 'seen'" };
  await rules.createRule('paint', { sqlExpression: 'term = 1' }, action);
  await client.createSender(topic).sendMessages({
    body: 'x',
    applicationProperties: { term: 1 },
  });
  const receiver = client.createReceiver(topic, 's', { receiveMode: 'receiveAndDelete' });
  const messages = await receiver.receiveMessages(2, { maxWaitTimeInMs: 1000 });
  const shown = messages.map(({ subject, applicationProperties }) => [
    subject,
    applicationProperties,
  ]);
  expect(shown).toEqual([
    [undefined, { term: 1 }],
    ['seen', { term: 1, colour: 'red', RuleName: 'paint' }],
  ]);
});
