/** Assertions: what must hold in every run, whatever arrives. A broken one is a bug, never input. */
import type { Node } from './node.ts';
import type { Rules } from './rules.ts';

/** The machine (or whoever drives it) broke a promise; the node is not to be used any further. */
export class BrokenInvariant extends Error {
  override readonly name = 'BrokenInvariant';
}

interface Place {
  readonly node: Node;
  readonly rules: Rules;
}

/**
 * Throws `BrokenInvariant` unless `condition` holds. Mutants switch this off (`rules.asserting`):
 * the judges, not the machine, must find them.
 */
export function assert(place: Place, condition: boolean, claim: string): void {
  if (condition || !place.rules.asserting) return;
  const { options, role, term } = place.node;
  throw new BrokenInvariant(`${options.id} (${role}, term ${term}) broke: ${claim}`);
}
