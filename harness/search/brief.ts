/** How long a run may go on that is only asked whether it fails as another one did. */
import type { Scenario } from '../world/scenario.ts';
import type { Outcome } from './execute.ts';

/** How much longer than the failure at hand took a new one may take. */
const spareMs = 1_000;

/** Is the broken promise one that breaks at a moment, not at the end of a quiet period? */
export function isSudden(outcome: Outcome): boolean {
  return outcome.failure?.class === 'safety';
}

/**
 * The scenario with as much quiet as a failure like `known` needs. A run stops at the violation, and
 * nothing before the end depends on how long the quiet part may last: most of those that violate
 * nothing need not be waited for.
 */
export function brief(
  scenario: Scenario,
  known: { readonly scenario: Scenario; readonly outcome: Outcome },
): Scenario {
  if (!isSudden(known.outcome)) return scenario;
  const { limits } = scenario;
  const late = known.outcome.stats.simMicros / 1_000 - known.scenario.limits.runMs;
  const quietMs = Math.min(limits.quietMs, Math.ceil(Math.max(0, late)) + spareMs);
  return { ...scenario, limits: { ...limits, quietMs } };
}
