/**
 * The small decisions in which Rafts go wrong, one function each, pure unless said otherwise.
 * `raftRules` is right; a mutant overrides one or two of them with `brokenRules`. Sources: Figure 2
 * of the Raft paper (extended version), and the rule ids of the project's Raft notes (2.1-R3, …).
 */
import type { CommandPayload, Entry, ServerId } from './entry.ts';
import { entryAt, lastIndex, lastIndexWithin, lastTerm, termAt } from './log.ts';
import type {
  AppendEntries,
  AppendEntriesReply,
  Answer,
  PreVote,
  RaftMessage,
  RequestVote,
} from './message.ts';
import type { Node, Progress } from './node.ts';
import { replicatedIndex } from './quorum.ts';
import { electionRules } from './rules-election.ts';
import type { ElectionRules } from './rules-election.ts';
import { membershipRules } from './rules-membership.ts';
import type { MembershipRules } from './rules-membership.ts';
import { storageRules } from './rules-storage.ts';
import type { StorageRules } from './rules-storage.ts';
import { readRules } from './rules-read.ts';
import type { ReadRules } from './rules-read.ts';
import { answerTo } from './session.ts';
import type { Stored, Timer } from './step.ts';

/** What may restart the election timer of a server that is not the leader. */
export type ElectionEvent = 'granted' | 'refused' | 'append' | 'staleAppend' | 'preVote';

/** What may free the window of requests under way to a follower. */
export type WindowEvent = 'ack' | 'refusal' | 'heartbeat';

export interface Rules extends MembershipRules, ElectionRules, ReadRules, StorageRules {
  /** Does the machine check itself? Off in mutants, so that the judges have to find them. */
  readonly asserting: boolean;

  /* ---- terms and persistence ---- */

  /** Is this a newer term, to be adopted as a follower? (section 5.1; 2.1-R6) */
  adoptsTerm(node: Node, term: number): boolean;
  /** Is the request of an older term, to be refused? (section 5.1; 2.1-R8) */
  isStale(node: Node, request: Pick<RaftMessage, 'kind' | 'term'>): boolean;
  /** Does the reply answer something asked in this term? (section 5.1; 2.1-R5, 2.2-R4) */
  isCurrent(node: Node, reply: Pick<RaftMessage, 'kind' | 'term'>): boolean;
  /** The vote held after becoming follower in `term`: kept within a term. (Figure 2; 2.1-R6) */
  voteInTerm(node: Node, term: number): ServerId | null;
  /** The write that must be durable before the message may leave; 0: none. (Figure 2; 2.3) */
  sendWaitsFor(node: Node, message: RaftMessage): number;
  /** What a server starts from, given what its disk holds. (Figure 2; 2.3) */
  restored(stored: Stored): Stored;

  /* ---- elections ---- */

  /** Is the vote of this term still free for the candidate? (section 5.2; 2.1-R3) */
  voteIsFree(node: Node, request: RequestVote): boolean;
  /** Is the candidate's log at least as up to date as this one? (section 5.4.1; 2.1-R3) */
  isUpToDate(node: Node, request: RequestVote | PreVote): boolean;
  /** Enters a voter into a set of votes: twice the same voter is one vote. (5.2; 2.1-R5) */
  countVote(votes: Set<ServerId>, voter: ServerId): void;
  /** Does a candidate's vote for itself count already? Once it is durable. (2.1-R1) */
  countsOwnVote(node: Node): boolean;
  /** Does this event restart the election timer? (Figure 2, followers; 2.1-R4) */
  restartsElection(event: ElectionEvent): boolean;
  /** Is the expiry that of the timer as armed last, not of one replaced since? */
  expiryIsCurrent(node: Node, expiry: { timer: Timer; generation: number }): boolean;

  /* ---- followers ---- */

  /** Does the log hold the entry that precedes the new ones? (section 5.3; 2.2-R1 step 2) */
  logMatches(node: Node, request: AppendEntries): boolean;
  /** Does a received entry contradict the one held at its index? (section 5.3; 2.2-R1 step 3) */
  conflicts(node: Node, entry: Entry): boolean;
  /** How far the log is known to equal the leader's after the request. (2.2-R2, R3) */
  ackedIndex(node: Node, request: AppendEntries): number;
  /** The follower's commit index after the request. (Figure 2, step 5; 2.2-R1) */
  followerCommit(node: Node, request: AppendEntries): number;

  /* ---- leaders ---- */

  /** What is known to match after an acknowledgement: never less than before. (2.2-R4) */
  matchAfterAck(progress: Progress, reply: { readonly matchIndex: number }): number;
  /** Does the refusal lie beyond the match and answer the current probe, if any? (2.2-R4) */
  refusalIsCurrent(progress: Progress, reply: AppendEntriesReply): boolean;
  /** Where to probe after a refusal: skips whole terms, stays above the match. (2.14) */
  nextAfterRefusal(node: Node, progress: Progress, reply: AppendEntriesReply): number;
  /** Does this event free the window? (2.13) */
  freesWindow(event: WindowEvent): boolean;
  /** May an index that a majority holds be committed? Only in its own term. (Figure 8; 2.2-R5) */
  mayCommit(node: Node, index: number): boolean;
  /** The leader's commit index, from `mayCommit` and the quorum's rules. (Figure 2; 2.2-R5) */
  leaderCommit(node: Node, rules: Rules): number;

  /* ---- applying, and clients' sessions ---- */

  /** Entries up to here may be applied. (Figure 2, all servers; 2.2-R7) */
  appliesUpTo(node: Node): number;
  /** An answer that needs no entry, because the command was applied before; or null. */
  answerAtPropose(node: Node, payload: CommandPayload): Answer | null;
  /** What the session table says instead of running the command, or null: run. (2.12) */
  answerAtApply(node: Node, payload: CommandPayload): Answer | null;
  /** Where the same command already waits in the leader's log; 0: nowhere. (2.12) */
  waitingIndex(node: Node, payload: CommandPayload): number;
}

const expired: Answer = { kind: 'sessionExpired' };

/** What is known of a serial from entries applied: final, whoever is leader. */
function rememberedAnswer(
  node: Node,
  payload: CommandPayload,
  withoutSession: Answer | null,
): Answer | null {
  const session = node.sessions.get(payload.session);
  if (session === undefined) return withoutSession;
  if (payload.serial <= session.acknowledged) return expired;
  return answerTo(session, payload.serial);
}

/** The newest write of the log that is not confirmed; 0: all are. */
function lastLogWrite({ pendingWrites }: Node): number {
  return pendingWrites[pendingWrites.length - 1]?.id ?? 0;
}

/** Raft as in the paper, with the notes' refinements. */
export const raftRules: Rules = {
  asserting: true,
  ...membershipRules,
  ...storageRules,
  ...electionRules,
  ...readRules,

  adoptsTerm: (node, term) => term > node.term,
  isStale: (node, request) => request.term < node.term,
  isCurrent: (node, reply) => reply.term === node.term,
  voteInTerm: (node, term) => (term === node.term ? node.votedFor : null),
  sendWaitsFor(node, message) {
    // No message shows a term or vote that a crash could take back; an ack promises entries too,
    // and that what stood in their place is gone: the newest write of the log says both.
    const promised =
      message.kind === 'AppendEntriesReply' || message.kind === 'InstallSnapshotReply'
        ? message.matchIndex
        : 0;
    const write =
      promised > node.durableIndex ? Math.max(lastLogWrite(node), node.hardWrite) : node.hardWrite;
    return write > node.durableWrite ? write : 0;
  },
  restored: (stored) => stored,

  voteIsFree: (node, request) => node.votedFor === null || node.votedFor === request.from,
  isUpToDate(node, request) {
    const term = lastTerm(node);
    if (request.lastTerm !== term) return request.lastTerm > term;
    return request.lastIndex >= lastIndex(node);
  },
  countVote(votes, voter) {
    votes.add(voter);
  },
  countsOwnVote: (node) => node.durableWrite >= node.hardWrite,
  restartsElection: (event) => event === 'granted' || event === 'append',
  expiryIsCurrent(node, expiry) {
    switch (expiry.timer) {
      case 'election':
        return expiry.generation === node.electionGeneration;
      case 'heartbeat':
        return expiry.generation === node.heartbeatGeneration;
      case 'lease':
        return expiry.generation === node.leaseGeneration;
    }
  },

  // What was compacted is committed: it matches any leader's log (2.2-R3).
  logMatches: (node, request) =>
    request.prevIndex < node.baseIndex || termAt(node, request.prevIndex) === request.prevTerm,
  conflicts: (node, entry) =>
    entry.index > node.baseIndex && termAt(node, entry.index) !== entry.term,
  ackedIndex: (node, request) =>
    Math.max(request.prevIndex + request.entries.length, node.commitIndex),
  followerCommit(node, request) {
    const known = request.prevIndex + request.entries.length;
    return Math.max(node.commitIndex, Math.min(request.leaderCommit, known));
  },

  matchAfterAck: (progress, reply) => Math.max(progress.matchIndex, reply.matchIndex),
  refusalIsCurrent: (progress, reply) =>
    reply.prevIndex > progress.matchIndex &&
    (!progress.probing || reply.prevIndex === progress.nextIndex - 1),
  nextAfterRefusal(node, progress, reply) {
    // Term 0: the follower does not know any more which term its hint has.
    const { hintIndex: index, hintTerm: term } = reply;
    const meet = term === 0 ? index - 1 : lastIndexWithin(node, { index, term });
    return Math.max(progress.matchIndex + 1, Math.min(reply.prevIndex, meet + 1));
  },
  freesWindow: () => true,
  mayCommit: (node, index) => termAt(node, index) === node.term,
  leaderCommit(node, rules) {
    // Terms never fall along a log: if the term at this index is too old, so are all below it.
    const index = replicatedIndex(node, rules);
    return rules.mayCommit(node, index) ? index : node.commitIndex;
  },

  appliesUpTo: (node) => node.commitIndex,
  answerAtPropose: (node, payload) => rememberedAnswer(node, payload, null),
  answerAtApply: (node, payload) => rememberedAnswer(node, payload, expired),
  waitingIndex(node, payload) {
    const index = node.newest.get(payload.session) ?? 0;
    if (index <= node.appliedIndex) return 0;
    const waiting = entryAt(node, index)?.payload;
    return waiting?.kind === 'command' && waiting.serial === payload.serial ? index : 0;
  },
};

/** Raft with some rules replaced and its own assertions off: the stuff of mutants. */
export function brokenRules(overrides: Partial<Rules>): Rules {
  return { ...raftRules, asserting: false, ...overrides };
}
