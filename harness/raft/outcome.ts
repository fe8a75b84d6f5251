/** What an application's `apply` returns, in two words. */
import type { Command, Json } from './entry.ts';
import type { Node, Outcome } from './node.ts';

/** The command took effect: `state` is the next state, `result` what the client is told. */
export function done<State>(state: State, result: Json): Outcome<State> {
  return { kind: 'done', state, result };
}

/** The command may not run in this state: nothing changes, and the client is told why. */
export function refused(reason: string): Outcome<never> {
  return { kind: 'refused', reason };
}

/** What a command comes to. An application that throws has refused: it is pure, so nothing happened. */
export function outcomeOf(node: Node, command: Command): Outcome<unknown> {
  try {
    return node.application.apply(node.state, command);
  } catch (error) {
    return refused(error instanceof Error ? error.message : String(error));
  }
}
