/**
 * The referees: one tries every order of at most a dozen operations of one key. Shares nothing with the
 * engines but the operations, and is as simple as can be.
 */
import type { Json } from '../../trace/record.ts';
import type { Operation } from '../history.ts';

/** Is there an order that explains every answer? */
export function bruteForce(operations: readonly Operation[], state: Json = null): boolean {
  if (operations.every(({ outcome }) => outcome === 'unknown')) return true;
  return operations.some((operation) => {
    const rest = operations.filter((other) => other !== operation);
    const mayBeFirst = rest.every(({ return: end }) => end === null || end > operation.call);
    return mayBeFirst && after(operation, state).some((next) => bruteForce(rest, next));
  });
}

/** The same with a memory of what failed: for some hundred operations with few at a time. */
export function naiveSearch(operations: readonly Operation[]): boolean {
  const failed = new Set<string>();
  const placed = new Set<Operation>();
  const explains = (state: Json): boolean => {
    const rest = operations.filter((operation) => !placed.has(operation));
    if (rest.every(({ outcome }) => outcome === 'unknown')) return true;
    const key = JSON.stringify([rest.map(({ id }) => id), state]);
    if (failed.has(key)) return false;
    const bound = Math.min(...rest.map(({ return: end }) => end ?? Infinity));
    for (const operation of rest) {
      if (operation.call > bound) continue;
      placed.add(operation);
      if (after(operation, state).some(explains)) return true;
      placed.delete(operation);
    }
    failed.add(key);
    return false;
  };
  return explains(null);
}

/** The states in which the operation may leave the key; none when the answer does not fit. */
function after(operation: Operation, state: Json): readonly Json[] {
  const { f, value, result, outcome } = operation;
  switch (f) {
    case 'read':
      return same(result, state) ? [state] : [];
    case 'write':
      return [value];
    case 'delete':
      return [null];
    case 'cas':
      return afterCas(operation, state);
    case 'append':
      if (state === null) return [[value]];
      if (Array.isArray(state)) return [[...state, value]];
      return outcome === 'ok' ? [] : [state];
  }
}

function afterCas({ value, outcome }: Operation, state: Json): readonly Json[] {
  const [from, to]: readonly Json[] = Array.isArray(value) ? value : [];
  const equal = same(from ?? null, state);
  if (outcome === 'compareFailed') return equal ? [] : [state];
  if (equal) return [to ?? null];
  return outcome === 'ok' ? [] : [state];
}

function same(left: Json, right: Json): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** The operations of each key, in the order in which the keys first appear. */
export function partsOf(operations: readonly Operation[]): readonly (readonly Operation[])[] {
  const parts = new Map<string, Operation[]>();
  for (const operation of operations) {
    const part = parts.get(operation.key);
    if (part === undefined) parts.set(operation.key, [operation]);
    else part.push(operation);
  }
  return [...parts.values()];
}

/** The history up to a position: later calls are gone, and what returned later is unknown. */
export function prefixOf(operations: readonly Operation[], position: number): readonly Operation[] {
  const prefix: Operation[] = [];
  for (const operation of operations) {
    if (operation.call > position) continue;
    if (operation.return === null || operation.return <= position) prefix.push(operation);
    else if (operation.f !== 'read') {
      prefix.push({ ...operation, outcome: 'unknown', return: null, returnedAt: null });
    }
  }
  return prefix;
}
