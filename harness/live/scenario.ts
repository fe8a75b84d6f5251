/** The scenario of a live run: what the world's parts read from it, and what its trace tells of it. */
import type { Features, Operation, Range, Scenario } from '../world/scenario.ts';
import { calm, plainFeatures, scenarioSchema } from '../world/scenario.ts';

export interface Wish {
  readonly name: string;
  readonly seed: number;
  readonly servers: number;
  /** Clients with a session from the start, and guests, who register when they come. */
  readonly clients: number;
  readonly operations: readonly Operation[];
  /** The bus is across the internet, not on this machine. */
  readonly isRemote: boolean;
}

interface Pace {
  readonly electionMs: Range;
  readonly heartbeatMs: number;
  readonly retryMs: number;
  readonly timeoutMs: number;
  readonly timeToLiveMs: number;
}

/** Loopback takes a millisecond and a process that starts much longer; Azure stalls for seconds. */
const near: Pace = {
  electionMs: { min: 400, max: 800 },
  heartbeatMs: 80,
  retryMs: 500,
  timeoutMs: 10_000,
  timeToLiveMs: 4_000,
};
const far: Pace = {
  electionMs: { min: 5_000, max: 10_000 },
  heartbeatMs: 1_000,
  retryMs: 5_000,
  timeoutMs: 60_000,
  timeToLiveMs: 10_000,
};

/**
 * A message costs much more than an entry in it: while two are on their way to a follower, entries
 * gather for the next.
 */
const inflightMax = 2;

/**
 * A server that was cut off must not disturb those that were not, logs must not grow for ever, and
 * no message may be larger than Service Bus takes.
 */
const features: Features = {
  ...plainFeatures,
  preVote: true,
  checkQuorum: true,
  snapshotEvery: 500,
  snapshotKeep: 100,
  bytesPerAppendMax: 64_000,
};

/** The bounds of a live bus's latency, for judges that wait for messages. */
const latencyMicrosMax = 1_000_000;

export function liveScenario(wish: Wish): Scenario {
  const { name, seed, servers, clients, operations } = wish;
  const pace = wish.isRemote ? far : near;
  return {
    ...calm,
    schema: scenarioSchema,
    name,
    seed,
    cluster: {
      ...calm.cluster,
      servers,
      electionMs: pace.electionMs,
      heartbeatMs: pace.heartbeatMs,
      inflightMax,
      features,
      // Real disks take their own time.
      diskMicros: { min: 0, max: 0 },
    },
    bus: {
      ...calm.bus,
      mode: 'receiveAndDelete',
      latencyMicros: { min: 0, max: latencyMicrosMax },
      timeToLiveMs: pace.timeToLiveMs,
      prefetch: 256,
    },
    workload: {
      ...calm.workload,
      model: 'cas-register',
      clients,
      retryMs: pace.retryMs,
      timeoutMs: pace.timeoutMs,
      operations,
    },
  };
}
