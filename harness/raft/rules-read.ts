/** The decisions about reads that cost no entry in the log (dissertation 6.4; raft.md 2.10). */
import { termAt } from './log.ts';
import type { AppendEntries, InstallSnapshot, ReadIndexReply } from './message.ts';
import type { Node } from './node.ts';
import { progressHaveQuorum } from './quorum.ts';
import type { QuorumRules } from './quorum.ts';

export interface ReadRules {
  /**
   * Up to where a read asked now must be applied: the leader's commit index, once an entry of its
   * own term is committed; -1 before, for others may have committed more. (6.4 step 1; 2.10)
   */
  readIndex(node: Node): number;
  /** The round that confirms a read asked now: the next to begin. 0: none is needed. (6.4 step 3) */
  confirmingRound(node: Node): number;
  /** Did a quorum answer this round or a later one? (6.4 step 3; 2.10) */
  roundIsConfirmed(node: Node, rules: QuorumRules, round: number): boolean;
  /**
   * The round that a follower's reply answers; 0: none. A refusal of a request of an older term
   * carries the term of now, in which its sender may lead again and count rounds anew. (6.4; 2.10)
   */
  answeredRound(node: Node, request: AppendEntries | InstallSnapshot): number;
  /** Is everything applied that the read must see? (6.4 step 4; 2.10) */
  readIsApplied(node: Node, index: number): boolean;
  /** Does the leader of this term say so? (2.18) */
  acceptsReadIndex(node: Node, reply: ReadIndexReply): boolean;
  /** May the leader read alone? (6.4.1; 2.10) */
  leaseHolds(node: Node): boolean;
  /** So long a lease lasts from the moment when its round is known to be answered. (6.4.1; 2.10) */
  leaseMicros(node: Node): number;
  /** Does a lease end before TimeoutNow is sent, for the rest of the term? (6.4.1; 2.10) */
  transferEndsLease(): boolean;
}

export const readRules: ReadRules = {
  readIndex: (node) => (termAt(node, node.commitIndex) === node.term ? node.commitIndex : -1),
  confirmingRound: (node) => node.round + 1,
  roundIsConfirmed: (node, rules, round) =>
    progressHaveQuorum(node, rules, (progress) => progress.ackedRound >= round),
  answeredRound: (node, request) => (request.term === node.term ? request.round : 0),
  readIsApplied: (node, index) => node.appliedIndex >= index,
  acceptsReadIndex: (node, reply) => reply.term === node.term && reply.from === node.leader,
  leaseHolds: (node) => node.leaseHeld,
  // The round began after the last heartbeat but one expired: it is younger than one heartbeat.
  leaseMicros: ({ options }) => options.leaseMicros - options.heartbeatMicros,
  transferEndsLease: () => true,
};
