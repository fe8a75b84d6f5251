/**
 * Less waiting: moves whole groups of faults and operations to earlier times, which the shrinker,
 * moving one at a time, cannot do where two belong together.
 */
import type { Fault, Operation, Scenario } from '../../harness/world/scenario.ts';
import type { Action } from '../generate/actions.ts';
import { actionsOf, timeOf, withActions } from '../generate/actions.ts';

/** Gaps shorter than this are not worth a try. */
const leastMs = 10;

function moved(action: Action, byMs: number): Action {
  if (action.kind === 'fault') {
    const fault: Fault = { ...action.fault, atMs: action.fault.atMs - byMs };
    return { kind: 'fault', fault };
  }
  const operation: Operation = { ...action.operation, atMs: action.operation.atMs - byMs };
  return { kind: 'operation', operation };
}

/** The actions from `from` on, `byMs` earlier; the run ends as much earlier. */
function shifted(scenario: Scenario, from: number, byMs: number): Scenario {
  const actions = actionsOf(scenario).map((action, i) => (i < from ? action : moved(action, byMs)));
  const { limits } = scenario;
  const runMs = Math.max(100, limits.runMs - byMs);
  return { ...withActions(scenario, actions), limits: { ...limits, runMs } };
}

function* candidates(scenario: Scenario): Generator<Scenario> {
  const times = actionsOf(scenario).map(timeOf);
  for (const [index, time] of times.entries()) {
    const gap = time - (times[index - 1] ?? 0);
    for (let byMs = gap; byMs >= leastMs; byMs = Math.floor(byMs / 2)) {
      yield shifted(scenario, index, byMs);
    }
  }
}

/** The scenario with every gap as short as `holds` allows; it holds for the scenario given. */
export function earlier(scenario: Scenario, holds: (scenario: Scenario) => boolean): Scenario {
  for (const candidate of candidates(scenario)) {
    if (holds(candidate)) return earlier(candidate, holds);
  }
  return scenario;
}
