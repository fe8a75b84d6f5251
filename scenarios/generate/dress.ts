/**
 * Dresses a scenario with Raft's features: switches them on, adds the operator's wishes, the motifs
 * that belong to them, and lets faults of the network meet their messages.
 */
import type {
  Fault,
  MessageClass,
  Operation,
  OperatorStep,
  Scenario,
} from '../../harness/world/scenario.ts';
import type { Dice } from './dice.ts';
import { drawFeatureMotif } from './feature-motifs.ts';
import type { FeatureContext } from './feature-motifs.ts';
import { drawFeatureNames, withFeatures } from './features.ts';
import { serverNames } from './faults.ts';
import type { FeatureName } from './features.ts';
import type { MotifContext } from './motifs.ts';
import type { ScenarioOptions } from './options.ts';
import { amongAcquaintances, WishDeck } from './wishes.ts';

const classesOf: readonly (readonly [FeatureName, readonly MessageClass[]])[] = [
  ['preVote', ['PreVote', 'PreVoteReply']],
  ['snapshots', ['InstallSnapshot', 'InstallSnapshotReply']],
  ['transfers', ['TimeoutNow']],
  ['reads', ['ReadIndex', 'ReadIndexReply']],
];

/** Of 100 faults that touch one class of messages so many touch one of the features' instead. */
const reclassedPercent = 25;

function reclassed(dice: Dice, on: ReadonlySet<FeatureName>): (fault: Fault) => Fault {
  const classes = classesOf.flatMap(([name, of]) => (on.has(name) ? of : []));
  return (fault) => {
    if (!('message' in fault) || fault.message === 'any') return fault;
    const chosen = dice.chance(reclassedPercent) ? dice.next() % Math.max(1, classes.length) : -1;
    return { ...fault, message: classes[chosen] ?? fault.message };
  };
}

/** Where leaders are protected, election time-outs come in two parts: so do leaps over them. */
function withSecondLeaps({ dice, runMs }: MotifContext, faults: readonly Fault[]): Fault[] {
  return faults.flatMap((fault) => {
    if (fault.kind !== 'clockJump' || dice.chance(30)) return [fault];
    return [fault, { ...fault, atMs: Math.min(fault.atMs + dice.between(0, 2), runMs - 1) }];
  });
}

interface Additions {
  readonly faults: Fault[];
  readonly operations: Operation[];
  readonly wishes: OperatorStep[];
}

function byTime(a: { readonly atMs: number }, b: { readonly atMs: number }): number {
  return a.atMs - b.atMs;
}

/** Some wishes fall anywhere, or near a fault. */
function strayWishes(context: FeatureContext, faults: readonly Fault[]): OperatorStep[] {
  const { dice, features, wishes, runMs } = context;
  const steps: OperatorStep[] = [];
  for (const name of ['members', 'transfers'] as const) {
    if (!features.has(name)) continue;
    for (let left = dice.between(0, 2); left > 0; left--) {
      const near = faults[dice.next() % Math.max(1, faults.length)]?.atMs ?? 0;
      const drawn = dice.chance(50) ? near + dice.between(-20, 60) : dice.between(0, runMs - 1);
      const atMs = Math.min(runMs - 1, Math.max(0, drawn));
      if (name === 'transfers') steps.push(wishes.transfer(atMs));
      else steps.push(dice.chance(60) ? wishes.simple(atMs) : wishes.joint(atMs));
    }
  }
  return steps;
}

/** A motif for so many actions of the scenario, but no more than a few. */
const actionsPerMotif = 12;

function drawAdditions(context: FeatureContext, base: Scenario): Additions {
  const { dice, runMs, features } = context;
  const added: Additions = { faults: [], operations: [], wishes: [] };
  const actions = base.faults.length + base.workload.operations.length;
  const most = Math.min(2 + (features.size >> 1), 4, Math.ceil(actions / actionsPerMotif));
  const count = dice.between(0, most);
  for (let i = 0; i < count; i++) {
    // Not at the very end, so that most of it happens.
    const atMs = dice.between(0, Math.floor(runMs * 0.8));
    const motif = drawFeatureMotif(context, atMs);
    added.faults.push(...motif.faults);
    added.operations.push(...motif.operations);
    added.wishes.push(...motif.wishes);
  }
  added.wishes.push(...strayWishes(context, base.faults));
  return added;
}

/** The scenario with features, or as it is: in many runs none is on. */
export function dressed(
  scenario: Scenario,
  context: MotifContext,
  options: ScenarioOptions,
): Scenario {
  const { dice } = context;
  const on = drawFeatureNames(dice, options.features);
  if (on.size === 0) return scenario;
  const base = withFeatures(dice, scenario, { on, options });
  const { cluster, workload } = base;
  const kinds = on.has('lease')
    ? new Set([...context.on].filter((kind) => kind !== 'clockJump'))
    : context.on;
  const wishes = new WishDeck(dice, cluster);
  const added = drawAdditions(
    { ...context, on: kinds, servers: cluster.servers, features: on, wishes },
    base,
  );
  const twice = on.has('preVote') || on.has('checkQuorum');
  const leaping = twice ? withSecondLeaps(context, base.faults) : base.faults;
  const faults = [...leaping.map(reclassed(dice, on)), ...added.faults].sort(byTime);
  const operations = [...workload.operations, ...added.operations].sort(byTime);
  const wished = added.wishes.sort(byTime);
  const spares = serverNames(cluster.servers).slice(cluster.servers - cluster.spares);
  const operator = on.has('preVote') ? wished : amongAcquaintances(wished, spares);
  return { ...base, faults, workload: { ...workload, operations, operator } };
}
