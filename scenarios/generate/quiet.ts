/** How long a scenario's quiet part may last, so that a correct Raft surely gets everything done. */
import type { Scenario } from '../../harness/world/scenario.ts';

const usualMs = 6_000;

/** One client may have all operations still before it when the quiet begins. */
function backlogMs({ bus, cluster, workload }: Scenario): number {
  const eachMicros = 4 * bus.latencyMicros.max + 2 * cluster.diskMicros.max;
  return Math.ceil((workload.operations.length * eachMicros) / 100_000) * 100;
}

/** A snapshot's JSON takes these bytes, and so many for each operation. */
const snapshotBytes = 600;
const bytesPerOperation = 30;
/** One that is under way, and newer ones that must follow it. */
const snapshotsInRow = 3;

function snapshotsMs({ cluster, bus, workload }: Scenario): number {
  const { features, diskMicros, disk } = cluster;
  const { snapshotEvery, snapshotChunkBytes } = features;
  if (snapshotEvery === 0) return 0;
  const bytes = snapshotBytes + bytesPerOperation * workload.operations.length;
  const pieces = Math.ceil(bytes / snapshotChunkBytes);
  const eachMicros = 2 * (bus.latencyMicros.max + diskMicros.max + disk.lateMicros.max);
  return Math.ceil((snapshotsInRow * pieces * eachMicros) / 100_000) * 100;
}

/** Each of the operator's wishes may take some elections. */
function wishesMs({ cluster, workload }: Scenario): number {
  return workload.operator.length * (4 * cluster.electionMs.max + workload.retryMs);
}

/** In virtual milliseconds; most runs are done long before. */
export function quietMsFor(scenario: Scenario): number {
  return usualMs + backlogMs(scenario) + snapshotsMs(scenario) + wishesMs(scenario);
}
