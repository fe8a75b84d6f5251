/** Keys are independent objects: a history is linearizable exactly when it is, key by key. */
import type { Operation } from '../history.ts';

/** The operations of each key, in the order in which the keys first appear. */
export function byKey(operations: readonly Operation[]): ReadonlyMap<string, readonly Operation[]> {
  const parts = new Map<string, Operation[]>();
  for (const operation of operations) {
    const part = parts.get(operation.key);
    if (part === undefined) parts.set(operation.key, [operation]);
    else part.push(operation);
  }
  return parts;
}

/**
 * The history up to a position: what was called later is gone, what returned later is unknown (and
 * so a read is gone). If the whole is linearizable, so is every such prefix.
 */
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
