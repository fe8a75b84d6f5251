/** The memory bus keeps every promise of the port, under each ordering profile. */
import type { Harness, Times } from '../../harness/bus/conformance.ts';
import { conformance } from '../../harness/bus/conformance.ts';
import type { Ordering } from '../../harness/bus/bus.ts';
import { memoryBus } from './memory.ts';

const messageSizeBytesMax = 262_144;

const times: Times = {
  lockMicros: 10_000_000,
  duplicateWindowMicros: 30_000_000,
  shortMicros: 2_000_000,
  idleMicros: 60_000_000,
  quietMicros: 1_000_000,
  patienceMicros: 30_000_000,
  messageSizeBytesMax,
};

function start(ordering: Ordering): Harness {
  let now = 0;
  let draw = 1;
  const latencyMicros = (): number => {
    draw = (draw * 48_271) % 2_147_483_647;
    return 500 + (draw % 4_000);
  };
  const bus = memoryBus<string>({
    ordering,
    latencyMicros,
    messageSizeBytesMax,
    entityMessagesMax: 1_000,
  });
  const wait = (until: number): void => {
    now = until;
  };
  return { bus, now: () => now, wait };
}

for (const ordering of ['total', 'session', 'none'] as const) {
  conformance({
    name: `memory, ${ordering}`,
    namePrefix: '',
    times,
    gaps: [],
    start: () => start(ordering),
  });
}
