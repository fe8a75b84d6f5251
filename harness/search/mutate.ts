/**
 * A scenario a little changed, within the fault model that it was generated in: other dice, other
 * moments, other servers struck, a fault once more or one less. Knobs of the cluster and the bus
 * stay as they are, because the length of the quiet period was chosen for them.
 */
import { misfit } from '../world/scenario-fit.ts';
import type { Fault, Operation, Scenario } from '../world/scenario.ts';
import { childSeed } from './size.ts';

type Roll = (count: number) => number;
type Change = (scenario: Scenario, roll: Roll) => Scenario;

const nearMs = [1, 2, 5, 10, 20, 50, 100, 200, 500] as const;
/** No more faults than the generator makes at most. */
const faultsMax = 300;

function rollsOf(seed: number): Roll {
  let drawn = 0;
  return (count) => {
    drawn += 1;
    return (childSeed(seed, drawn) >>> 0) % Math.max(1, count);
  };
}

function moved(atMs: number, { limits }: Scenario, roll: Roll): number {
  const by = (nearMs[roll(nearMs.length)] ?? 1) * (roll(2) === 0 ? -1 : 1);
  return Math.min(limits.runMs - 1, Math.max(0, atMs + by));
}

const otherDice: Change = (scenario, roll) => ({ ...scenario, seed: roll(0x1_0000_0000) });

const moveFault: Change = (scenario, roll) => {
  const { faults } = scenario;
  const at = roll(faults.length);
  const fault = faults[at];
  if (fault === undefined) return scenario;
  const later: Fault = { ...fault, atMs: moved(fault.atMs, scenario, roll) };
  return { ...scenario, faults: faults.with(at, later) };
};

const moveOperation: Change = (scenario, roll) => {
  const { workload } = scenario;
  const at = roll(workload.operations.length);
  const operation = workload.operations[at];
  if (operation === undefined) return scenario;
  const later: Operation = { ...operation, atMs: moved(operation.atMs, scenario, roll) };
  return {
    ...scenario,
    workload: { ...workload, operations: workload.operations.with(at, later) },
  };
};

/** The same to another server; links keep their other end. */
const strikeAnother: Change = (scenario, roll) => {
  const { faults, cluster } = scenario;
  const at = roll(faults.length);
  const fault = faults[at];
  if (fault === undefined || !('server' in fault)) return scenario;
  const server = `S${String(1 + roll(cluster.servers))}`;
  return { ...scenario, faults: faults.with(at, { ...fault, server }) };
};

const onceMore: Change = (scenario, roll) => {
  const { faults, limits } = scenario;
  const fault = faults[roll(faults.length)];
  if (fault === undefined || faults.length >= faultsMax) return scenario;
  return { ...scenario, faults: [...faults, { ...fault, atMs: roll(limits.runMs) }] };
};

const oneLess: Change = (scenario, roll) => {
  const gone = roll(scenario.faults.length);
  return { ...scenario, faults: scenario.faults.filter((_, at) => at !== gone) };
};

const changes: readonly Change[] = [
  otherDice,
  moveFault,
  moveFault,
  moveOperation,
  strikeAnother,
  onceMore,
  oneLess,
];
const changesMax = 6;

/** The scenario with one to six changes that `seed` draws; its own self if none fits. */
export function mutated(scenario: Scenario, seed: number): Scenario {
  const roll = rollsOf(seed);
  let changed = scenario;
  for (let left = 1 + roll(changesMax); left > 0; left -= 1) {
    const next = (changes[roll(changes.length)] ?? otherDice)(changed, roll);
    if (misfit(next) === undefined) changed = next;
  }
  return changed;
}
