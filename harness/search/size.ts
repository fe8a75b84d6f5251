/** How large a scenario is, and where its chance comes from: small helpers of the search. */
import type { Scenario } from '../world/scenario.ts';
import { featureFields, plainFeatures } from '../world/scenario.ts';

/** Faults, operations and an operator's wishes together. */
export function actionCount({ faults, workload }: Scenario): number {
  return faults.length + workload.operations.length + workload.operator.length;
}

/** How much of Raft is on that need not be. */
function featureCount({ cluster, workload }: Scenario): number {
  const { features, disk, spares, learners } = cluster;
  let count = disk.order === 'inOrder' && disk.lateMicros.max === 0 ? 0 : 1;
  if (workload.reads !== 'log') count += 1;
  if (spares + learners > 0) count += 1;
  for (const name of featureFields) if (features[name] !== plainFeatures[name]) count += 1;
  return count;
}

/** Whoever reads a schedule has as much to take in as by so many actions. */
const scheduleActions = 10;

/** Orders scenarios by what a reader has to take in: actions first, then servers and features. */
export function bulk(scenario: Scenario): number {
  const actions = actionCount(scenario) + (scenario.schedule === undefined ? 0 : scheduleActions);
  return actions * 32 + scenario.cluster.servers + featureCount(scenario);
}

/** A 32-bit integer from two: the `ordinal`-th child of `seed`. */
export function childSeed(seed: number, ordinal: number): number {
  let hash = Math.imul(seed ^ 0x85ebca6b, 0xcc9e2d51) ^ Math.imul(ordinal + 1, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0;
}

/** The scenario under another network seed; a strategy that schedules draws anew, too. */
export function reseeded(scenario: Scenario, seed: number): Scenario {
  const { schedule } = scenario;
  if (schedule === undefined) return { ...scenario, seed };
  return { ...scenario, seed, schedule: { ...schedule, seed } };
}

/** 53 bits of a text: equal texts are taken for equal when these are. */
export function fingerprint(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x2545f491;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x5bd1e995) ^ (high >>> 15);
  }
  return (high >>> 11) * 0x1_0000_0000 + (low >>> 0);
}
