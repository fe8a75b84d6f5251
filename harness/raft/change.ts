/** The change of the configuration that a leader was asked for, as its operator sees it. */
import type { Answer, ClientRequest } from './message.ts';
import { answer } from './turn.ts';
import type { Turn } from './turn.ts';

/** Whoever asked for the change under way, if anyone, hears how it ended. */
export function endChange(turn: Turn, result: Answer): void {
  const { node } = turn;
  const { change } = node;
  if (change === null) return;
  node.change = null;
  node.catchUp = null;
  const { client: to, serial } = change;
  answer(turn, { kind: 'ClientReply', from: node.options.id, to, serial, answer: result });
}

/** Is this the wish that is being fulfilled already, asked once more? */
export function isUnderWay({ node }: Turn, { from, payload }: ClientRequest): boolean {
  const { change } = node;
  if (change === null || payload.kind !== 'reconfigure') return false;
  return change.client === from && change.serial === payload.serial;
}
