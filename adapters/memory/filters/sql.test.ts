import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BusMessage } from '../../../harness/bus/bus.ts';
import { compileSql } from './sql.ts';
import { like } from './sql-like.ts';

const message: BusMessage<null> = {
  messageId: 'm1',
  body: null,
  sizeBytes: 0,
  to: 'S1',
  replyTo: 'S2',
  subject: 'vote',
  correlationId: 'c1',
  sessionId: 's1',
  properties: { Term: 5, text: 'Red', truth: true, zero: 0, 'odd name': 1, 'a]b': 2, In: 'x' },
};

function matches(expression: string): boolean {
  const filter = compileSql<null>(expression);
  if ('wrong' in filter) throw new Error(filter.wrong);
  return filter.matches(message);
}

function wrongOf(expression: string): string {
  const filter = compileSql<null>(expression);
  return 'wrong' in filter ? filter.wrong : '';
}

const rows: readonly (readonly [string, boolean])[] = [
  ["sys.To = 'S1'", true],
  ["SYS.to = 'S1'", true],
  ["sys.To = 's1'", false],
  ["sys.ReplyTo = 'S2' AND sys.Label = 'vote' AND sys.Subject = 'vote'", true],
  ["sys.MessageId = 'm1' AND sys.CorrelationId = 'c1' AND sys.SessionId = 's1'", true],
  ['term = 5', true],
  ['user.TERM = 5', true],
  ['[Term] = 5', true],
  ['"Term" = 5', true],
  ['user.[odd name] = 1', true],
  ['"odd name" = 1', true],
  ['[a]]b] = 2', true],
  ["[In] = 'x'", true],
  ['Term <> 5', false],
  ['Term != 4', true],
  ['Term < 6 AND Term <= 5 AND Term > 4 AND Term >= 5', true],
  ['Term < 5', false],
  ['5 = Term', true],
  ["text = 'Red'", true],
  ["text = 'red'", false],
  ["text < 'a'", true],
  ["text + 'x' = 'Redx'", true],
  ['Term + 1 * 2 = 7', true],
  ['(Term + 1) * 2 = 12', true],
  ['Term - 1 - 1 = 3', true],
  ['Term / 2 = 2.5', true],
  ['Term % 3 = 2', true],
  ['-Term = -5', true],
  ['- -Term = +5', true],
  ['Term = 0.5e1', true],
  ['.5 < 1.', true],
  ['truth = TRUE', true],
  ['truth', true],
  ['NOT truth', false],
  ['TRUE', true],
  ['false', false],
  ['1 = 1', true],
  ['truth > FALSE', false],
  ['zero', false],
  ['NOT zero', false],
  ["Term = '5'", false],
  ["NOT (Term = '5')", false],
  ["Term + 'x' = 'x'", false],
  ['Term / zero = 1', false],
  ['NOT (Term % zero = 1)', false],
  ['missing = 1', false],
  ['NOT (missing = 1)', false],
  ['NOT (missing <> 1)', false],
  ['missing = missing', false],
  ['missing = 1 OR Term = 5', true],
  ['Term = 5 OR missing = 1', true],
  ['NOT (missing = 1 AND Term = 4)', true],
  ['NOT (Term = 4 AND missing = 1)', true],
  ['NOT (missing = 1 AND Term = 5)', false],
  ['NOT (missing = 1 OR Term = 4)', false],
  ['Term = 4 OR Term = 5 AND truth = FALSE', false],
  ['(Term = 4 OR Term = 5) AND truth = TRUE', true],
  ['NOT Term = 4 AND truth', true],
  ['NOT NOT truth', true],
  ['Term IN (1, 5)', true],
  ['Term IN (1, 2)', false],
  ['Term NOT IN (1, 2)', true],
  ['Term NOT IN (1, 5)', false],
  ['Term IN (missing, 5)', true],
  ['Term NOT IN (missing, 1)', false],
  ['missing IN (1)', false],
  ['missing NOT IN (1)', false],
  ['Term IN (2 + 3)', true],
  ["text IN ('red', 'Red')", true],
  ["text LIKE 'R%'", true],
  ["text LIKE '%e%'", true],
  ["text LIKE 'R_d'", true],
  ["text LIKE 'r%'", false],
  ["text LIKE 'R_'", false],
  ["text NOT LIKE 'B%'", true],
  ["missing LIKE '%'", false],
  ["missing NOT LIKE 'x'", false],
  ["Term LIKE '5'", false],
  ["'a%b' LIKE 'a!%b' ESCAPE '!'", true],
  ["'axb' LIKE 'a!%b' ESCAPE '!'", false],
  ["'a!b' LIKE 'a!!b' ESCAPE '!'", true],
  ['missing IS NULL', true],
  ['Term IS NULL', false],
  ['Term IS NOT NULL', true],
  ['sys.To IS NOT NULL', true],
  ['EXISTS(Term)', true],
  ['EXISTS(user.missing)', false],
  ['NOT EXISTS(missing)', true],
  ["'it''s' = 'it''s'", true],
  ["Term = 5\n\tand\r\n text = 'Red'", true],
];

const errors: readonly (readonly [string, RegExp])[] = [
  ['', /character 1 of "": a value, a property or a parenthesis is expected, but the filter ends/],
  ["sys.To = 'S1' AND", /character 18 .* the filter ends/],
  ["sys.To = 'S1", /character 10 .* the string is not closed; add a '/],
  ['[To = 1', /the name is not closed; add a \]/],
  ["sys.Color = 'red'", /'sys.Color' is unknown; there are To, ReplyTo, Label/],
  ["foo.bar = 'red'", /the scope 'foo' is neither sys nor user/],
  ['a = 1 b', /character 7 .* an operator or the end is expected, but 'b' stands there/],
  ['a = ', /but the filter ends/],
  ['a == 1', /but '=' stands there/],
  ['a & 1', /'&' has no meaning in a filter/],
  ['(a = 1', /'\)' is expected/],
  ['a IN 1', /'\(' is expected/],
  ['a IN ()', /a value, a property or a parenthesis is expected/],
  ['a NOT 1', /IN or LIKE is expected/],
  ['a IS 1', /NULL is expected/],
  ['1 IS NULL', /IS NULL and EXISTS take a property/],
  ['EXISTS(1)', /IS NULL and EXISTS take a property/],
  ["a LIKE 'x' ESCAPE 'ab'", /ESCAPE takes one character/],
  ['5', /a condition is expected, but this is a value; compare it/],
  ["'text' AND a = 1", /a condition is expected/],
  ['a + 1', /a condition is expected/],
  ['NOT 5', /a condition is expected/],
  ['(a = 1) + 1 = 2', /a value is expected, but this is a condition/],
  ['(a = 1) = (b = 1)', /a value is expected, but this is a condition/],
  ['a < b < c', /an operator or the end is expected, but '<' stands there/],
  ['newid() = 1', /the function 'newid' is not supported/],
  ['a = NULL', /a value, a property or a parenthesis is expected|a property is expected/],
  [`a = '${'x'.repeat(1_100)}'`, /has 1106 characters; at most 1024/],
];

describe('SQL filters', () => {
  test.each(rows)('%s is %s', (expression, expected) => {
    expect(matches(expression)).toBe(expected);
  });

  test.each(errors)('%s is refused with a clear text', (expression, pattern) => {
    expect(wrongOf(expression)).toMatch(pattern);
  });

  test('a message without properties has none', () => {
    const filter = compileSql<null>('a IS NULL AND sys.To IS NULL');
    const bare = { messageId: 'm', body: null, sizeBytes: 0 };
    expect('wrong' in filter ? filter.wrong : filter.matches(bare)).toBe(true);
  });

  test('names that every object has are no properties', () => {
    expect(matches('EXISTS(constructor) OR EXISTS(toString) OR EXISTS(__proto__)')).toBe(false);
  });

  test('any text is either a filter or refused, never a crash', () => {
    const words = ['a', '1', "'x'", '(', ')', 'AND', 'OR', 'NOT', '=', '<', '+', '-', 'IN', ','];
    const more = ['LIKE', 'IS', 'NULL', 'EXISTS', 'sys', '.', 'To', 'TRUE', 'ESCAPE', '"', '['];
    const text = fc.array(fc.constantFrom(...words, ...more), { maxLength: 20 });
    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof(text, fc.array(fc.string())), (parts) => {
        const filter = compileSql<null>(parts.join(' '));
        if ('wrong' in filter) return;
        accepted++;
        expect(typeof filter.matches(message)).toBe('boolean');
      }),
      { seed: 5, numRuns: 3_000 },
    );
    expect(accepted).toBeGreaterThan(10);
  });

  test('the deepest nesting that fits is read', () => {
    const deep = `${'('.repeat(500)}a = 1${')'.repeat(500)}`;
    expect(wrongOf(deep)).toBe('');
  });
});

describe('LIKE', () => {
  const letters = fc.array(fc.constantFrom('a', 'b', '%', '_'), { maxLength: 8 });

  test('agrees with a regular expression', () => {
    let found = 0;
    fc.assert(
      fc.property(letters, letters, (text, pattern) => {
        const source = pattern.join('').replaceAll('%', '.*').replaceAll('_', '.');
        const expected = new RegExp(`^${source}$`).test(text.join(''));
        if (expected) found++;
        expect(like(text.join(''), pattern.join(''), undefined)).toBe(expected);
      }),
      { seed: 6, numRuns: 3_000 },
    );
    expect(found).toBeGreaterThan(100);
  });

  test('a hostile pattern takes no longer than it is long', () => {
    expect(like('a'.repeat(2_000), `${'%a'.repeat(200)}b`, undefined)).toBe(false);
  });
});
