/**
 * The public entry for vitest: properties over scenarios against a machine or a state machine of
 * one's own, and two matchers. Importing it makes the matchers known to `expect`.
 */
import { expect } from 'vitest';
import type { LinearizableOptions } from './matchers.ts';
import { toBeLinearizable, toHold } from './matchers.ts';

export type { Profile, ScenarioOptions } from '../../scenarios/generate/options.ts';
export { scenarioArbitrary } from '../../scenarios/generate/scenario.ts';
export type { Check, Failure, Verdict } from '../check/check.ts';
export type { ClusterView } from '../check/view.ts';
export type { Tally } from '../search/tally.ts';
export type { Model, TraceRecord } from '../trace/record.ts';
export type { Fault, Operation, Scenario } from '../world/scenario.ts';
export { calm } from '../world/scenario.ts';
export type { LinearizableOptions } from './matchers.ts';
export { toBeLinearizable, toHold } from './matchers.ts';
export type { HistoryOperation } from './operations.ts';
export type { PromiseProperty } from './property.ts';
export { everyPromiseHolds } from './property.ts';
export type { FailureMeta } from './running-test.ts';

declare module 'vitest' {
  // oxlint-disable-next-line typescript/no-explicit-any -- vitest declares it so
  interface Matchers<T = any> {
    /** Operations, or the path of a history: some order explains every answer. */
    toBeLinearizable(options?: LinearizableOptions): T;
    /** A trace's records, or its path: every promise holds, or those named. To be awaited. */
    toHold(invariants?: string | readonly string[]): Promise<T>;
  }
}

expect.extend({ toBeLinearizable, toHold });
