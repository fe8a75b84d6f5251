/**
 * Small runs kept byte for byte: whoever changes what a run does, or how it is recorded, sees it in
 * these files. `npx vitest run scenarios/golden.test.ts -u` writes them anew.
 */
import { describe, expect, test } from 'vitest';
import { labFor } from '../harness/cli/lab.ts';
import { record } from '../harness/search/execute.ts';
import { readTrace } from '../harness/trace/read.ts';
import type { TraceRecord } from '../harness/trace/record.ts';
import { toLine } from '../harness/trace/write.ts';
import type { Scenario } from '../harness/world/scenario.ts';
import { campaign, crash, cut, stage, write } from './named/stage.ts';

interface Golden {
  readonly file: string;
  readonly scenario: Scenario;
  /** What the trace is there to show. */
  readonly shows: (record: TraceRecord) => boolean;
}

const bytesMax = 150_000;

const golden: readonly Golden[] = [
  {
    file: 'election',
    scenario: stage({
      name: 'S1 of three is elected',
      servers: 3,
      faults: [campaign('S1', 20)],
      runMs: 60,
    }),
    shows: (record) => record.kind === 'state' && record.role === 'leader',
  },
  {
    file: 'one-write',
    scenario: stage({
      name: 'a client writes 1 to x',
      servers: 3,
      faults: [campaign('S1', 20)],
      operations: [write('c1', 40, 1)],
      workload: { clients: 1 },
      runMs: 60,
    }),
    shows: (record) => record.kind === 'ok' && record.f === 'write',
  },
  {
    file: 'crash-between-persist-and-send',
    scenario: stage({
      name: 'S2 loses power after it wrote its vote and before the vote was safe to send',
      servers: 3,
      cluster: { diskMicros: { min: 4_000, max: 4_000 } },
      faults: [campaign('S1', 20), crash('S2', { atMs: 27, forMs: 20 })],
      runMs: 100,
    }),
    shows: (record) => record.kind === 'crash' && record.lost > 0,
  },
  {
    file: 'partition-and-heal',
    scenario: stage({
      name: 'the leader is cut off, another leads, the cut heals',
      servers: 3,
      operations: [write('c1', 60, 1)],
      workload: { clients: 1 },
      faults: [campaign('S1', 20), cut(['S1'], { atMs: 50, forMs: 90 }), campaign('S2', 70)],
      runMs: 180,
    }),
    shows: (record) => record.kind === 'state' && record.role === 'follower' && record.term > 1,
  },
  {
    file: 'redelivery',
    scenario: stage({
      name: 'Service Bus delivers an append to S2 again, which is still writing it',
      servers: 3,
      operations: [write('c1', 40, 1)],
      workload: { clients: 1 },
      cluster: { diskMicros: { min: 4_000, max: 4_000 } },
      faults: [campaign('S1', 10), { kind: 'lockExpiry', server: 'S2', atMs: 47 }],
      runMs: 90,
    }),
    shows: (record) => record.kind === 'deliver' && record.deliveryCount > 0,
  },
];

function traceOf(scenario: Scenario): readonly TraceRecord[] {
  const records: TraceRecord[] = [];
  const { verdict, unknown } = record(scenario, labFor({}), (one) => void records.push(one));
  expect([verdict, unknown]).toEqual(['pass', []]);
  return records;
}

describe('a golden trace is the same, byte for byte', () => {
  test.each(golden)('$file', async ({ file, scenario, shows }) => {
    const records = traceOf(scenario);
    const text = records.map(toLine).join('');
    expect(records.some(shows)).toBe(true);
    expect(text.length).toBeLessThan(bytesMax);
    await expect(text).toMatchFileSnapshot(`../traces/golden/${file}.ndjson`);
  });

  test.each(golden)('$file is a trace that everybody can read', async ({ file, scenario }) => {
    const { records, torn } = await readTrace(`traces/golden/${file}.ndjson`);
    expect(torn).toBeNull();
    expect(records).toEqual(traceOf(scenario));
  });
});
