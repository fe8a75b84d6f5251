import { describe, expect, test } from 'vitest';
import type { HistoryRecord, Json } from '../../trace/record.ts';
import type { Verdict } from '../check.ts';
import { historyOf } from '../history.ts';
import { newView } from '../view.ts';
import type { KeyTold } from './check.ts';
import { judgeKeys, linearizabilityCheck, together } from './check.ts';
import { randomHistory } from './random-history.ts';

const view = newView([]);
function verdictOf(records: readonly HistoryRecord[], configurations?: number): Verdict {
  const check = linearizabilityCheck('kv', configurations === undefined ? {} : { configurations });
  const state = check.start();
  for (const record of records) {
    const failure = check.observe(state, record, view);
    if (failure !== undefined) return { kind: 'fail', ...failure };
  }
  return check.verdict(state, view);
}

/**
 * A history in words, one operation a line: client, call–return in ms, what, and what came back.
 * `c1 1-3 write x 1`, `c1 4-5 read x -> 1`, `c1 1-3 cas x [1,2] refused`, `c1 1-? write x 1`.
 */
function historyFrom(text: string): readonly HistoryRecord[] {
  const events = text
    .trim()
    .split('\n')
    .flatMap((line, number) => operationEvents(line.trim(), number));
  const order = (kind: HistoryRecord['kind']): number => (kind === 'invoke' ? 0 : 1);
  return events
    .toSorted((a, b) => a.at - b.at || order(a.kind) - order(b.kind))
    .map((event, seq) => ({ ...event, seq }));
}

const isF = (word: string): word is HistoryRecord['f'] =>
  ['read', 'write', 'cas', 'append', 'delete'].includes(word);

function operationEvents(line: string, process: number): readonly HistoryRecord[] {
  const match = /^(\w+) (\d+)-(\d+|\?) (\w+) (\w+) ?(.*)$/u.exec(line);
  const [, client = '', call = '', end = '', f = '', key = '', rest = ''] = match ?? [];
  if (!isF(f)) throw new Error(`not an operation: ${line}`);
  const refused = rest.endsWith('refused');
  const value: Json =
    f === 'delete' ? null : JSON.parse(rest.replace('-> ', '').replace('refused', ''));
  const at = Number(call) * 1000;
  const common = { seq: 0, cause: -1, process, client, f, key, error: null };
  const invoke: HistoryRecord = {
    ...common,
    kind: 'invoke',
    at,
    value: f === 'read' ? null : value,
  };
  if (end === '?') return [invoke];
  const answer: HistoryRecord = { ...common, kind: 'ok', at: Number(end) * 1000, value };
  return [invoke, refused ? { ...answer, kind: 'fail', error: 'compare-failed' } : answer];
}

describe('linearizable is', () => {
  test.each([
    ['nothing at all to read', 'c1 0-1 read x -> null'],
    ['a read of what was written', 'c1 0-1 write x 1\nc1 2-3 read x -> 1'],
    [
      'a read during a write, of old and new',
      'c1 0-9 write x 1\nc2 1-2 read x -> null\nc3 3-4 read x -> 1',
    ],
    ['two clients that touch in time', 'c1 0-5 write x 1\nc2 5-6 read x -> null'],
    [
      'a write that timed out and is seen later',
      'c1 0-? write x 1\nc2 5-6 read x -> null\nc2 7-8 read x -> 1',
    ],
    ['a write that timed out and is never seen', 'c1 0-? write x 1\nc2 5-6 read x -> null'],
    [
      'a chain of compare-and-sets',
      'c1 0-1 cas x [null,1]\nc2 2-3 cas x [1,2]\nc1 4-5 read x -> 2',
    ],
    ['a refused compare-and-set of another value', 'c1 0-1 write x 1\nc2 2-3 cas x [2,3] refused'],
    [
      'a compare-and-set that timed out and explains one',
      'c1 0-? cas x [null,1]\nc2 2-3 cas x [1,2]',
    ],
    ['a delete', 'c1 0-1 write x 1\nc1 2-3 delete x\nc1 4-5 read x -> null\nc1 6-7 cas x [null,2]'],
    ['an appended list', 'c1 0-1 append x 1\nc2 2-3 append x 2\nc1 4-5 read x -> [1,2]'],
    [
      'two appends at once, in either order',
      'c1 0-9 append x 1\nc2 0-9 append x 2\nc1 10-11 read x -> [2,1]',
    ],
    [
      'an append to a list that was written',
      'c1 0-1 write x [1]\nc1 2-3 append x 2\nc1 4-5 read x -> [1,2]',
    ],
    [
      'equal JSON in another order of fields',
      'c1 0-1 write x {"a":1,"b":2}\nc1 2-3 read x -> {"b":2,"a":1}',
    ],
    [
      'each key by itself',
      'c1 0-1 write x 1\nc1 2-3 write y 2\nc2 4-5 read x -> 1\nc2 6-7 read y -> 2',
    ],
  ])('%s', (_, text) => {
    const records = historyFrom(text);
    const examined = records.filter(({ kind }) => kind !== 'invoke').length;
    expect(verdictOf(records)).toEqual({ kind: 'pass', examined });
  });

  test('a history without answers, which examines nothing', () => {
    expect(verdictOf([])).toEqual({ kind: 'pass', examined: 0 });
    expect(verdictOf(historyFrom('c1 0-? write x 1'))).toEqual({ kind: 'pass', examined: 0 });
  });
});

describe('not linearizable is', () => {
  test.each([
    [
      'a stale read',
      'c0 0-1 write x 1\nc0 2-3 write x 2\nc1 4-5 read x -> 1',
      "c1 read x = 1 at 5 ms, asked at 4 ms, but c0's write of 2 to x had ended at 3 ms, and was " +
        "called at 2 ms, after c0's write of 1 to x had ended",
    ],
    [
      'a read of nothing after an answered write',
      'c0 0-1 write x 2\nc1 4-5 read x -> null',
      "c1 read x = null at 5 ms, asked at 4 ms, but c0's write of 2 to x had ended at 1 ms",
    ],
    [
      'a value out of nowhere',
      'c0 0-1 write x 1\nc1 2-3 read x -> 7\nc0 4-5 write x 7',
      'c1 read x = 7 at 3 ms, a value that nobody had asked to store by then',
    ],
    [
      'two compare-and-sets of one value',
      'c0 0-1 write x 1\nc1 2-9 cas x [1,2]\nc2 3-8 cas x [1,3]',
      "c2's cas of x from 1 to 3 and c1's cas of x from 1 to 2 both found a value stored once",
    ],
    [
      'a value written twice, of which both writes are used up',
      'c0 0-1 write x 1\nc0 0-1 write x 2\nc0 0-? write x 2\nc1 2-3 read x -> 1\nc2 2-3 read x -> 2\n' +
        'c0 4-5 write x 1\nc2 4-5 write x 3\nc1 6-7 read x -> 2',
      'c1 read x = 2 at 7 ms, but in every order that explains the answers before it x is then 1 or 3',
    ],
    [
      'a refusal although the value fits',
      'c0 0-1 write x 1\nc1 2-3 cas x [1,2] refused',
      'c1 was told at 3 ms that x is not 1, but in every order that explains the answers before it ' +
        'x is then 1',
    ],
    [
      'reads that turn back during two writes',
      'c0 0-20 write x 1\nc1 0-20 write x 2\nc2 1-2 read x -> 1\nc2 3-4 read x -> 2\nc2 5-6 read x -> 1',
      "c2 read x = 1 at 6 ms, asked at 5 ms, but c2's read of x = 2 had ended at 4 ms, and was " +
        "called at 3 ms, after c2's read of x = 1 had ended",
    ],
    [
      'two lists of which neither continues the other',
      'c0 0-9 append x 1\nc1 0-9 append x 2\nc2 10-11 read x -> [1,2]\nc3 12-13 read x -> [2,1]',
      "c2's read of x = [1,2] and c3's read of x = [2,1] cannot be of one list",
    ],
    [
      'two lists with equal items of which neither continues the other',
      'c0 0-9 append x 1\nc1 0-9 append x 1\nc4 0-9 append x 2\nc2 10-11 read x -> [1,1,2]\n' +
        'c3 12-13 read x -> [2,1,1]',
      "c2's read of x = [1,1,2] and c3's read of x = [2,1,1] cannot be of one list",
    ],
    [
      'a read of what a compare-and-set had replaced',
      'c0 0-1 write x 1\nc1 2-3 cas x [1,2]\nc2 4-5 read x -> 1',
      "c2 read x = 1 at 5 ms, asked at 4 ms, but c1's cas of x from 1 to 2 had ended at 3 ms",
    ],
    [
      'a list without an item that another read shows meanwhile',
      'c0 0-1 append x 1\nc0 2-3 append x 2\nc1 4-8 read x -> [1,2]\nc2 5-9 read x -> [1]',
      "c2 read x = [1] at 9 ms, asked at 5 ms, but c0's append of 2 to x had ended at 3 ms",
    ],
    [
      'a list with items in another order than they were appended in',
      'c0 0-1 append x 1\nc0 2-3 append x 3\nc0 4-5 append x 2\nc1 6-7 read x -> [1,2,3]',
      "c1 read x = [1,2,3] at 7 ms, but c0's append of 3 to x had ended at 3 ms, before " +
        "c0's append of 2 to x was called at 4 ms",
    ],
    [
      'a compare-and-set that ended before what it replaced was written',
      'c0 0-1 write x 1\nc1 2-3 cas x [5,6]\nc0 4-5 write x 5',
      'c1 replaced x = 5 by 6 at 3 ms, a value that nobody had asked to store by then',
    ],
    [
      'an append that is missing',
      'c0 0-1 append x 1\nc1 2-3 append x 2\nc2 4-5 read x -> [1]',
      "c2 read x = [1] at 5 ms, asked at 4 ms, but c1's append of 2 to x had ended at 3 ms",
    ],
    [
      'an append to what is no list',
      'c0 0-1 write x 1\nc1 2-3 append x 2',
      "c1's append of 2 to x succeeded at 3 ms, but in every order that explains the answers before " +
        'it x is then 1',
    ],
  ])('%s', (_, text, sentence) => {
    const verdict = verdictOf(historyFrom(text));
    expect(verdict).toMatchObject({ kind: 'fail', sentence });
  });

  test('told by lines where the times are lines', () => {
    const stale = 'c0 0-1 write x 1\nc0 2-3 write x 2\nc1 4-5 read x -> 1';
    const records = historyFrom(stale).map((record) => {
      const seq = record.seq + 1;
      return { ...record, seq, at: record.seq === 4 ? seq + 0.5 : seq };
    });
    expect(verdictOf(records)).toMatchObject({
      sentence:
        "c1 read x = 1 at line 6, asked at line 5, but c0's write of 2 to x had ended at line 4, " +
        "and was called at line 3, after c0's write of 1 to x had ended",
    });
  });

  test('shown with the records that prove it, the impossible answer last', () => {
    const noise = 'c5 0-1 write y 5\nc5 2-3 read y -> 5\nc6 0-1 read x -> null';
    const records = historyFrom(
      [
        noise,
        'c0 10-11 write x 1',
        'c6 12-13 read x -> 1',
        'c0 14-15 write x 2',
        'c1 16-17 read x -> 1',
        'c6 18-19 read x -> 2',
      ].join('\n'),
    );
    const verdict = verdictOf(records);
    if (verdict.kind !== 'fail') throw new Error(verdict.kind);
    const proof = verdict.evidence.map((seq) => records[seq]);
    expect(proof.map((record) => `${record?.client} ${record?.kind} ${record?.f}`)).toEqual([
      'c0 invoke write',
      'c0 ok write',
      'c0 invoke write',
      'c0 ok write',
      'c1 invoke read',
      'c1 ok read',
    ]);
    expect(verdict.evidence).toEqual([...verdict.evidence].toSorted((a, b) => a - b));
  });

  test('shown by few records even among repeated values', () => {
    const records = randomHistory({
      seed: 6,
      operations: 150,
      clients: 3,
      keys: 1,
      values: 3,
      mix: ['read', 'read', 'write'],
      lies: 0.02,
      unknowns: 0,
      ties: 0,
    });
    const verdict = verdictOf(records);
    if (verdict.kind !== 'fail') throw new Error(verdict.kind);
    expect(verdict.evidence.length).toBeLessThan(40);
    expect(records[verdict.evidence.at(-1) ?? -1]?.kind).toBe('ok');
  });
});

describe('every key is told of, in their order', () => {
  const good = 'c0 0-1 write x 1\nc1 2-3 read x -> 1\nc0 4-5 write y 2\nc1 6-7 read y -> 2';
  const keysOf = (text: string): readonly string[] => {
    const { keys } = judgeKeys(historyOf(historyFrom(text)), { configurations: 1000 });
    return keys.map(({ key, operations, kind }) => `${key}: ${operations} operations, ${kind}`);
  };

  test('when all are linearizable', () => {
    expect(keysOf(good)).toEqual([
      'x: 2 operations, linearizable',
      'y: 2 operations, linearizable',
    ]);
  });

  test('up to the first that is not', () => {
    expect(keysOf(`c2 0-1 write a 1\nc2 2-3 read a -> 7\n${good}`)).toEqual([
      'a: 2 operations, illegal',
    ]);
  });

  test('by whoever judged them, the verdict being that of the first that is not', () => {
    const common = { operations: 1, algorithm: 'zones', configurations: 0, bytes: 0 } as const;
    const told = ['x', 'y', 'z'].map((key): KeyTold => ({ ...common, key, kind: 'linearizable' }));
    const verdicts: readonly (Verdict | null)[] = [
      null,
      { kind: 'unknown', reason: 'too long' },
      { kind: 'fail', sentence: 'z is wrong', evidence: [] },
    ];
    const judged = told.map((each, index) => ({ told: each, verdict: verdicts[index] ?? null }));
    expect(together(judged.slice(0, 1), 5)).toEqual({
      verdict: { kind: 'pass', examined: 5 },
      keys: told.slice(0, 1),
    });
    expect(together(judged.slice(0, 2), 5)).toEqual({
      verdict: { kind: 'unknown', reason: 'too long' },
      keys: told.slice(0, 2),
    });
    expect(together(judged, 5)).toEqual({ verdict: verdicts[2], keys: told });
    expect(together(judged.toReversed(), 5)).toEqual({ verdict: verdicts[2], keys: told.slice(2) });
  });
});

test('a long history that fails among repeated values is shown by its last few operations', () => {
  const records = randomHistory({
    seed: 3,
    operations: 2000,
    clients: 5,
    keys: 1,
    values: 40,
    mix: ['read', 'read', 'write', 'cas'],
    lies: 0.004,
    unknowns: 0,
    ties: 0,
  });
  const verdict = verdictOf(records);
  if (verdict.kind !== 'fail') throw new Error(verdict.kind);
  expect(verdict.evidence.length).toBeLessThan(120);
  expect(verdict.evidence.length).toBeGreaterThan(3);
});

describe('undecided is', () => {
  const hard = randomHistory({
    seed: 1,
    operations: 400,
    clients: 12,
    keys: 1,
    values: 5,
    mix: ['read', 'write', 'cas'],
    lies: 0,
    unknowns: 0.02,
    ties: 0,
  });

  test('a history for which the budget is too small, with the reason', () => {
    const verdict = verdictOf(hard, 100);
    expect(verdict).toEqual({
      kind: 'unknown',
      reason: expect.stringMatching(
        /^\d+ operations on k0: not decided within 100 configurations; \d+ of \d+ answers/u,
      ),
    });
  });

  test('never a history with another key that fails', () => {
    const bad = historyFrom('c0 9000-9001 write z 1\nc1 9002-9003 read z -> 7').map((record) => ({
      ...record,
      seq: record.seq + hard.length,
      process: record.process + 1000,
    }));
    expect(verdictOf([...hard, ...bad], 100).kind).toBe('fail');
  });
});
