import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { scenarioArbitrary } from '../../../scenarios/generate/scenario.ts';
import { recorded } from '../../cli/failure.ts';
import { labFor } from '../../cli/lab.ts';
import type { TraceRecord } from '../../trace/record.ts';
import { hostileTrace, kept, recordsOf, textOf } from './export.test.kit.ts';
import { operationsOf } from './history.ts';

/** Runs with all kinds of faults. */
const generated = Array.from({ length: 10 }, (_, n) => `generated run ${n}`);
const traces = new Map<string, readonly TraceRecord[]>();

beforeAll(async () => {
  for (const path of kept) traces.set(path, await recordsOf(path));
  traces.set('hostile', hostileTrace());
  const scenarios = fc.sample(scenarioArbitrary(), { seed: 20_261_124, numRuns: generated.length });
  scenarios.forEach((scenario, index) => {
    traces.set(generated[index] ?? '', recorded(scenario, labFor({})).records);
  });
});

const trace = (path: string): readonly TraceRecord[] => traces.get(path) ?? [];
const all = [...kept, 'hostile', ...generated];

const traceEvent = z.object({
  ph: z.enum(['M', 'X', 'i', 's', 'f', 'b', 'e', 'C']),
  name: z.string().min(1),
  cat: z.string().optional(),
  ts: z.number().nonnegative(),
  dur: z.number().positive().optional(),
  pid: z.int(),
  tid: z.int(),
  id: z.int().optional(),
  bp: z.literal('e').optional(),
  args: z.record(z.string(), z.unknown()).optional(),
});
const perfettoFile = z.object({ traceEvents: z.array(traceEvent) });
type TraceEvent = z.infer<typeof traceEvent>;

function eventsOf(path: string): readonly TraceEvent[] {
  return perfettoFile.parse(JSON.parse(textOf(trace(path), 'perfetto'))).traceEvents;
}

const tick = (event: TraceEvent): number => Math.round(event.ts * 1_000);
const end = (event: TraceEvent): number => Math.round((event.ts + (event.dur ?? 0)) * 1_000);
const track = ({ pid, tid }: TraceEvent): string => `${pid}/${tid}`;

describe.each(all)('perfetto of %s', (path) => {
  test('slices of one track lie side by side or inside each other', () => {
    const open = new Map<string, TraceEvent[]>();
    const slices = eventsOf(path).filter(({ ph }) => ph === 'X');
    expect(slices.length).toBeGreaterThan(3);
    for (const slice of slices) {
      const around = (open.get(track(slice)) ?? []).filter((one) => end(one) > tick(slice));
      expect(around.filter((one) => end(one) < end(slice))).toEqual([]);
      open.set(track(slice), [...around, slice]);
    }
  });

  test('every flow and every fault has one start and one end, flows within slices', () => {
    const events = eventsOf(path);
    for (const [starts, ends] of [['s', 'f'] as const, ['b', 'e'] as const]) {
      const ids = (ph: string): readonly unknown[] =>
        events.filter((event) => event.ph === ph).map(({ id }) => id);
      expect(new Set(ids(starts))).toEqual(new Set(ids(ends)));
      expect(new Set(ids(starts)).size).toBe(ids(starts).length);
      expect(ids(starts)).toHaveLength(ids(ends).length);
    }
    const slices = new Set(
      events.filter(({ ph }) => ph === 'X').map((one) => `${track(one)} ${tick(one)}`),
    );
    for (const event of events.filter(({ ph }) => ph === 's' || ph === 'f')) {
      expect(slices).toContain(`${track(event)} ${tick(event)}`);
      if (event.ph === 'f') expect(event.bp).toBe('e');
    }
    const begun = new Map(events.filter(({ ph }) => ph === 's').map((one) => [one.id, one.ts]));
    for (const event of events.filter(({ ph }) => ph === 'f')) {
      expect(begun.get(event.id)).toBeLessThanOrEqual(event.ts);
    }
  });

  test('every track has a name, and every arrival of a message is a flow', () => {
    const events = eventsOf(path);
    const named = new Set(events.filter(({ name }) => name === 'thread_name').map(track));
    expect(events.filter(({ ph }) => ph !== 'M').every((one) => named.has(track(one)))).toBe(true);
    const arrivals = trace(path).filter(({ kind }) => kind === 'deliver' || kind === 'drop');
    expect(events.filter(({ ph }) => ph === 's')).toHaveLength(arrivals.length);
  });
});

const attribute = z.strictObject({
  key: z.string().min(1),
  value: z.union([
    z.strictObject({ stringValue: z.string() }),
    z.strictObject({ intValue: z.string().regex(/^-?\d+$/u) }),
  ]),
});
const nanos = z.string().regex(/^\d{18,19}$/u);
const span = z.strictObject({
  traceId: z.string().regex(/^(?!0+$)[0-9a-f]{32}$/u),
  spanId: z.string().regex(/^(?!0+$)[0-9a-f]{16}$/u),
  parentSpanId: z.string().regex(/^(?:[0-9a-f]{16})?$/u),
  name: z.string().min(1),
  kind: z.int().min(1).max(5),
  startTimeUnixNano: nanos,
  endTimeUnixNano: nanos,
  attributes: z.array(attribute),
  events: z.array(
    z.strictObject({ timeUnixNano: nanos, name: z.string(), attributes: z.array(attribute) }),
  ),
  status: z.strictObject({ code: z.int().min(0).max(2), message: z.string().optional() }),
});
const otlpFile = z.strictObject({
  resourceSpans: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes: z.array(attribute) }),
      scopeSpans: z.array(
        z.strictObject({
          scope: z.strictObject({ name: z.string(), version: z.string() }),
          spans: z.array(span),
        }),
      ),
    }),
  ),
});
type Span = z.infer<typeof span>;

function spansOf(path: string): readonly Span[] {
  const { resourceSpans } = otlpFile.parse(JSON.parse(textOf(trace(path), 'otlp')));
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}

describe.each(all)('otlp of %s', (path) => {
  test('has a trace for each operation, and every span hangs in the tree of its own', () => {
    const spans = spansOf(path);
    const roots = spans.filter(({ parentSpanId }) => parentSpanId === '');
    expect(roots).toHaveLength(operationsOf(trace(path)).length);
    expect(new Set(roots.map(({ traceId }) => traceId)).size).toBe(roots.length);
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
    const byId = new Map(spans.map((one) => [one.spanId, one]));
    for (const one of spans) {
      expect(one.endTimeUnixNano >= one.startTimeUnixNano).toBe(true);
      if (one.parentSpanId === '') continue;
      const parent = byId.get(one.parentSpanId);
      expect(parent?.traceId).toBe(one.traceId);
      expect((parent?.startTimeUnixNano ?? '') <= one.startTimeUnixNano).toBe(true);
    }
  });
});

test('otlp: a write is followed from its client over the leader to the disks of a majority', () => {
  const names = spansOf('traces/golden/one-write.ndjson').map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining([
      'write(x, 1)',
      'ClientRequest',
      'AppendEntries',
      'AppendEntriesReply',
      'ClientReply',
    ]),
  );
});

test('otlp: the ids of one run are not those of another', () => {
  const [one, two] = ['one-write', 'redelivery'].map((name) =>
    spansOf(`traces/golden/${name}.ndjson`).map(({ spanId }) => spanId),
  );
  expect(one?.filter((id) => two?.includes(id))).toEqual([]);
});
