import { describe, expect, test } from 'vitest';
import type { HeaderRecord, TraceRecord } from '../trace/record.ts';
import { readTrace } from '../trace/read.ts';
import { diffTraces } from './diff.ts';
import { ascending } from './identity.ts';

const golden = async (name: string): Promise<readonly TraceRecord[]> =>
  (await readTrace(`traces/golden/${name}.ndjson`)).records;

/** The same run as a live bus would have had it: later, and with other numbers. */
function live(records: readonly TraceRecord[]): readonly TraceRecord[] {
  const number = (seq: number): number => (seq < 0 ? seq : seq * 3);
  return records.map((record): TraceRecord => {
    const { seq, at, cause } = record;
    const late = {
      ...record,
      seq: number(seq),
      at: seq === 0 ? at : at * 2 + 5,
      cause: number(cause),
    };
    if (late.kind === 'header') return { ...late, adapter: 'broker' };
    return 'id' in late ? { ...late, id: number(late.id) } : late;
  });
}

function without(
  records: readonly TraceRecord[],
  isMeant: (record: TraceRecord) => boolean,
): readonly TraceRecord[] {
  const at = records.findIndex(isMeant);
  expect(at).toBeGreaterThan(0);
  return records.toSpliced(at, 1);
}

/** A header that promises nothing, or everything, of the order of messages. */
function ordered(records: readonly TraceRecord[], ordering: string): readonly TraceRecord[] {
  const text = JSON.stringify(records[0]).replace('"ordering":"none"', `"ordering":"${ordering}"`);
  const header: HeaderRecord = JSON.parse(text);
  return [header, ...records.slice(1)];
}

/** Two deliveries to one receiver, next to each other in its life, turned round. */
function turned(records: readonly TraceRecord[]): readonly TraceRecord[] {
  const at = records.findIndex(
    (record, place) =>
      record.kind === 'deliver' &&
      records[place + 1]?.kind === 'deliver' &&
      'to' in record &&
      records.slice(place + 1, place + 2).some((next) => 'to' in next && next.to === record.to),
  );
  const [one, other] = records.slice(at, at + 2);
  if (one === undefined || other === undefined) throw new Error('no two deliveries in a row');
  return records.toSpliced(at, 2, other, one);
}

const nothing = { same: 0, timing: 0, reordered: 0, unmodelled: 0, divergence: 0 };

describe('two traces', () => {
  test.each(['election', 'one-write', 'partition-and-heal', 'redelivery'])(
    '%s is the same as itself',
    async (name) => {
      const records = await golden(name);
      const { counts, findings, first } = diffTraces(records, records);
      expect(counts).toEqual({ ...nothing, same: records.length });
      expect([findings, first]).toEqual([[], null]);
    },
  );

  test('with other numbers and times are the same up to timing', async () => {
    const records = await golden('redelivery');
    const { counts } = diffTraces(records, live(records));
    expect(counts).toEqual({ ...nothing, same: 1, timing: records.length - 1 });
  });

  test('may tell of different servers in another order', async () => {
    const records = await golden('one-write');
    const at = records.findIndex(({ kind }) => kind === 'invoke');
    const [invoke] = records.slice(at, at + 1);
    if (invoke === undefined) throw new Error('nobody invokes anything');
    const other = records.toSpliced(at, 1).toSpliced(at - 1, 0, invoke);
    const { counts, first } = diffTraces(records, other);
    expect(counts).toEqual({ ...nothing, same: records.length - 1, reordered: 1 });
    expect(first).toBeNull();
  });

  test.each([
    ['none', { reordered: 1, unmodelled: 0, divergence: 0 }],
    ['total', { reordered: 0, unmodelled: 1, divergence: 0 }],
  ])('order of deliveries turned round, where the mock keeps %s', async (ordering, expected) => {
    const records = ordered(await golden('one-write'), ordering);
    const { counts } = diffTraces(records, live(turned(records)));
    expect(counts).toMatchObject(expected);
  });

  test('a redelivery that only the live bus had is a behaviour that the mock lacks', async () => {
    const records = await golden('redelivery');
    const simulated = without(
      records,
      (record) => record.kind === 'deliver' && record.deliveryCount === 1,
    );
    const { counts, findings } = diffTraces(simulated, live(records));
    expect(counts.unmodelled).toBe(1);
    expect(findings.some(({ text }) => text === 'delivered once more')).toBe(true);
  });

  test('another vote: both sides, and the field', async () => {
    const records = await golden('election');
    const at = records.findIndex((record) => record.kind === 'state' && record.votedFor === 'S1');
    const changed = records.map((record, place) =>
      record.kind === 'state' && place === at ? { ...record, votedFor: 'S2' } : record,
    );
    const { counts, first } = diffTraces(records, live(changed));
    expect(first).toMatchObject({
      seq: at,
      fields: ['votedFor'],
      expected: { votedFor: 'S1' },
      happened: { seq: 3 * at, votedFor: 'S2' },
    });
    expect(counts.divergence).toBe(1);
  });

  test.each(['commit', 'send', 'durable'])('a lost %s: only one has it', async (kind) => {
    const records = await golden('one-write');
    const fewer = without(records, (record) => record.kind === kind);
    const missing = records.find((record) => !fewer.includes(record));
    const onlyLeft = diffTraces(records, fewer);
    const onlyRight = diffTraces(fewer, records);
    expect(onlyLeft.counts.divergence).toBeGreaterThan(0);
    expect(onlyRight.counts.divergence).toBeGreaterThan(0);
    for (const { findings } of [onlyLeft, onlyRight]) {
      expect(findings.some(({ text }) => text.startsWith('only in the'))).toBe(true);
    }
    expect(onlyLeft.first?.seq).toBeGreaterThanOrEqual(missing?.seq ?? Infinity);
  });

  test('of two scenarios part at the header', async () => {
    const { first } = diffTraces(await golden('election'), await golden('one-write'));
    expect(first).toMatchObject({ seq: 0, fields: ['clients', 'scenario'] });
  });
});

describe('a longest ascending subsequence', () => {
  test.each([
    [[], []],
    [
      [0, 1, 2],
      [0, 1, 2],
    ],
    [
      [3, 0, 1, 2],
      [1, 2, 3],
    ],
    [
      [0, 2, 3, 1],
      [0, 1, 2],
    ],
    [[2, 1, 0], [2]],
  ])('of %j are the places %j', (values, places) => {
    expect([...ascending(values)].toSorted((one, other) => one - other)).toEqual(places);
  });
});
