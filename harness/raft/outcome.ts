/** What an application's `apply` returns, in two words. */
import type { Json } from './entry.ts';
import type { Outcome } from './node.ts';

/** The command took effect: `state` is the next state, `result` what the client is told. */
export function done<State>(state: State, result: Json): Outcome<State> {
  return { kind: 'done', state, result };
}

/** The command may not run in this state: nothing changes, and the client is told why. */
export function refused(reason: string): Outcome<never> {
  return { kind: 'refused', reason };
}
