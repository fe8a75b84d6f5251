import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { memoryBus } from '../../adapters/memory/memory.ts';
import { expandScenario } from '../../scenarios/generate/expand.ts';
import { mutants } from '../../scenarios/mutants/mutants.ts';
import type { Bus, Ordering } from '../bus/bus.ts';
import { recorded } from '../cli/failure.ts';
import { traceAt } from '../cli/input.ts';
import { labFor } from '../cli/lab.ts';
import { rehearsed } from '../cli/replay-live.ts';
import type { Trace } from '../trace/read.ts';
import type { HeaderRecord, TraceRecord } from '../trace/record.ts';
import { draw } from '../world/keyed.ts';
import type { Fault, Scenario } from '../world/scenario.ts';
import { enforce } from './enforce.ts';
import { virtualLive, virtualPlace } from './live.test.kit.ts';
import type { Parcel } from './parcel.ts';
import { BusUnusable } from './relay.ts';
import type { Enforced } from './result.ts';

interface LiveWish {
  readonly ordering?: Ordering;
  readonly latencyMaxMicros?: number;
  readonly around?: (bus: Bus<Parcel>) => Bus<Parcel>;
}

/** Replays over a second mock, in virtual time, with latencies of its own. */
function replayed(trace: Trace & { readonly path: string }, wish: LiveWish = {}) {
  const { ordering = 'total', latencyMaxMicros = 700, around } = wish;
  let drawn = 0;
  const bus = memoryBus<Parcel>({
    ordering,
    latencyMicros: () => draw(1, 1, 0, (drawn += 1)) % (latencyMaxMicros + 1),
    messageSizeBytesMax: 262_144,
    entityMessagesMax: 1_000_000,
  });
  const { servers, clients } = trace.header;
  return enforce({
    ...rehearsed(trace, trace),
    ...virtualPlace,
    live: virtualLive(bus, [...servers, ...clients], around),
    adapter: 'memory',
  });
}

/** A fresh simulated trace, as a file would hold it. */
function simulated(scenario: Scenario, mutant?: string): Trace & { readonly path: string } {
  const { records } = recorded(scenario, labFor({ mutant }));
  const [header] = records;
  if (header?.kind !== 'header') throw new Error('a trace begins with its header');
  const lines: readonly TraceRecord[] = JSON.parse(JSON.stringify(records));
  return { header, records: lines, count: lines.length, skipped: 0, torn: null, path: 'traces' };
}

const summaryOf = ({ end, reproduced, unplayed, counts, first }: Enforced) => ({
  end,
  reproduced,
  unplayed,
  first,
  divergence: counts.divergence,
  unmodelled: counts.unmodelled,
});
const faithful = {
  end: 'played',
  reproduced: true,
  unplayed: 0,
  first: null,
  divergence: 0,
  unmodelled: 0,
};

const stored = ['golden', 'caught'].flatMap((kind) =>
  readdirSync(`traces/${kind}`).map((name) => `traces/${kind}/${name}`),
);

describe('a recorded schedule holds on another bus', () => {
  test.each(stored)('%s: the same records and the same verdict', async (path) => {
    const trace = await traceAt(path);
    const result = await replayed(trace);
    expect(summaryOf(result)).toEqual(faithful);
    expect(result.records).toHaveLength(trace.records.length);
    expect(result.counts.same + result.counts.timing + result.counts.reordered).toBe(
      trace.records.length,
    );
  });

  test.each(mutants)('$name breaks its promise again', async ({ name, witness, expected }) => {
    const result = await replayed(simulated(witness, name));
    expect(summaryOf(result)).toEqual(faithful);
    expect(expected).toContain(result.conclusion.failure?.invariant);
  });

  // All faults there are: crashes with torn disks, pauses, lost locks, dead letters, throttling …
  const seeds = Array.from({ length: 40 }, (_, at) => 61 + 8 * at);
  test.each(seeds)('whatever scenario %i brings', async (seed) => {
    const trace = simulated(expandScenario(seed, { profile: 'swarm' }));
    expect(summaryOf(await replayed(trace, { latencyMaxMicros: 3_000 }))).toEqual(faithful);
  });

  test.each(['write', 'durable'] as const)('crashes at boundaries: %s', async (boundary) => {
    const trapped = (fault: Fault): Fault =>
      fault.kind === 'crash' ? { ...fault, boundary } : fault;
    let crashes = 0;
    // In the last two a server has just applied something when it dies in the middle of a write.
    for (const seed of [3, 11, 14, 27, 33, 40, 13, 22]) {
      const drawn = expandScenario(seed, { profile: 'crash' });
      const trace = simulated({ ...drawn, faults: drawn.faults.map(trapped) });
      crashes += trace.records.filter(({ kind }) => kind === 'crash').length;
      expect([seed, summaryOf(await replayed(trace))]).toEqual([seed, faithful]);
    }
    expect(crashes).toBeGreaterThan(6);
  });

  test('a bus without latency leaves no trace of itself', async () => {
    const trace = await traceAt('traces/golden/partition-and-heal.ndjson');
    const { counts, records } = await replayed(trace, { latencyMaxMicros: 0 });
    expect(counts.same).toBe(trace.records.length);
    expect(records.slice(1)).toEqual(trace.records.slice(1));
  });

  test('a slower bus makes it late, and nothing else', async () => {
    const trace = await traceAt('traces/golden/one-write.ndjson');
    const { counts, records } = await replayed(trace, { latencyMaxMicros: 40_000 });
    expect(counts).toMatchObject({ unmodelled: 0, divergence: 0 });
    expect(counts.timing).toBeGreaterThan(20);
    const times = records.map(({ at }) => at);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
  });

  test('a live trace can be replayed in its turn', async () => {
    const trace = await traceAt('traces/caught/votes-counted-as-integer');
    const { records } = await replayed(trace, { latencyMaxMicros: 9_000 });
    const [header] = records;
    if (header?.kind !== 'header') throw new Error('a trace begins with its header');
    const again = await replayed({ ...trace, header, records });
    expect(summaryOf(again)).toEqual(faithful);
  });
});

describe('order', () => {
  async function scrambled(ordering: Ordering): Promise<Enforced> {
    const trace = await traceAt('traces/golden/one-write.ndjson');
    const header: HeaderRecord = JSON.parse(
      JSON.stringify(trace.header).replace('"ordering":"none"', `"ordering":"${ordering}"`),
    );
    const records = [header, ...trace.records.slice(1)];
    const wish = { ordering: 'none', latencyMaxMicros: 90_000 } as const;
    return replayed({ ...trace, header, records }, wish);
  }

  test('turned round by the bus is put right, and told', async () => {
    const { counts, findings } = await scrambled('none');
    expect(counts.reordered).toBeGreaterThan(0);
    expect(counts).toMatchObject({ unmodelled: 0, divergence: 0 });
    expect(findings[0]?.text).toMatch(/^the bus brought m\d+ \(from \w+\) before m\d+$/);
  });

  test('that the mock would have kept is a behaviour that it lacks', async () => {
    const { counts, end } = await scrambled('total');
    expect(counts.unmodelled).toBeGreaterThan(0);
    expect([counts.reordered, counts.divergence, end]).toEqual([0, 0, 'played']);
  });
});

type Publish = (message: Parcel) => number;

/** A bus that takes each parcel so many times. */
const copying =
  (copies: Publish) =>
  (bus: Bus<Parcel>): Bus<Parcel> => ({
    submit(command, now) {
      const count = command.kind === 'publish' ? copies(command.message.body) : 1;
      for (let copy = 0; copy < count; copy += 1) bus.submit(command, now);
    },
    poll: (now) => bus.poll(now),
    wakeAt: () => bus.wakeAt(),
  });

describe('a bus that misbehaves', () => {
  test('by losing a message ends the replay: it is said which, and nothing hangs', async () => {
    const trace = await traceAt('traces/golden/one-write.ndjson');
    const sent = trace.records.find(({ kind }) => kind === 'send');
    const around = copying(({ envelope }) => (envelope?.id === sent?.seq ? 0 : 1));
    const result = await replayed(trace, { around });
    const due = trace.records.find(({ kind, cause }) => kind === 'deliver' && cause === sent?.seq);
    expect(result).toMatchObject({
      end: 'timedOut',
      first: {
        seq: due?.seq,
        standing: 'unmodelled',
        text: `timed out: m${sent?.seq} was published, and did not reach S2 within 5 s`,
      },
    });
    expect(result.unplayed).toBe(trace.records.length - (due?.seq ?? 0) - 1);
    expect(result.records.at(-1)?.kind).toBe('verdict');
  });

  test('by repeating itself is told, and the servers are spared', async () => {
    const trace = await traceAt('traces/caught/stale-read');
    const around = copying(({ envelope }) => (envelope !== null && envelope.id % 3 === 0 ? 2 : 1));
    const { counts, reproduced, findings, end } = await replayed(trace, { around });
    expect({ end, reproduced, divergence: counts.divergence }).toEqual({
      end: 'played',
      reproduced: true,
      divergence: 0,
    });
    expect(counts.unmodelled).toBeGreaterThan(3);
    expect(findings[0]?.text).toMatch(/came once more than it was published$/);
  });

  test('by reaching nobody is refused before anything is played', async () => {
    const trace = await traceAt('traces/golden/election.ndjson');
    await expect(replayed(trace, { around: copying(() => 0) })).rejects.toThrow(
      new BusUnusable('a trial to every receiver: nothing came of it in time'),
    );
  });
});

/** The trace with record `seq` replaced: by a changed one, or by none. */
async function tampered(
  path: string,
  isMeant: (record: TraceRecord) => boolean,
  change: (record: TraceRecord) => readonly TraceRecord[],
) {
  const trace = await traceAt(path);
  const target = trace.records.find(isMeant);
  if (target === undefined) throw new Error('the trace has no such record');
  const records = trace.records.flatMap((record) => (record === target ? change(record) : record));
  const result = await replayed({ ...trace, records });
  return { seq: target.seq, result };
}

describe('a trace that was tampered with', () => {
  const golden = 'traces/golden/one-write.ndjson';

  test('a vote for another: the run and the trace part at that record', async () => {
    const { seq, result } = await tampered(
      golden,
      (record) => record.kind === 'state' && record.votedFor === 'S1' && record.server === 'S3',
      (record) => [{ ...record, ...(record.kind === 'state' ? { votedFor: 'S2' } : {}) }],
    );
    expect(result).toMatchObject({
      end: 'diverged',
      first: { seq, standing: 'divergence', fields: ['votedFor'], happened: { votedFor: 'S1' } },
      counts: { divergence: 1 },
    });
    expect(result.unplayed).toBeGreaterThan(50);
  });

  test('a message that was never sent: it is not waited for', async () => {
    const { seq, result } = await tampered(
      golden,
      (record) => record.kind === 'deliver' && record.to === 'S3',
      (record) => [{ ...record, ...(record.kind === 'deliver' ? { id: 3, cause: 3 } : {}) }],
    );
    const first = { seq, standing: 'divergence', text: 'm3 was never published to S3' };
    expect(result).toMatchObject({ end: 'diverged', first });
  });

  test('a record left out: they part where it stood', async () => {
    const { seq, result } = await tampered(
      golden,
      ({ kind }) => kind === 'commit',
      () => [],
    );
    const happened = { kind: 'commit', seq };
    expect(result).toMatchObject({ end: 'diverged', first: { seq: seq + 1, happened } });
  });

  test.each<[string, string, (record: TraceRecord) => boolean, string]>([
    ['a timer', 'timer', ({ kind }) => kind === 'timer', 'is not running'],
    ['an fsync', 'durable', ({ kind }) => kind === 'durable', 'has no write'],
  ])('%s out of nowhere is told as such', async (_, kind, isMeant, why) => {
    const { seq, result } = await tampered(golden, isMeant, (record) => [
      record.kind === 'timer'
        ? { ...record, timer: 'heartbeat' }
        : record.kind === 'durable'
          ? { ...record, write: 0 }
          : record,
    ]);
    expect(result.first).toMatchObject({ seq, standing: 'divergence', expected: { kind } });
    expect(result.first?.text).toContain(why);
  });

  test('another verdict is not reproduced', async () => {
    const { seq, result } = await tampered(
      golden,
      ({ kind }) => kind === 'verdict',
      (record) => [
        record.kind === 'verdict'
          ? { ...record, verdict: 'fail', invariant: 'ElectionSafety' }
          : record,
      ],
    );
    expect(result).toMatchObject({ end: 'diverged', reproduced: false, first: { seq } });
    expect(result.conclusion.verdict).toBe('pass');
  });
});
