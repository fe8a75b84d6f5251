/** The election timer (section 5.2; dissertation 4.2.3, 9.6; raft.md 2.1-R1, 2.7, 2.17). */
import { assert } from './assert.ts';
import { stand } from './elect.ts';
import { askFirst } from './prevote.ts';
import { dropReads } from './serve.ts';
import { armElection, endProtection } from './turn.ts';
import type { Turn } from './turn.ts';

/**
 * Nothing was heard for an election time-out, or for the least of it: then only the protection of
 * the leader is over. A server that may not campaign goes on listening, and sends nobody to a leader
 * that it does not hear any more.
 */
export function campaign(turn: Turn): void {
  const { node, rules } = turn;
  assert(turn, node.role !== 'leader', 'a leader has no reason to campaign');
  if (node.heardLeader) endProtection(turn);
  else if (!rules.mayCampaign(node)) loseLeader(turn);
  else if (rules.asksFirst(node)) askFirst(turn);
  else stand(turn, false);
}

function loseLeader(turn: Turn): void {
  turn.node.leader = null;
  dropReads(turn);
  armElection(turn);
}
