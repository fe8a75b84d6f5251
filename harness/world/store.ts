/**
 * The application that the workloads run: named values that are read, written, compared and set,
 * appended to and deleted. Pure: a refused command leaves the state exactly as it was.
 */
import type { Command, Json } from '../raft/entry.ts';
import type { Outcome, StateMachine } from '../raft/node.ts';
import { sameJson } from './json.ts';

export type Store = ReadonlyMap<string, Json>;

/** The reason of a refused compare-and-set. */
export const compareFailed = 'compare-failed';

function refused(reason: string): Outcome<Store> {
  return { kind: 'refused', reason };
}

function changed(state: Store, change: readonly [key: string, value: Json]): Outcome<Store> {
  const next = new Map(state);
  next.set(change[0], change[1]);
  return { kind: 'done', state: next, result: null };
}

function compareAndSet(state: Store, key: string, value: Json | undefined): Outcome<Store> {
  if (!Array.isArray(value) || value.length !== 2) return refused('cas wants [expected, new]');
  const [expected, next]: readonly Json[] = value;
  if (!sameJson(state.get(key) ?? null, expected ?? null)) return refused(compareFailed);
  return changed(state, [key, next ?? null]);
}

function append(state: Store, key: string, value: Json): Outcome<Store> {
  const old = state.get(key) ?? [];
  if (!Array.isArray(old)) return refused('append wants a list');
  return changed(state, [key, [...old, value]]);
}

function remove(state: Store, key: string): Outcome<Store> {
  const next = new Map(state);
  next.delete(key);
  return { kind: 'done', state: next, result: null };
}

/**
 * Commands are `{ f, key, value }` with f one of read, write, cas, append and delete; a key that
 * was never written reads as null. A failed comparison is refused with `compare-failed`.
 */
export const store: StateMachine = {
  start(): Store {
    return new Map<string, Json>();
  },
  apply(state: unknown, command: Command): Outcome<unknown> {
    if (!(state instanceof Map)) return refused('the state is not a store');
    const values: Store = state;
    const f = command['f'];
    const key = command['key'];
    const value = command['value'];
    if (typeof key !== 'string') return refused('a command needs a key');
    switch (f) {
      case 'read':
        return { kind: 'done', state: values, result: values.get(key) ?? null };
      case 'write':
        return changed(values, [key, value ?? null]);
      case 'cas':
        return compareAndSet(values, key, value);
      case 'append':
        return append(values, key, value ?? null);
      case 'delete':
        return remove(values, key);
      default:
        return refused(`unknown command ${JSON.stringify(f ?? null)}`);
    }
  },
};
