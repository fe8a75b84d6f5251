/**
 * Every kind of accident that the embedded broker can have, as data: a test plays each to a small
 * workload, a harness plays them to a whole cluster.
 */
import { connectionFaults } from './connections.ts';
import type { FaultKind } from './kind.ts';
import { receivingFaults } from './receiving.ts';
import { sendingFaults } from './sending.ts';
import { serviceFaults } from './service.ts';

export type { Concern, FaultKind, Inflicted, Targets } from './kind.ts';

export const faultMatrix: readonly FaultKind[] = [
  ...sendingFaults,
  ...receivingFaults,
  ...connectionFaults,
  ...serviceFaults,
];
