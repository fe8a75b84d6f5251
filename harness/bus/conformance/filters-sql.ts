/** Topics: copies for subscriptions, by SQL filters. */
import { filterCases } from './filters-correlation.ts';
import type { Filter, Properties } from '../bus.ts';
import type { Group } from './case.ts';

const sql = (expression: string): Filter => ({ kind: 'sql', expression });
const having = (...rows: readonly Properties[]): readonly { readonly properties: Properties }[] =>
  rows.map((properties) => ({ properties }));

export const sqlGroup: Group = {
  name: 'SQL filters',
  cases: filterCases([
    {
      name: 'a system property is compared with a string, case included',
      filter: sql("sys.To = 'S1'"),
      yes: [{ to: 'S1' }],
      no: [{ to: 's1' }, { to: 'S2' }, {}],
    },
    {
      name: 'the subject is called sys.Label',
      filter: sql("sys.Label = 'vote' AND sys.ReplyTo <> 'S1'"),
      yes: [{ subject: 'vote', replyTo: 'S2' }],
      no: [
        { subject: 'vote', replyTo: 'S1' },
        { subject: 'append', replyTo: 'S2' },
      ],
    },
    {
      name: 'message id, correlation id and session id are system properties',
      filter: sql("sys.MessageId = 'm' OR sys.CorrelationId = 'c' OR sys.SessionId = 's'"),
      yes: [{ messageId: 'm' }, { correlationId: 'c' }, { sessionId: 's' }],
      no: [{ messageId: 'c' }],
    },
    {
      name: 'names of user properties ignore case, with or without their scope',
      filter: sql('user.Term > 3 AND TERM <= 5'),
      yes: having({ term: 4 }, { Term: 5 }),
      no: having({ term: 3 }, { term: 6 }, { other: 4 }),
    },
    {
      name: 'numbers are compared and computed with',
      filter: sql('(a + 1) * 2 - b / 2 >= 5.5 AND a % 2 = 0'),
      yes: having({ a: 2, b: 1 }),
      no: having({ a: 2, b: 2 }, { a: 3, b: 0 }),
    },
    {
      name: 'AND binds stronger than OR, and NOT stronger than both',
      filter: sql('a = 1 OR NOT b = 1 AND c = 1'),
      yes: having({ a: 1, b: 1, c: 0 }, { a: 0, b: 0, c: 1 }),
      no: having({ a: 0, b: 1, c: 1 }, { a: 0, b: 0, c: 0 }),
    },
    {
      name: 'a missing property makes a comparison neither true nor false',
      filter: sql("NOT (colour = 'red')"),
      yes: having({ colour: 'blue' }),
      no: [{}, ...having({ colour: 'red' }, { shade: 'blue' })],
    },
    {
      name: 'what is unknown does not disturb what decides',
      filter: sql('missing = 1 OR a = 1'),
      yes: having({ a: 1 }),
      no: having({ a: 2 }),
    },
    {
      name: 'IN takes one of several, NOT IN none of them',
      filter: sql("colour IN ('red', 'blue') AND size NOT IN (1, 2)"),
      yes: having({ colour: 'red', size: 3 }),
      no: having({ colour: 'green', size: 3 }, { colour: 'blue', size: 2 }),
    },
    {
      name: 'LIKE takes patterns',
      filter: sql("name LIKE 'S_-%'"),
      yes: having({ name: 'S1-' }, { name: 'S2-append' }),
      no: having({ name: 'S12-x' }, { name: 's1-x' }, { name: 7 }),
    },
    {
      name: 'ESCAPE takes the meaning from a character of the pattern',
      filter: sql("done LIKE '100!%' ESCAPE '!'"),
      yes: having({ done: '100%' }),
      no: having({ done: '1000' }, { done: '100!%' }),
    },
    {
      name: 'IS NULL and IS NOT NULL ask for presence',
      filter: sql('a IS NULL AND b IS NOT NULL'),
      yes: having({ b: 1 }),
      no: [{}, ...having({ a: 1, b: 1 })],
    },
    {
      name: 'EXISTS asks for a property',
      filter: sql('EXISTS(user.a) AND NOT EXISTS(sys.To)'),
      yes: having({ a: false }),
      no: [{}, { to: 'S1', properties: { a: 1 } }],
    },
    {
      name: 'truth values are constants',
      filter: sql('hot = TRUE AND cold <> true'),
      yes: having({ hot: true, cold: false }),
      no: having({ hot: false, cold: false }, { hot: 'true', cold: false }),
    },
    {
      name: 'a quote in a string is doubled',
      filter: sql("name = 'it''s'"),
      yes: having({ name: "it's" }),
      no: having({ name: "it''s" }),
    },
  ]),
};
