import { describe, expect, test } from 'vitest';
import type { HistoryRecord, Json } from '../../trace/record.ts';
import { HistoryBuilder } from '../history-builder.ts';
import { historyOf } from '../history.ts';
import { newView } from '../view.ts';
import { bruteForce } from './brute-force.ts';
import { linearizabilityCheck } from './check.ts';
import { randomHistory } from './random-history.ts';
import { Watch } from './watch.ts';

type F = HistoryRecord['f'];

/** Index of the first record that makes the history impossible, or -1. */
function truthOf(records: readonly HistoryRecord[]): number {
  return records.findIndex(
    ({ kind }, index) =>
      kind !== 'invoke' && !bruteForce(historyOf(records.slice(0, index + 1)).operations),
  );
}

function alarmOf(records: readonly HistoryRecord[]): number {
  const history = new HistoryBuilder();
  const watch = new Watch(history);
  return records.findIndex((record) =>
    watch.suspects(history.take(record), record.kind === 'invoke', record.at),
  );
}

function recordsOf(seed: number, mix: readonly F[]): readonly HistoryRecord[] {
  return randomHistory({
    seed,
    operations: 3 + (seed % 6),
    clients: 1 + (seed % 4),
    keys: 1,
    values: 0,
    mix,
    lies: seed % 3 === 0 ? 0 : 0.2,
    unknowns: seed % 2 === 0 ? 0 : 0.2,
    ties: 0,
  });
}

/** Operations: client, call-return, what, its value, and how it failed. Answers before calls. */
function recordsFrom(text: string): readonly HistoryRecord[] {
  const order = ({ at, kind }: HistoryRecord): number => 2 * at + (kind === 'invoke' ? 1 : 0);
  return text
    .split('; ')
    .flatMap(operationFrom)
    .toSorted((a, b) => order(a) - order(b))
    .map((record, seq) => ({ ...record, seq }));
}

function operationFrom(text: string, process: number): readonly HistoryRecord[] {
  const [client = '', times = '', what, ...rest] = text.split(' ');
  const f = (['read', 'write', 'cas', 'append'] as const).find((each) => each === what) ?? 'delete';
  const errors: Readonly<Record<string, string>> = { refused: 'compare-failed', absent: 'full' };
  const error = errors[rest.at(-1) ?? ''] ?? null;
  const values: Json[] = rest.slice(0, f === 'cas' ? 2 : 1).map((word) => JSON.parse(word));
  const value = f === 'cas' ? values : (values[0] ?? null);
  const common = { seq: 0, cause: -1, process, client, f, key: 'x' } as const;
  const [call = '', end = ''] = times.split('-');
  const asked = f === 'read' ? null : value;
  const kind = error === null ? 'ok' : 'fail';
  const invoke = {
    ...common,
    at: Number(call),
    kind: 'invoke',
    value: asked,
    error: null,
  } as const;
  return end === '?' ? [invoke] : [invoke, { ...common, at: Number(end), kind, value, error }];
}

describe('a watch', () => {
  test('finds the very answer that makes reads and writes of unique values impossible', () => {
    let illegal = 0;
    for (let seed = 1; seed <= 4000; seed += 1) {
      const records = recordsOf(seed, ['read', 'write']);
      const truth = truthOf(records);
      if (truth >= 0) illegal += 1;
      expect([seed, alarmOf(records)]).toEqual([seed, truth]);
    }
    expect(illegal).toBeGreaterThan(500);
  });

  test.each([
    ['compare-and-sets', ['read', 'read', 'write', 'cas', 'cas'], 0.6],
    ['lists', ['read', 'append'], 0.8],
  ] as const)('raises no false alarm and mostly the right one: %s', (_, mix, share) => {
    let illegal = 0;
    let exact = 0;
    for (let seed = 1; seed <= 4000; seed += 1) {
      const records = recordsOf(seed, mix);
      const truth = truthOf(records);
      const alarm = alarmOf(records);
      if (truth >= 0) illegal += 1;
      if (truth >= 0 && alarm === truth) exact += 1;
      if (alarm >= 0) expect([seed, truth >= 0 && truth <= alarm]).toEqual([seed, true]);
    }
    expect(illegal).toBeGreaterThan(500);
    expect(exact / illegal).toBeGreaterThan(share);
  });

  test.each([
    [
      'a read that lacks what another had read, though its append is not answered',
      'a 0-? append 1; b 1-2 read [1]; b 3-4 read []',
      4,
    ],
    [
      'a refusal while the value stood',
      'a 1-2 write 1; b 3-4 cas 1 9 refused; a 5-6 read 1; c 0-? write 7',
      6,
    ],
    ['one before it stood', 'a 1-3 write 1; b 2-4 cas 1 9 refused; a 5-6 read 1', null],
    [
      'one after it stood',
      'a 1-2 write 1; a 3-4 read 1; b 5-6 cas 1 9 refused; c 0-? write 7',
      null,
    ],
    [
      'the first of two refusals',
      'a 1-2 write 1; b 3-4 cas 1 8 refused; b 5-8 cas 1 9 refused; a 6-9 read 1; c 0-? write 7',
      9,
    ],
    [
      'a compare-and-set that did not happen',
      'a 1-2 write 1; b 3-4 cas 1 9 absent; a 5-6 read 1',
      null,
    ],
    [
      'a value replaced twice, as is seen from what came of it',
      'a 1-2 write 1; b 3-? cas 1 2; c 3-? cas 2 3; a 4-5 cas 1 4; a 6-7 read 3',
      7,
    ],
    [
      'a read of what was written after another value, which is then read again',
      'a 1-2 write 2; b 5-? write 1; c 0-10 read 1; a 11-12 read 2',
      12,
    ],
    [
      'a value between a write and its late replacement, which later ones follow',
      'a 1-2 write 1; b 3-? cas 2 3; c 3-10 read 3; a 4-5 write 4; d 8-? cas 1 2',
      10,
    ],
    ['a value read after it was replaced', 'a 1-2 write 1; a 3-4 cas 1 2; a 5-6 read 1', 6],
    [
      'a value that is still made only once, for a compare-and-set of it was refused',
      'a 1-2 cas 1 2 refused; a 3-4 write 2; a 5-6 write 3; a 7-8 read 2',
      8,
    ],
    [
      'a value made again in the moment in which it was read',
      'a 0-3 write 2; b 1-2 write 1; b 4-6 read 1; a 5-9 read 2; c 6-? write 1',
      null,
    ],
    [
      'a value made again, beside one of which nothing is known',
      'a 1-2 write 1; b 3-? write 2; c 4-? write 2; a 5-6 write 3; a 7-8 read 1',
      8,
    ],
  ])('on %s', (_, text, alarmAt) => {
    const records = recordsFrom(text);
    expect(truthOf(records)).toBe(alarmOf(records));
    expect(records[alarmOf(records)]?.at ?? null).toBe(alarmAt);
  });

  test('waits until the moment is over: what is called in it may explain the answer', () => {
    const common = { cause: -1, key: 'x', error: null } as const;
    const records: readonly HistoryRecord[] = [
      { ...common, seq: 0, at: 1, kind: 'invoke', process: 0, client: 'a', f: 'read', value: null },
      { ...common, seq: 1, at: 5, kind: 'ok', process: 0, client: 'a', f: 'read', value: 7 },
      { ...common, seq: 2, at: 5, kind: 'invoke', process: 1, client: 'b', f: 'write', value: 7 },
      { ...common, seq: 3, at: 6, kind: 'ok', process: 1, client: 'b', f: 'write', value: 7 },
      { ...common, seq: 4, at: 7, kind: 'invoke', process: 0, client: 'a', f: 'read', value: null },
      { ...common, seq: 5, at: 8, kind: 'ok', process: 0, client: 'a', f: 'read', value: 8 },
      { ...common, seq: 6, at: 9, kind: 'invoke', process: 0, client: 'a', f: 'read', value: null },
    ];
    const check = linearizabilityCheck('register');
    const view = newView([]);
    const state = check.start();
    for (const record of records) expect(check.observe(state, record, view)).toBeUndefined();
    // The false alarm at 5 ms ended the watch; the verdict finds what it missed.
    expect(check.verdict(state, view)).toMatchObject({ kind: 'fail' });
  });

  test('stops a run at the first impossible answer', () => {
    const records = recordsOf(1, ['read', 'write']);
    const bad = { cause: -1, key: 'y', error: null, process: 99, client: 'z', f: 'read' } as const;
    const at = 1000;
    const seq = records.length;
    const all: readonly HistoryRecord[] = [
      { ...bad, seq, at, kind: 'invoke', value: null },
      { ...bad, seq: seq + 1, at: at + 1, kind: 'ok', value: 77 },
      { ...bad, seq: seq + 2, at: at + 2, kind: 'invoke', value: null },
    ];
    const check = linearizabilityCheck('register');
    const view = newView([]);
    const state = check.start();
    const found = all.map((record) => check.observe(state, record, view));
    expect(found.slice(0, 2)).toEqual([undefined, undefined]);
    expect(found[2]?.evidence.at(-1)).toBe(seq + 1);
  });
});
