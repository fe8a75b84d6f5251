/** Asking before campaigning (dissertation 9.6; raft.md 2.7). */
import type { PreVote, PreVoteReply } from './message.ts';
import type { Turn } from './turn.ts';

export function judgePreCandidate(_turn: Turn, _request: PreVote): void {
  // Written next.
}

export function countPreVote(_turn: Turn, _reply: PreVoteReply): void {
  // Written next.
}
