/**
 * A leader's side of replication (Figure 2, leaders; raft.md 2.2, 2.13, 2.14).
 *
 * A follower is probed, one request at a time, until its log is known to meet the leader's; then
 * up to `inflightMax` requests with entries run ahead. An ack frees all requests up to its index;
 * a refusal goes back to probing. What is lost is found at the next heartbeat: it names the entry
 * that should have arrived last, so a follower with a gap refuses it.
 */
import { assert } from './assert.ts';
import { beatCatchUp } from './catch-up.ts';
import { peerAdvanced } from './commit.ts';
import { fill, sendHeartbeat } from './feed.ts';
import { beatTransfer, handOver } from './hand-over.ts';
import { extendLease, offerLease } from './lease.ts';
import { lastIndex } from './log.ts';
import type { AppendEntriesReply } from './message.ts';
import type { Progress } from './node.ts';
import { progressOf } from './peers.ts';
import { adoptTerm, becomeFollower } from './role.ts';
import { ageRounds, noteContact } from './rounds.ts';
import { electionBeats } from './rules-membership.ts';
import { armHeartbeat } from './turn.ts';
import type { Turn } from './turn.ts';

/** The heartbeat timer ran out: everyone hears from the leader. */
export function beat(turn: Turn): void {
  const { node, rules } = turn;
  assert(turn, node.role === 'leader', 'only a leader sends heartbeats');
  node.beats += 1;
  if (node.options.checkQuorum && !keepsOffice(turn)) return;
  armHeartbeat(turn);
  node.round += 1;
  offerLease(turn);
  for (const progress of node.progress) {
    if (progress.probing && rules.freesWindow('heartbeat')) progress.inflight.length = 0;
    sendHeartbeat(turn, progress);
  }
  if (node.catchUp !== null) beatCatchUp(turn);
  if (node.transfer !== null) beatTransfer(turn);
  if (node.reads.length > 0) ageRounds(turn);
  if (node.leaseRound > 0) extendLease(turn);
}

/**
 * Once an election time-out: without a quorum heard from since, the leader steps down in its term,
 * its vote kept (dissertation 6.2; raft.md 2.8).
 */
function keepsOffice(turn: Turn): boolean {
  const { node, rules } = turn;
  if (node.beats % electionBeats(node) !== 0) return true;
  if (!rules.quorumIsActive(node, rules)) {
    becomeFollower(turn, node.term, null);
    return false;
  }
  if (rules.forgetsActive()) for (const progress of node.progress) progress.active = false;
  return true;
}

/** A follower answered AppendEntries. */
export function advancePeer(turn: Turn, reply: AppendEntriesReply): void {
  const { node, rules } = turn;
  if (adoptTerm(turn, reply.term) || !rules.isCurrent(node, reply)) return;
  const progress = progressOf(node, reply.from);
  if (progress === undefined) return;
  noteContact(turn, progress, reply.round);
  const peers = node.progress;
  if (reply.success) acknowledged(turn, progress, reply);
  else refused(turn, progress, reply);
  assert(turn, progress.nextIndex > progress.matchIndex, 'the next index lies above the match');
  // Another list: the answer ended the office, or changed who is replicated to.
  if (node.progress !== peers) return;
  fill(turn, progress);
  if (node.transfer !== null) handOver(turn);
}

/** The follower's log equals the leader's up to `matchIndex`, be it by entries or a snapshot. */
export function acknowledged(
  turn: Turn,
  progress: Progress,
  reply: { readonly matchIndex: number },
): void {
  const { node, rules } = turn;
  const before = progress.matchIndex;
  const match = rules.matchAfterAck(progress, reply);
  assert(turn, match >= before, 'the match index never goes back');
  assert(turn, match <= lastIndex(node), 'no follower matches beyond the log of its leader');
  progress.matchIndex = match;
  // Whatever the log still holds may follow, or else a newer snapshot: this one is over (2.4-R7).
  const { installing } = progress;
  if (installing !== null && match >= Math.min(node.baseIndex, installing.snapshot.index)) {
    progress.installing = null;
  }
  if (rules.freesWindow('ack')) release(progress, reply.matchIndex);
  if (progress.probing && reply.matchIndex === match) {
    progress.probing = false;
    progress.inflight.length = 0;
    progress.nextIndex = match + 1;
  } else if (progress.nextIndex <= match) {
    progress.nextIndex = match + 1;
  }
  if (match !== before) peerAdvanced(turn);
}

function refused(turn: Turn, progress: Progress, reply: AppendEntriesReply): void {
  const { node, rules } = turn;
  if (progress.installing !== null || !rules.refusalIsCurrent(progress, reply)) return;
  progress.nextIndex = rules.nextAfterRefusal(node, progress, reply);
  progress.probing = true;
  if (rules.freesWindow('refusal')) progress.inflight.length = 0;
}

/** The requests under way end in ascending indices: those up to `index` have arrived. */
function release({ inflight }: Progress, index: number): void {
  while (inflight.length > 0 && (inflight[0] ?? 0) <= index) inflight.shift();
}
