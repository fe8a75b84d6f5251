/**
 * Orders for people to look at, on demand: for a pass one that explains every answer, for a failure
 * the longest one, what could have come next, and why each of those could not.
 */
import type { Json } from '../../trace/record.ts';
import type { History, Operation } from '../history.ts';
import type { Budget } from './budget.ts';
import { Allowance } from './budget.ts';
import { firstFailure } from './first-failure.ts';
import { judge } from './judge.ts';
import type { Columns } from './model.ts';
import { action, operationOf, step } from './model.ts';
import { byKey } from './partition.ts';
import { absent, none, valueOf } from './states.ts';
import { searchOrder } from './wgl.ts';

/** An operation in its place, with the value of the key after it. */
export interface Step {
  readonly operation: Operation;
  readonly after: Json;
}

export interface KeyOrder {
  readonly key: string;
  readonly kind: 'linearizable' | 'illegal' | 'undecided';
  /** A whole order, or the longest partial one of the shortest prefix that has none. */
  readonly order: readonly Step[];
  /** What could have come next by its times; none when the order is whole. */
  readonly next: readonly { readonly operation: Operation; readonly reason: string }[];
}

/** An order for each key. One that the plain search cannot find within the budget stays empty. */
export function ordersOf(history: History, budget: Budget): readonly KeyOrder[] {
  return byKey(history).map((columns) => orderOf(columns, budget));
}

function orderOf(columns: Columns, budget: Budget): KeyOrder {
  const verdict = judge(columns, budget);
  const { key } = operationOf(columns, 0);
  if (verdict.kind === 'undecided') return { key, kind: verdict.kind, order: [], next: [] };
  const part =
    verdict.kind === 'illegal' ? firstFailure(columns, verdict, budget).columns : columns;
  const { order } = searchOrder(part, new Allowance(budget));
  const steps: Step[] = [];
  let state: number = absent;
  for (const index of order) {
    state = step(part, index, state);
    steps.push({ operation: operationOf(part, index), after: valueOf(part.states, state) });
  }
  const next = verdict.kind === 'illegal' ? nextOf(part, order, state) : [];
  return { key, kind: verdict.kind, order: steps, next };
}

function nextOf(columns: Columns, order: Int32Array, state: number): KeyOrder['next'] {
  const { count, completed, calls, returns, byReturn } = columns;
  const placed = new Set(order);
  const due = byReturn.find((index) => !placed.has(index)) ?? none;
  const bound = due === none ? count + completed : (returns[due] ?? 0);
  const next: { operation: Operation; reason: string }[] = [];
  for (let index = 0; index < count && (calls[index] ?? 0) < bound; index += 1) {
    if (placed.has(index)) continue;
    next.push({ operation: operationOf(columns, index), reason: reasonOf(columns, index, state) });
  }
  return next;
}

/** Why it does not come next where the value is `state`. */
function reasonOf(columns: Columns, index: number, state: number): string {
  const is = JSON.stringify(valueOf(columns.states, state));
  if (step(columns, index, state) !== none) return 'it could, but then no order is left';
  const wanted = JSON.stringify(valueOf(columns.states, columns.first[index] ?? absent));
  switch (columns.actions[index]) {
    case action.read:
      return `it returned ${wanted}, but the value is ${is}`;
    case action.cas:
      return `it succeeded, which takes ${wanted}, but the value is ${is}`;
    case action.casRefused:
      return `it was refused, but the value is ${is}, just what it asked for`;
    default:
      return `it succeeded, which takes a list, but the value is ${is}`;
  }
}
