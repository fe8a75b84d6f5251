import { describe, expect, test } from 'vitest';
import type { HistoryRecord } from '../../trace/record.ts';
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
