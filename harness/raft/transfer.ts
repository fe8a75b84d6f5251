/**
 * Handing leadership over (dissertation 3.10; raft.md 2.11): the leader takes no proposals, brings
 * the target up to date, and tells it to campaign at once. After one election time-out it gives up
 * and takes proposals again; a target that hears late may still win later.
 *
 * The operator hears `done` when the leader has left office after it told the target, `refused` with
 * the reason when it stays, and `notLeader` when it lost office before.
 */
import { configurationOf, isVoter } from './configuration.ts';
import { stand } from './elect.ts';
import type { ServerId } from './entry.ts';
import { endTransfer, handOver } from './hand-over.ts';
import type { Answer, ClientRequest, TimeoutNow } from './message.ts';
import { adoptTerm } from './role.ts';
import { answer } from './turn.ts';
import type { Turn } from './turn.ts';

/** An operator wants the leadership elsewhere. The newest wish counts. */
export function transfer(turn: Turn, request: ClientRequest): void {
  const { node } = turn;
  const { from: client, payload } = request;
  if (payload.kind !== 'transfer') return;
  const { target, serial } = payload;
  const before = node.transfer;
  if (before?.client === client && before.serial === serial) return;
  const hindrance = hindranceOf(turn, target);
  if (hindrance !== null) {
    const from = node.options.id;
    answer(turn, { kind: 'ClientReply', from, to: client, serial, answer: hindrance });
    return;
  }
  endTransfer(turn, { kind: 'refused', reason: `${target} is to take over instead` });
  node.transfer = { target, client, serial, beats: 0, sent: false };
  handOver(turn);
}

/** Why a server can't take over now, or null. */
function hindranceOf({ node }: Turn, target: ServerId): Answer | null {
  if (target === node.options.id) return { kind: 'refused', reason: `${target} leads already` };
  if (!isVoter(configurationOf(node), target)) {
    return { kind: 'refused', reason: `${target} is no voter` };
  }
  return node.transfer?.target === target ? { kind: 'busy', reason: 'transfer' } : null;
}

/** The leader says: campaign at once. Nobody is asked first, and nobody protects the leader. */
export function takeOver(turn: Turn, request: TimeoutNow): void {
  const { node, rules } = turn;
  adoptTerm(turn, request.term);
  if (rules.heedsTimeoutNow(node, request) && rules.mayCampaign(node)) stand(turn, true);
}
