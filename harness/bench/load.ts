/** Scenarios that only load the wheel: many clients, no faults. */
import type { Operation, Scenario } from '../world/scenario.ts';
import { calm } from '../world/scenario.ts';

export interface Load {
  readonly seed: number;
  readonly servers: number;
  readonly clients: number;
  /** Virtual milliseconds of load. */
  readonly lengthMs: number;
  /** Operations started in each virtual second. */
  readonly perSecond: number;
}

/** Reads and writes of unique values on five keys, from the moment a leader can be expected. */
export function loaded(load: Load): Scenario {
  const startMs = 400;
  const operations: Operation[] = [];
  const count = Math.floor((load.lengthMs * load.perSecond) / 1_000);
  for (let i = 0; i < count; i++) {
    const write = i % 2 === 0;
    operations.push({
      atMs: startMs + Math.floor((i * 1_000) / load.perSecond),
      client: `c${(i % load.clients) + 1}`,
      f: write ? 'write' : 'read',
      key: `k${(i % 5) + 1}`,
      value: write ? i : null,
    });
  }
  return {
    ...calm,
    name: 'load',
    seed: load.seed,
    cluster: { ...calm.cluster, servers: load.servers },
    bus: { ...calm.bus, mode: 'receiveAndDelete' },
    workload: {
      ...calm.workload,
      model: 'register',
      clients: load.clients,
      operations,
    },
    limits: { runMs: startMs + load.lengthMs, quietMs: 6_000, eventsMax: 1_000_000_000 },
  };
}
