/** How large a scenario is, and where its chance comes from: small helpers of the search. */
import type { Scenario } from '../world/scenario.ts';

/** Faults and operations together. */
export function actionCount(scenario: Scenario): number {
  return scenario.faults.length + scenario.workload.operations.length;
}

/** Orders scenarios by what a reader has to take in: actions first, then servers. */
export function bulk(scenario: Scenario): number {
  return actionCount(scenario) * 8 + scenario.cluster.servers;
}

/** A 32-bit integer from two: the `ordinal`-th child of `seed`. */
export function childSeed(seed: number, ordinal: number): number {
  let hash = Math.imul(seed ^ 0x85ebca6b, 0xcc9e2d51) ^ Math.imul(ordinal + 1, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0;
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
