/**
 * The application that the workloads run: named values that are read, written, compared and set,
 * appended to and deleted. Pure: a refused command leaves the state exactly as it was.
 */
import type { Command, Json } from '../raft/entry.ts';
import type { Outcome, StateMachine } from '../raft/node.ts';
import { sameJson } from './json.ts';

/**
 * Names and their values, side by side in the order of their first writes. Few names make copying
 * two arrays, and looking through one, cheaper than a map.
 */
class Values {
  readonly keys: readonly string[];
  readonly values: readonly Json[];

  constructor(keys: readonly string[], values: readonly Json[]) {
    this.keys = keys;
    this.values = values;
  }

  get(key: string): Json {
    const at = this.placeOf(key);
    return at < 0 ? null : (this.values[at] ?? null);
  }

  with(key: string, value: Json): Values {
    const at = this.placeOf(key);
    if (at < 0) return new Values([...this.keys, key], [...this.values, value]);
    const values = this.values.slice();
    values[at] = value;
    return new Values(this.keys, values);
  }

  without(key: string): Values {
    const at = this.placeOf(key);
    if (at < 0) return this;
    return new Values(this.keys.toSpliced(at, 1), this.values.toSpliced(at, 1));
  }

  private placeOf(key: string): number {
    const { keys } = this;
    for (let at = 0; at < keys.length; at += 1) if (keys[at] === key) return at;
    return -1;
  }
}

/** The reason of a refused compare-and-set. */
export const compareFailed = 'compare-failed';

function refused(reason: string): Outcome<Values> {
  return { kind: 'refused', reason };
}

function changed(state: Values): Outcome<Values> {
  return { kind: 'done', state, result: null };
}

function compareAndSet(state: Values, key: string, value: Json | undefined): Outcome<Values> {
  if (!Array.isArray(value) || value.length !== 2) return refused('cas wants [expected, new]');
  const [expected, next]: readonly Json[] = value;
  if (!sameJson(state.get(key), expected ?? null)) return refused(compareFailed);
  return changed(state.with(key, next ?? null));
}

function append(state: Values, key: string, value: Json): Outcome<Values> {
  const old = state.get(key) ?? [];
  if (!Array.isArray(old)) return refused('append wants a list');
  return changed(state.with(key, [...old, value]));
}

/**
 * Commands are `{ f, key, value }` with f one of read, write, cas, append and delete; a key that
 * was never written reads as null. A failed comparison is refused with `compare-failed`.
 */
export const store: StateMachine = {
  save(state: unknown): Json {
    return state instanceof Values ? [state.keys, state.values] : null;
  },
  load(saved: Json): Values {
    const [keys, values]: readonly Json[] = Array.isArray(saved) ? saved : [];
    if (!Array.isArray(keys) || !Array.isArray(values)) throw new TypeError('not a saved store');
    return new Values(keys.map(String), values);
  },
  start(): Values {
    return new Values([], []);
  },
  apply(state: unknown, command: Command): Outcome<unknown> {
    if (!(state instanceof Values)) return refused('the state is not a store');
    const f = command['f'];
    const key = command['key'];
    const value = command['value'];
    if (typeof key !== 'string') return refused('a command needs a key');
    switch (f) {
      case 'read':
        return { kind: 'done', state, result: state.get(key) };
      case 'write':
        return changed(state.with(key, value ?? null));
      case 'cas':
        return compareAndSet(state, key, value);
      case 'append':
        return append(state, key, value ?? null);
      case 'delete':
        return changed(state.without(key));
      default:
        return refused(`unknown command ${JSON.stringify(f ?? null)}`);
    }
  },
};
