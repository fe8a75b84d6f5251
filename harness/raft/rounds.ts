/**
 * Confirmation rounds (dissertation 6.4; raft.md 2.10): what the answers of a quorum to AppendEntries
 * sent after some moment prove: that nobody else had taken over by then.
 *
 * Every heartbeat begins a round. Reads that find none to wait for begin one at once, and share the
 * next one when theirs would be late: so at most one round of reads is under way at a time.
 */
import { sendHeartbeat } from './feed.ts';
import { extendLease } from './lease.ts';
import type { Progress } from './node.ts';
import { electionBeats } from './rules-membership.ts';
import { giveUpReads, settleReads } from './serve.ts';
import type { Turn } from './turn.ts';

/** A follower answered a message of this term that carried `round`. */
export function noteContact(turn: Turn, progress: Progress, round: number): void {
  const { node } = turn;
  progress.active = true;
  if (round <= progress.ackedRound) return;
  progress.ackedRound = round;
  if (node.leaseRound > 0) extendLease(turn);
  if (node.reads.length > 0) confirmReads(turn);
}

/** Everyone hears from the leader at once; answers prove that it still was leader by now. */
export function beginRound(turn: Turn): void {
  const { node } = turn;
  node.round += 1;
  for (const progress of node.progress) sendHeartbeat(turn, progress);
}

/** Confirms the reads whose round is answered, and begins the round of those left over. */
export function confirmReads(turn: Turn): void {
  const { node } = turn;
  if (confirmAnswered(turn) === 'begin') {
    beginRound(turn);
    confirmAnswered(turn);
  }
  if (node.reads.length > 0) settleReads(turn);
}

/** Is a round of reads under way, or must the next one begin? */
function confirmAnswered({ node, rules }: Turn): 'idle' | 'underWay' | 'begin' {
  let state: 'idle' | 'underWay' | 'begin' = 'idle';
  let answered = 0;
  for (const read of node.reads) {
    if (read.round === 0) continue;
    if (read.round > node.round) {
      if (state === 'idle') state = 'begin';
    } else if (read.round <= answered || rules.roundIsConfirmed(node, rules, read.round)) {
      answered = read.round;
      read.round = 0;
    } else {
      state = 'underWay';
    }
  }
  return state;
}

/** A heartbeat: reads that were not confirmed for an election time-out are given up. */
export function ageRounds(turn: Turn): void {
  const { node } = turn;
  if (node.reads.length === 0) return;
  const beats = electionBeats(node);
  giveUpReads(turn, ({ round }) => round > 0 && node.round - round >= beats);
}
