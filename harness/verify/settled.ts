/**
 * Replies that can never matter again. A vote counts only for the candidate of its own term, an
 * acknowledgement only for the leader of its own (who has been its candidate); nobody takes up one
 * of these offices twice in a term, and terms on the disk never fall.
 * Forgetting such replies keeps explorations small. `settledHolds` proves it for every server and
 * every message that an exploration has met, by asking the machine.
 */
import type { Known, KnownMessage, Space } from './space.ts';
import { inputOfMessage } from './state.ts';

/** Can the reply never again mean anything to its receiver? */
export function isSettled(message: KnownMessage, receiver: Known): boolean {
  if (message.counts === null || message.term > receiver.storedTerm) return false;
  if (receiver.term !== message.term || receiver.role === 'follower') return true;
  return receiver.role !== message.counts && receiver.role !== 'candidate';
}

export interface SettledProof {
  /** Pairs of a server and a settled reply that were tried. */
  readonly pairs: number;
  /** The first pair that contradicts, as a sentence; null: the claim holds. */
  readonly counterexample: string | null;
}

/** No settled reply changes its receiver, and none is unsettled by anything its receiver does. */
export function settledHolds(space: Space): SettledProof {
  let pairs = 0;
  const locals = space.locals.length;
  for (let id = 0; id < locals; id += 1) {
    const known = space.known(id);
    for (let at = 0; at < space.messages.length; at += 1) {
      const message = space.message(at);
      if (message.to !== known.server || !isSettled(message, known)) continue;
      pairs += 1;
      const outcome = space.step(id, inputOfMessage(at));
      if (outcome.local === id && outcome.messages.length === 0) continue;
      const { kind, term } = message.message;
      const sentence = `a settled ${kind} of term ${term} changes ${known.local.node.options.id}`;
      return { pairs, counterexample: sentence };
    }
  }
  return { pairs, counterexample: unsettled(space) };
}

/** A step after which a settled reply is settled no longer, as a sentence. */
function unsettled(space: Space): string | null {
  for (const { id, input } of space.steps()) {
    const before = space.known(id);
    const after = space.known(space.step(id, input).local);
    for (let at = 0; at < space.messages.length; at += 1) {
      const message = space.message(at);
      if (message.to !== before.server || !isSettled(message, before)) continue;
      if (isSettled(message, after)) continue;
      return `${before.local.node.options.id} could need a settled ${message.message.kind} again`;
    }
  }
  return null;
}
