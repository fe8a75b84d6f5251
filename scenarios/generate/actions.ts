/**
 * A scenario's faults and operations as one list sorted by time, which is what the shrinker cuts.
 * Faults come before operations of the same moment; the scenario's own lists keep their order.
 */
import type { Fault, Operation, Scenario } from '../../harness/world/scenario.ts';

export type Action =
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'operation'; readonly operation: Operation };

export function timeOf(action: Action): number {
  return action.kind === 'fault' ? action.fault.atMs : action.operation.atMs;
}

export function actionsOf(scenario: Scenario): readonly Action[] {
  const actions: Action[] = [];
  for (const fault of scenario.faults) actions.push({ kind: 'fault', fault });
  for (const operation of scenario.workload.operations) {
    actions.push({ kind: 'operation', operation });
  }
  return actions.sort((a, b) => timeOf(a) - timeOf(b));
}

export function withActions(scenario: Scenario, actions: readonly Action[]): Scenario {
  const faults: Fault[] = [];
  const operations: Operation[] = [];
  for (const action of actions) {
    if (action.kind === 'fault') faults.push(action.fault);
    else operations.push(action.operation);
  }
  return { ...scenario, workload: { ...scenario.workload, operations }, faults };
}

/** The scenario without the actions from `from` to before `to`. */
export function withoutActions(scenario: Scenario, from: number, to: number): Scenario {
  const actions = actionsOf(scenario);
  return withActions(scenario, [...actions.slice(0, from), ...actions.slice(to)]);
}

export function withAction(scenario: Scenario, index: number, action: Action): Scenario {
  return withActions(scenario, actionsOf(scenario).with(index, action));
}
