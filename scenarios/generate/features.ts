/**
 * Which of Raft's features a run has: many runs have none, so that the paper's own sections are
 * tested as hard as without them; the others have one, some or all. Nothing is drawn that a correct
 * Raft need not bear: leases only where clocks keep to their bound, removals only where somebody
 * protects the leader from those removed.
 */
import type {
  Cluster,
  DiskProfile,
  Fault,
  Features,
  Scenario,
  Workload,
} from '../../harness/world/scenario.ts';
import type { Dice } from './dice.ts';
import type { ScenarioOptions } from './options.ts';

export const featureNames = [
  'preVote',
  'checkQuorum',
  'lease',
  'snapshots',
  'lateDisk',
  'members',
  'transfers',
  'reads',
  'limits',
  'sessions',
] as const;
export type FeatureName = (typeof featureNames)[number];

/** Of 100 runs so many have no feature at all. */
const plainPercent = 40;

/** What is on in this run; empty in many. */
export function drawFeatureNames(
  dice: Dice,
  wanted: ScenarioOptions['features'],
): ReadonlySet<FeatureName> {
  if (wanted === 'none' || (wanted !== 'some' && dice.chance(plainPercent))) return new Set();
  const share = dice.weighted([
    [20, 0],
    [35, 30],
    [30, 60],
    [15, 100],
  ]);
  const on = new Set(featureNames.filter(() => dice.chance(share)));
  if (on.size === 0) on.add(dice.pick(featureNames));
  if (on.has('lease')) on.add('checkQuorum');
  if (on.has('members') && !on.has('preVote') && !on.has('checkQuorum')) {
    on.add(dice.pick(['preVote', 'checkQuorum']));
  }
  return on;
}

const driftBound = 1.25;
/** Clocks this much fast or slow (parts per thousand) keep to the bound against each other. */
const skewMax = 100;

/** The faults without those that no lease can bear: clocks that jump or run wild. */
function withTrustedClocks(faults: readonly Fault[]): readonly Fault[] {
  return faults
    .filter(({ kind }) => kind !== 'clockJump')
    .map((fault): Fault => {
      if (fault.kind !== 'clockSkew') return fault;
      return { ...fault, perMille: Math.max(-skewMax, Math.min(skewMax, fault.perMille)) };
    });
}

function drawDisk(dice: Dice, { electionMs }: Cluster): DiskProfile {
  const max = dice.pick([500, 5_000, electionMs.min * 40]);
  return {
    order: dice.chance(65) ? 'anyOrder' : 'inOrder',
    lateMicros: { min: 0, max: Math.min(max, electionMs.min * 40) },
  };
}

type Snapshots = Pick<Features, 'snapshotEvery' | 'snapshotKeep' | 'snapshotChunkBytes'>;

/** Tiny: a snapshot every few entries, in pieces of some bytes, nothing kept below it. */
function drawSnapshots(dice: Dice, operations: number): Snapshots {
  const tiny = operations > 60 ? 200 : 48;
  return {
    snapshotEvery: dice.weighted([
      [60, dice.between(1, 6)],
      [40, dice.between(7, 25)],
    ]),
    snapshotKeep: dice.weighted([
      [55, 0],
      [45, dice.between(1, 6)],
    ]),
    snapshotChunkBytes: dice.weighted([
      [40, tiny],
      [20, 200],
      [15, 600],
      [25, 64_000],
    ]),
  };
}

function drawFeatures(dice: Dice, scenario: Scenario, on: ReadonlySet<FeatureName>): Features {
  const { cluster, workload } = scenario;
  const snapshots = drawSnapshots(dice, workload.operations.length);
  const bytesPerAppendMax = dice.pick([0, 44, 80, 200]);
  const uncommittedMax = dice.pick([1, 2, 3, 6]);
  const sessionsMax = dice.between(1, workload.clients + 1);
  return {
    ...cluster.features,
    preVote: on.has('preVote'),
    checkQuorum: on.has('checkQuorum'),
    leaseDriftBound: on.has('lease') ? driftBound : 0,
    ...(on.has('snapshots') ? snapshots : {}),
    ...(on.has('limits') ? { bytesPerAppendMax, uncommittedMax } : {}),
    sessionsMax: on.has('sessions') ? sessionsMax : 0,
  };
}

const serversMost = 7;

/** Newcomers come beside the servers there are, where the caller has not fixed their number. */
function drawMembers(dice: Dice, cluster: Cluster, fixed: boolean): Partial<Cluster> {
  const extra = fixed ? 0 : Math.min(dice.between(0, 2), serversMost - cluster.servers);
  const servers = cluster.servers + extra;
  const others = Math.min(dice.between(Math.max(1, extra), 2), servers - 1);
  const learners = dice.between(0, Math.max(0, others));
  return { servers, learners, spares: Math.max(0, others - learners) };
}

/** The scenario with what is on in it, but without wishes and faults made for it. */
export function withFeatures(
  dice: Dice,
  scenario: Scenario,
  plan: { readonly on: ReadonlySet<FeatureName>; readonly options: ScenarioOptions },
): Scenario {
  const { on, options } = plan;
  const { cluster, workload } = scenario;
  const features = drawFeatures(dice, scenario, on);
  const members = drawMembers(dice, cluster, options.servers !== undefined);
  const disk = drawDisk(dice, cluster);
  const reads = dice.weighted([
    [30, 'index'],
    [on.has('lease') ? 60 : 10, 'lease'],
    [40, 'mixed'],
  ] as const);
  const readsAt = dice.pick<Workload['readsAt']>(['leader', 'any']);
  return {
    ...scenario,
    cluster: {
      ...cluster,
      ...(on.has('members') ? members : {}),
      ...(on.has('lateDisk') ? { disk } : {}),
      features,
    },
    workload: {
      ...workload,
      ...(on.has('sessions') ? { sessions: 'registered' } : {}),
      ...(on.has('reads') || on.has('lease') ? { reads, readsAt } : {}),
    },
    faults: on.has('lease') ? withTrustedClocks(scenario.faults) : scenario.faults,
  };
}
