/* A chosen schedule holds on another bus, like a timed one. */
import { expect, test } from 'vitest';
import { memoryBus } from '../../../adapters/memory/memory.ts';
import { expandScenario } from '../../../scenarios/generate/expand.ts';
import { recorded as tracedBy } from '../../cli/failure.ts';
import { labFor } from '../../cli/lab.ts';
import { rehearsed } from '../../cli/replay-live.ts';
import { enforce } from '../../replay/enforce.ts';
import { virtualLive, virtualPlace } from '../../replay/live.test.kit.ts';
import type { Parcel } from '../../replay/parcel.ts';
import type { Trace } from '../../trace/read.ts';
import type { TraceRecord } from '../../trace/record.ts';
import type { Scenario } from '../../world/scenario.ts';
import { dressed } from './dress.ts';

function simulated(scenario: Scenario): Trace & { readonly path: string } {
  const { records } = tracedBy(scenario, labFor({}));
  const [header] = records;
  if (header?.kind !== 'header') throw new Error('a trace begins with its header');
  const lines: readonly TraceRecord[] = JSON.parse(JSON.stringify(records));
  return { header, records: lines, count: lines.length, skipped: 0, torn: null, path: 'traces' };
}

const strategies = ['random', 'pct', 'pctcp', 'pos', 'delayBounding'] as const;
const cases = strategies.flatMap((name) => [61, 77].map((seed) => ({ name, seed })));

test.each(cases)('$name, whatever scenario $seed brings', async ({ name, seed }) => {
  const trace = simulated(dressed(expandScenario(seed, { profile: 'swarm' }), name, seed));
  const bus = memoryBus<Parcel>({
    ordering: 'total',
    latencyMicros: () => 500,
    messageSizeBytesMax: 262_144,
    entityMessagesMax: 1_000_000,
  });
  const { servers, clients } = trace.header;
  const { end, reproduced, first } = await enforce({
    ...rehearsed(trace, trace),
    ...virtualPlace,
    live: virtualLive(bus, [...servers, ...clients]),
    adapter: 'memory',
  });
  expect({ end, reproduced, first }).toEqual({ end: 'played', reproduced: true, first: null });
});
