/** The registry: which checks there are, in the order they are asked. */
import type { Check } from './check.ts';
import { electionSafety } from './election-safety.ts';
import { termMonotonic } from './term-monotonic.ts';

/** Judged at every record; a failure stops the run. */
export const safetyChecks: readonly Check[] = [electionSafety, termMonotonic];

/** Judged at the end of the quiet period. */
export const livenessChecks: readonly Check[] = [];

export const allChecks: readonly Check[] = [...safetyChecks, ...livenessChecks];

const byName: ReadonlyMap<string, Check> = new Map(allChecks.map((check) => [check.name, check]));

/** The check of this name (`ElectionSafety`), or undefined. */
export function checkNamed(name: string): Check | undefined {
  return byName.get(name);
}
