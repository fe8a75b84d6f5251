/** A few operations that are illegal by themselves, for people to look at. */
import type { Operation } from '../history.ts';
import type { Budget } from './budget.ts';
import { columnsFor, judge } from './judge.ts';
import type { Columns } from './model.ts';

/** Histories longer than this are not shrunk operation by operation. */
const operationsMax = 400;
const budget: Budget = { configurations: 5000 };

/**
 * Leaves out what is not needed for the history to be illegal. Leaving out an observation relaxes a
 * history. So does leaving out a change that no remaining operation can notice. Nothing else may go:
 * without the write of a value that is read, any history is illegal.
 */
export function coreOf({ operations }: Columns): readonly Operation[] {
  if (operations.length > operationsMax) return operations;
  let core = operations;
  for (const operation of operations) {
    if (!isObservation(operation)) continue;
    core = without(core, [operation]);
  }
  return isAmbiguous(core) ? core : withoutUnnoticed(core);
}

function without(core: readonly Operation[], gone: readonly Operation[]): readonly Operation[] {
  const rest = core.filter((operation) => !gone.includes(operation));
  return judge(columnsFor(rest), budget).kind === 'illegal' ? rest : core;
}

function isObservation({ f, outcome }: Operation): boolean {
  return f === 'read' || outcome === 'compareFailed';
}

/** Refused compare-and-sets and appends notice more than values that are read. */
function isAmbiguous(core: readonly Operation[]): boolean {
  return core.some(({ f, outcome }) => f === 'append' || outcome === 'compareFailed');
}

/** Leaves out the writes of values that no remaining operation wants. */
function withoutUnnoticed(core: readonly Operation[]): readonly Operation[] {
  const wanted = new Set(core.flatMap(wants));
  const unnoticed = core.filter(
    ({ f, value }) => f === 'write' && !wanted.has(JSON.stringify(value)),
  );
  let rest = core;
  for (const operation of unnoticed) rest = without(rest, [operation]);
  return rest;
}

function wants({ f, value, result }: Operation): readonly string[] {
  if (f === 'read') return [JSON.stringify(result)];
  return f === 'cas' && Array.isArray(value) ? [JSON.stringify(value[0])] : [];
}
