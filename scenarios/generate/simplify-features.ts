/** Simplifications of Raft's features: all off at once, then one after the other. */
import type { Cluster, Features, Scenario, Workload } from '../../harness/world/scenario.ts';
import { calm, featureFields, plainDisk, plainFeatures } from '../../harness/world/scenario.ts';

type Simplification = (scenario: Scenario) => Scenario | undefined;

function cluster(change: Partial<Cluster>, applies: (old: Cluster) => boolean): Simplification {
  return (scenario) =>
    applies(scenario.cluster)
      ? { ...scenario, cluster: { ...scenario.cluster, ...change } }
      : undefined;
}

function workload(change: Partial<Workload>, applies: (old: Workload) => boolean): Simplification {
  return (scenario) =>
    applies(scenario.workload)
      ? { ...scenario, workload: { ...scenario.workload, ...change } }
      : undefined;
}

/** Off: the fields named as they are in `plainFeatures`. */
function off(...names: readonly (keyof Features)[]): Simplification {
  return (scenario) => {
    const { features } = scenario.cluster;
    if (names.every((name) => features[name] === plainFeatures[name])) return undefined;
    const plain = Object.fromEntries(names.map((name) => [name, plainFeatures[name]]));
    return { ...scenario, cluster: { ...scenario.cluster, features: { ...features, ...plain } } };
  };
}

function isPlainDisk({ disk }: Cluster): boolean {
  return disk.order === plainDisk.order && disk.lateMicros.max === 0;
}

/** Everything as in a scenario without features. */
function plain(scenario: Scenario): Scenario | undefined {
  const { spares, learners } = scenario.cluster;
  const { operator, reads } = scenario.workload;
  const featured = off(...featureFields)(scenario);
  const others = spares + learners + operator.length > 0 || !isPlainDisk(scenario.cluster);
  if (featured === undefined && !others && reads === 'log') return undefined;
  const { cluster: old, workload: asked } = featured ?? scenario;
  return {
    ...scenario,
    cluster: { ...old, spares: 0, learners: 0, disk: plainDisk },
    workload: { ...asked, operator: [], reads: 'log', readsAt: 'leader' },
  };
}

/** In this order, before everything else. */
export const featuresOff: readonly Simplification[] = [
  plain,
  workload({ operator: [] }, ({ operator }) => operator.length > 0),
  off('leaseDriftBound'),
  off('checkQuorum', 'leaseDriftBound'),
  off('preVote'),
  off('snapshotEvery', 'snapshotKeep', 'snapshotChunkBytes'),
  off('snapshotChunkBytes'),
  off('snapshotKeep'),
  off('bytesPerAppendMax'),
  off('uncommittedMax'),
  off('sessionsMax'),
  cluster({ disk: plainDisk }, (old) => !isPlainDisk(old)),
  workload({ reads: 'log', readsAt: calm.workload.readsAt }, ({ reads }) => reads !== 'log'),
  workload({ reads: 'index' }, ({ reads }) => reads === 'lease' || reads === 'mixed'),
  workload({ readsAt: calm.workload.readsAt }, ({ readsAt }) => readsAt !== 'leader'),
  cluster({ spares: 0, learners: 0 }, ({ spares, learners }) => spares + learners > 0),
  cluster({ learners: 0 }, ({ learners }) => learners > 0),
];
