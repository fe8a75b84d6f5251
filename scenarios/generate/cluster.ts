/**
 * The knobs of the system under test, drawn as hard as a correct Raft can bear: an election must
 * be able to succeed, so two messages and two writes always fit well into the shortest time-out.
 */
import { plainDisk, plainFeatures } from '../../harness/world/scenario.ts';
import type { BusProfile, Cluster } from '../../harness/world/scenario.ts';
import type { Dice } from './dice.ts';

/** Odd sizes as people run them, even ones because quorums round there. */
export function drawServers(dice: Dice): number {
  return dice.weighted([
    [32, 3],
    [32, 5],
    [16, 4],
    [5, 2],
    [6, 6],
    [6, 7],
    [3, 1],
  ]);
}

/** Times in milliseconds and microseconds as in `Cluster`. */
export function drawCluster(dice: Dice, servers: number): Cluster {
  const electionMin = dice.weighted([
    [50, 150],
    [15, 100],
    [15, 200],
    [10, 60],
    [10, 300],
  ]);
  const spreadPercent = dice.weighted([
    [60, 100],
    [20, 60],
    [20, 150],
  ]);
  const heartbeatPart = dice.weighted([
    [50, 3],
    [20, 2],
    [20, 5],
    [10, 10],
  ]);
  /* Entries one by one leave gaps between them in which leaders fall (Figure 8). */
  const oneByOne = dice.chance(20);
  const entriesPerAppendMax = dice.weighted([
    [30, 1],
    [15, 2],
    [15, dice.between(3, 16)],
    [40, 64],
  ]);
  const inflightMax = dice.weighted([
    [25, 1],
    [20, 2],
    [20, dice.between(3, 15)],
    [35, 16],
  ]);
  return {
    servers,
    spares: 0,
    learners: 0,
    electionMs: {
      min: electionMin,
      max: electionMin + Math.floor((electionMin * spreadPercent) / 100),
    },
    heartbeatMs: Math.floor(electionMin / heartbeatPart),
    entriesPerAppendMax: oneByOne ? 1 : entriesPerAppendMax,
    inflightMax: oneByOne ? 1 : inflightMax,
    diskMicros: drawDisk(dice, electionMin),
    disk: plainDisk,
    features: plainFeatures,
  };
}

function drawDisk(dice: Dice, electionMinMs: number): Cluster['diskMicros'] {
  const max = dice.weighted([
    [50, 2_000],
    [20, 200],
    [30, Math.floor(electionMinMs * 1_000 * 0.08)],
  ]);
  return { min: Math.min(100, max), max };
}

/** Latencies keep to a tenth of the shortest election time-out. */
export function drawBus(dice: Dice, cluster: Cluster): BusProfile {
  const longest = Math.min(30_000, cluster.electionMs.min * 120);
  const latencyMax = dice.weighted([
    [50, Math.min(10_000, longest)],
    [20, Math.min(2_000, longest)],
    [30, longest],
  ]);
  const mode = dice.chance(80) ? 'peekLock' : 'receiveAndDelete';
  return {
    ordering: dice.weighted([
      [60, 'none'],
      [20, 'session'],
      [20, 'total'],
    ]),
    mode,
    latencyMicros: { min: Math.min(dice.pick([100, 500, 1_000]), latencyMax), max: latencyMax },
    lockDurationMs: dice.weighted([
      [40, 1_000],
      [20, 300],
      [20, 100],
      [20, 5_000],
    ]),
    maxDeliveryCount: dice.weighted([
      [55, 10],
      [15, 1],
      [15, 2],
      [15, dice.between(3, 9)],
    ]),
    prefetch: dice.weighted([
      [60, 64],
      [20, 16],
      [20, dice.between(4, 12)],
    ]),
    duplicateDetectionMs: dice.chance(12) ? dice.pick([20, 100, 1_000]) : 0,
    timeToLiveMs: dice.chance(8) ? dice.pick([200, 500, 1_000]) : 0,
  };
}
