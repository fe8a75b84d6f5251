import { describe, expect, test } from 'vitest';
import { tell } from '../../report/story.ts';
import { readTrace } from '../../trace/read.ts';
import type { TraceRecord } from '../../trace/record.ts';
import type { Comparison } from './compare.ts';
import { comparisonOf } from './compare.ts';
import { modelOf } from './model.ts';

const { records } = await readTrace('traces/golden/one-write.ndjson');
const story = tell(records);

function compared(other: readonly TraceRecord[]): Comparison {
  return comparisonOf(modelOf(records, story), { name: 'other', records: other });
}

/** The trace without the records that the test picks. */
const without = (isLeftOut: (record: TraceRecord) => boolean): readonly TraceRecord[] =>
  records.filter((record) => !isLeftOut(record));

describe('two traces compared', () => {
  test('a trace is the same as itself', () => {
    expect(compared(records)).toMatchObject({ verdict: 'same', differences: [] });
  });

  test('other times alone are no difference', () => {
    const slower = records.map((record) => ({ ...record, at: record.at * 3 }));
    const found = compared(slower);
    expect(found).toMatchObject({ verdict: 'timing', differences: [] });
    expect(found.hop.there.median).toBe(found.hop.here.median * 3);
    expect(found.hop.there.most).toBe(found.hop.here.most * 3);
  });

  test('two deliveries swapped are within what a bus may do', () => {
    const first = records.findIndex(({ kind }) => kind === 'deliver');
    const one = records[first];
    const second = records.findIndex(
      (record, i) =>
        i > first && record.kind === 'deliver' && one?.kind === 'deliver' && record.to === one.to,
    );
    const two = records[second];
    if (one === undefined || two === undefined) throw new Error('the trace has too few deliveries');
    const swapped = records
      .with(first, { ...two, at: one.at })
      .with(second, { ...one, at: two.at });
    expect(compared(swapped)).toMatchObject({ verdict: 'reorder', reordered: 1, differences: [] });
  });

  test('a commit that only one has is a decision, and the first difference points at it', () => {
    const commit = records.findIndex(({ kind }) => kind === 'commit');
    const found = compared(without((record) => record === records[commit]));
    expect(found.verdict).toBe('decision');
    expect(found.differences[0]).toMatchObject({ index: commit, isHere: true });
    expect(found.differences.map(({ index }) => index)).toEqual([commit]);
  });

  test('what the bus did is counted on both sides', () => {
    const send = records.find(({ kind }) => kind === 'send');
    if (send?.kind !== 'send') throw new Error('the trace has no send');
    const { id, seq, at } = send;
    const busy = {
      kind: 'bus',
      what: 'throttled',
      id,
      to: 'S2',
      text: '',
      at,
      cause: seq,
    } as const;
    const again = { kind: 'deliver', id, to: 'S2', deliveryCount: 1, at, cause: seq } as const;
    const more: TraceRecord[] = [
      { ...busy, seq: 9001 },
      { ...busy, seq: 9002 },
      { ...again, seq: 9003 },
    ];
    const { counts } = compared([...records, ...more]);
    expect(counts).toContainEqual({ what: 'throttled', here: 0, there: 2 });
    expect(counts).toContainEqual({ what: 'delivered again', here: 0, there: 1 });
    const sent = counts.find(({ what }) => what === 'messages sent');
    expect(sent?.here).toBe(sent?.there);
  });

  test('what the bus did is told from what a server decided', () => {
    const deliver = records.findIndex(({ kind }) => kind === 'deliver');
    const found = compared(without((record) => record === records[deliver]));
    expect(found).toMatchObject({ verdict: 'bus', differences: [{ index: deliver }] });
  });

  test('what only the other one has is placed by its time and marks nothing here', () => {
    const state = records.findLast(({ kind }) => kind === 'state');
    if (state?.kind !== 'state') throw new Error('the trace has no state');
    const more: TraceRecord = { ...state, seq: state.seq + 0.5, term: 99 };
    const found = compared([...records, more]);
    expect(found.differences).toMatchObject([{ isHere: false, cause: 'decision' }]);
    expect(found.differences.filter(({ isHere }) => isHere)).toEqual([]);
    expect(records[found.differences[0]?.index ?? 0]?.at).toBeLessThanOrEqual(state.at);
  });
});
