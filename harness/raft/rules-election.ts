/**
 * The decisions of pre-vote, check-quorum, the protection of leaders and the hand-over (dissertation
 * 3.10, 4.2.3, 6.2, 9.6; raft.md 2.7, 2.8, 2.9, 2.11).
 */
import type { PreVote, PreVoteReply, RequestVote, TimeoutNow } from './message.ts';
import type { Node, Progress } from './node.ts';
import type { QuorumRules } from './quorum.ts';
import { progressHaveQuorum } from './quorum.ts';

export interface ElectionRules {
  /** Does a server ask before it campaigns? (9.6; 2.7) */
  asksFirst(node: Node): boolean;
  /** Would this server vote for the sender, its log apart? A leader would not. (9.6; 2.7) */
  welcomes(node: Node, request: PreVote): boolean;
  /** Does being asked change the voter's term? Never: nothing has happened yet. (9.6; 2.7) */
  adoptsPreVote(node: Node, request: PreVote): boolean;
  /** Is the reply's term news? A grant only repeats the term that was asked for. (9.6; 2.7) */
  adoptsPreVoteReply(node: Node, reply: PreVoteReply): boolean;
  /** Does a grant belong to the term that would come next? (9.6; 2.7) */
  answersPreVote(node: Node, reply: PreVoteReply): boolean;

  /** Is the request ignored, term and all, for a leader's sake? (4.2.3; 2.8, 2.9) */
  protectsLeader(node: Node, request: RequestVote): boolean;
  /** Does a server that starts protect a leader that it may have heard before? (6.4.1; 2.10) */
  protectsAtStart(node: Node): boolean;
  /** Has a leader heard from a quorum since it last asked itself? (6.2; 2.8) */
  quorumIsActive(node: Node, rules: QuorumRules): boolean;
  /** Who was heard is forgotten each time, so that the next count is a new one. (6.2; 2.8) */
  forgetsActive(): boolean;

  /** Does a leader take proposals? Not while it hands over. (3.10; 2.11) */
  takesProposals(node: Node): boolean;
  /** Has the target all that the leader has, so that it can win? (3.10; 2.11) */
  mayTakeOver(node: Node, progress: Progress): boolean;
  /** Is it the leader of this term who says so? (3.10; 2.11) */
  heedsTimeoutNow(node: Node, request: TimeoutNow): boolean;
}

export const electionRules: ElectionRules = {
  asksFirst: (node) => node.options.preVote,
  welcomes(node, request) {
    if (node.role === 'leader' || node.heardLeader) return false;
    if (request.term !== node.term) return request.term > node.term;
    const free = node.votedFor === null && node.leader === null;
    return free || node.votedFor === request.from;
  },
  adoptsPreVote: () => false,
  adoptsPreVoteReply: (node, reply) => !reply.granted && reply.term > node.term,
  answersPreVote: (node, reply) => !reply.granted || reply.term === node.term + 1,

  protectsLeader(node, request) {
    if (!node.options.checkQuorum || request.transfer) return false;
    if (node.role !== 'leader' && !node.heardLeader) return false;
    // Who leads this term is decided where a leader is known; a refusal does no harm then.
    return request.term > node.term || (request.term === node.term && node.leader === null);
  },
  protectsAtStart: (node) => node.options.leaseMicros > 0 && node.term > 0,
  quorumIsActive: (node, rules) => progressHaveQuorum(node, rules, (progress) => progress.active),
  forgetsActive: () => true,

  takesProposals: (node) => node.transfer === null,
  mayTakeOver: (node, progress) => progress.matchIndex === node.baseIndex + node.log.length,
  heedsTimeoutNow: (node, request) => request.term === node.term,
};
