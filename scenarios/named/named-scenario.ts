/** The shape of a named scenario. */
import type { Scenario } from '../../harness/world/scenario.ts';
import type { Sight } from './sights.ts';

export interface Named {
  readonly name: string;
  /** What happens, in one line. */
  readonly summary: string;
  readonly scenario: Scenario;
  readonly expect: { readonly verdict: 'pass' };
  /** What must occur in the run; without it the pass would prove nothing. */
  readonly shows: readonly Sight[];
}

/** A scenario that the right machine passes. */
export function passing(given: {
  readonly summary: string;
  readonly scenario: Scenario;
  readonly shows: readonly Sight[];
}): Named {
  const { summary, scenario, shows } = given;
  return { name: scenario.name, summary, scenario, expect: { verdict: 'pass' }, shows };
}
