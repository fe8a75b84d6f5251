/** Crashes at the two sides of a write, the moments at which a lost process costs most. */
import { describe, expect, test } from 'vitest';
import { memoryLab } from '../cli/lab.ts';
import { raft } from '../raft/machine.ts';
import { record } from '../search/execute.ts';
import type { TraceRecord } from '../trace/record.ts';
import type { Boundary, Fault, Scenario } from './scenario.ts';
import { calm } from './scenario.ts';

const writes = Array.from({ length: 6 }, (_, i) => ({
  atMs: 500 + 40 * i,
  client: 'c1',
  f: 'write' as const,
  key: 'k1',
  value: i,
}));

function crashing(boundary: Boundary, server: string, atMs = 520): Scenario {
  const fault: Fault = { kind: 'crash', server, disk: 'lose', boundary, atMs, forMs: 100 };
  return {
    ...calm,
    seed: 3,
    workload: { ...calm.workload, model: 'register', operations: writes },
    faults: [fault],
    limits: { ...calm.limits, runMs: 1_500 },
  };
}

function traceOf(scenario: Scenario): readonly TraceRecord[] {
  const records: TraceRecord[] = [];
  const { failure } = record(scenario, memoryLab(raft), (one) => void records.push(one));
  expect(failure).toBeNull();
  return records;
}

const bySeq = (records: readonly TraceRecord[], seq: number): TraceRecord | undefined =>
  records.find((one) => one.seq === seq);

/** The crash, the fault that says so, and the record before them. */
function around(records: readonly TraceRecord[]): readonly (TraceRecord | undefined)[] {
  const at = records.findIndex(({ kind }) => kind === 'crash');
  return [records[at - 2], records[at - 1], records[at]];
}

describe('a crash at a boundary', () => {
  test.each(['leader', 'follower', 'S2'])('in the middle of a write of %s', (server) => {
    const records = traceOf(crashing('write', server));
    const [write, fault, crash] = around(records);
    expect([write?.kind, fault?.kind, crash?.kind]).toEqual(['write', 'fault', 'crash']);
    if (write?.kind !== 'write' || crash?.kind !== 'crash') throw new Error('no crash');
    expect(crash.server).toBe(write.server);
    expect(crash.survived).toBeLessThan(write.write);
    expect(crash.at).toBe(write.at);
    // Nothing that the step led to has left: what came before the write did not send.
    const led = records.filter((one) => one.kind === 'send' && one.cause === write.cause);
    expect(led).toEqual([]);
  });

  test('just after a write is durable, and before anybody hears of it', () => {
    const records = traceOf(crashing('durable', 'follower'));
    const [durable, fault, crash] = around(records);
    expect([durable?.kind, fault?.kind, crash?.kind]).toEqual(['durable', 'fault', 'crash']);
    if (durable?.kind !== 'durable' || crash?.kind !== 'crash') throw new Error('no crash');
    expect(crash).toMatchObject({ server: durable.server, survived: durable.write, lost: 0 });
    const write = bySeq(records, durable.cause);
    const acknowledged = records.filter(
      (one) => one.kind === 'send' && one.cause === write?.cause && one.from === crash.server,
    );
    expect(acknowledged).toEqual([]);
  });

  test('waits for a write, and for that of its server alone', () => {
    const [write, , crash] = around(traceOf(crashing('write', 'S4', 500)));
    expect(crash).toMatchObject({ kind: 'crash', server: 'S4' });
    expect(crash?.at).toBeGreaterThan(500_000);
    expect(write).toMatchObject({ kind: 'write', server: 'S4' });
  });

  test('comes about no more once the quiet has begun', () => {
    const scenario = crashing('write', 'S1', 1_499);
    const records = traceOf({ ...scenario, cluster: { ...scenario.cluster, servers: 1 } });
    const quiet = records.findIndex(({ kind }) => kind === 'quiet');
    expect(quiet).toBeGreaterThan(0);
    expect(records.slice(quiet).some(({ kind }) => kind === 'crash')).toBe(false);
  });

  test('brings the server back after its time, counted from the crash', () => {
    const records = traceOf(crashing('durable', 'S3'));
    const crash = records.findIndex(({ kind }) => kind === 'crash');
    const back = records.slice(crash).find((one) => one.kind === 'online' && one.server === 'S3');
    expect(back?.at).toBe((records[crash]?.at ?? 0) + 100_000);
  });

  test('tells what was applied before the snapshot that is being written, which may hold it', () => {
    const features = { ...calm.cluster.features, snapshotEvery: 4 };
    // Fsyncs take 20 ms: at 592 ms the third write is on its way to the disk, as entry 4.
    const slow = {
      ...calm.cluster,
      servers: 1,
      features,
      diskMicros: { min: 20_000, max: 20_000 },
    };
    let kept = 0;
    for (let seed = 1; seed <= 8; seed += 1) {
      const crash = { kind: 'crash', server: 'S1', disk: 'some', atMs: 592, forMs: 100 } as const;
      const faults = [{ ...crash, boundary: 'write' } as const];
      const records = traceOf({ ...crashing('write', 'S1'), seed, cluster: slow, faults });
      const [told] = around(records);
      expect(told).toMatchObject({ kind: 'apply', server: 'S1', index: 4 });
      const back = records.findLast(({ kind }) => kind === 'online');
      if (back?.kind === 'online' && back.snapshot?.index === 4) kept += 1;
    }
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(8);
  });
});
