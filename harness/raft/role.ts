/** Becoming a follower, from whatever role. */
import { assert } from './assert.ts';
import { endChange } from './change.ts';
import type { ServerId } from './entry.ts';
import { concludeTransfer } from './hand-over.ts';
import { dropLease } from './lease.ts';
import { dropReads } from './serve.ts';
import { armElection, disarmHeartbeat } from './turn.ts';
import type { Turn } from './turn.ts';

/**
 * Follows `leader` (or nobody yet) in `term`. The vote is cleared by a newer term only, and the
 * election timer of a follower or candidate runs on (raft.md 2.1-R4, R6).
 */
export function becomeFollower(turn: Turn, term: number, leader: ServerId | null): void {
  const { node, rules } = turn;
  assert(turn, term >= node.term, 'terms never go back');
  const votedFor = rules.voteInTerm(node, term);
  if (term !== node.term || votedFor !== node.votedFor) turn.hardChanged = true;
  const led = node.role === 'leader';
  node.role = 'follower';
  node.term = term;
  node.votedFor = votedFor;
  node.leader = leader;
  endChange(turn, { kind: 'notLeader', leader });
  concludeTransfer(turn);
  dropReads(turn);
  dropLease(turn);
  forgetOffice(turn);
  if (!led) return;
  disarmHeartbeat(turn);
  armElection(turn);
}

/** Drops what goes with an office, or with the leader who was followed. */
export function forgetOffice({ node }: Turn): void {
  node.granted.clear();
  node.refused.clear();
  node.progress = [];
  node.requesters.clear();
  node.newest.clear();
  node.longestBytes = 0;
  node.change = null;
  node.catchUp = null;
  node.reads.length = 0;
  node.transfer = null;
  node.round = 0;
  node.beats = 0;
  node.leaseRound = 0;
  node.leaseHeld = false;
}

/** Becomes a follower when the term is newer (section 5.1); says whether it was. */
export function adoptTerm(turn: Turn, term: number): boolean {
  if (!turn.rules.adoptsTerm(turn.node, term)) return false;
  becomeFollower(turn, term, null);
  return true;
}
