/**
 * A scenario's faults, operations and wishes as one list sorted by time, which is what the shrinker
 * cuts. Of the same moment faults come first and wishes last; the scenario's own lists keep their
 * order.
 */
import type { Fault, Operation, OperatorStep, Scenario } from '../../harness/world/scenario.ts';

export type Action =
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'operation'; readonly operation: Operation }
  | { readonly kind: 'wish'; readonly wish: OperatorStep };

export function timeOf(action: Action): number {
  switch (action.kind) {
    case 'fault':
      return action.fault.atMs;
    case 'operation':
      return action.operation.atMs;
    case 'wish':
      return action.wish.atMs;
  }
}

export function actionsOf(scenario: Scenario): readonly Action[] {
  const actions: Action[] = [];
  const { operations, operator } = scenario.workload;
  for (const fault of scenario.faults) actions.push({ kind: 'fault', fault });
  for (const operation of operations) actions.push({ kind: 'operation', operation });
  for (const wish of operator) actions.push({ kind: 'wish', wish });
  return actions.sort((a, b) => timeOf(a) - timeOf(b));
}

export function withActions(scenario: Scenario, actions: readonly Action[]): Scenario {
  const faults: Fault[] = [];
  const operations: Operation[] = [];
  const operator: OperatorStep[] = [];
  for (const action of actions) {
    if (action.kind === 'fault') faults.push(action.fault);
    else if (action.kind === 'operation') operations.push(action.operation);
    else operator.push(action.wish);
  }
  return { ...scenario, workload: { ...scenario.workload, operations, operator }, faults };
}

/** The scenario without the actions from `from` to before `to`. */
export function withoutActions(scenario: Scenario, from: number, to: number): Scenario {
  const actions = actionsOf(scenario);
  return withActions(scenario, [...actions.slice(0, from), ...actions.slice(to)]);
}

export function withAction(scenario: Scenario, index: number, action: Action): Scenario {
  return withActions(scenario, actionsOf(scenario).with(index, action));
}
