import { describe, expect, test } from 'vitest';
import type { BusMessage } from '../../../harness/bus/bus.ts';
import { compileAction } from './sql-action.ts';

const message: BusMessage<null> = {
  messageId: 'm1',
  body: null,
  sizeBytes: 0,
  subject: 'vote',
  properties: { term: 5, colour: 'blue' },
};

function applied(expression: string): BusMessage<null> {
  const action = compileAction<null>(expression, 'r');
  if ('wrong' in action) throw new Error(action.wrong);
  return action.apply(message);
}

describe('SQL actions', () => {
  test.each([
    ["SET colour = 'red'", { term: 5, colour: 'red' }],
    ["SET Colour = 'red'", { term: 5, Colour: 'red' }],
    ['SET term = term + 1; SET twice = term * 2', { colour: 'blue', term: 6, twice: 12 }],
    ['REMOVE colour; REMOVE none', { term: 5 }],
    ['SET colour = missing', { term: 5 }],
    ["SET [a b] = sys.Label + '!';", { term: 5, colour: 'blue', 'a b': 'vote!' }],
  ])('%s', (expression, properties) => {
    expect(applied(expression).properties).toEqual({ ...properties, RuleName: 'r' });
  });

  test('system properties are set and removed, the message itself stays as it was', () => {
    expect(applied("SET sys.Label = 'x'; SET sys.To = 7")).toMatchObject({ subject: 'x', to: '7' });
    expect(applied('REMOVE sys.Label')).not.toHaveProperty('subject');
    expect(applied('REMOVE sys.MessageId').messageId).toBe('m1');
    expect(message.subject).toBe('vote');
  });

  test.each([
    ['', 'character 1'],
    ['colour = 1', 'SET or REMOVE'],
    ['SET colour', "'='"],
    ['SET colour = 1 SET x = 2', 'an operator or the end'],
    ['SET colour = (a = 1)', 'a value is expected'],
    ['REMOVE 5', 'a property'],
    ['SET x = 1'.padEnd(1030, ' '), '1030 characters'],
  ])('%s is refused with a reason', (expression, reason) => {
    const action = compileAction<null>(expression, 'r');
    expect('wrong' in action ? action.wrong : '').toContain(reason);
  });
});
