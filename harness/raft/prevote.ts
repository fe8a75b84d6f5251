/**
 * Asking before campaigning (dissertation 9.6; raft.md 2.7): a server that would not be elected
 * does not raise its term, so that it disturbs nobody when it comes back.
 *
 * Rule of this file: to ask and to answer changes nobody's term or vote, and nothing is written. A
 * grant carries the term that was asked for, which lies in the future and is never adopted; a
 * refusal carries the voter's own, which is adopted when it is newer.
 */
import { assert } from './assert.ts';
import { otherVoters } from './configuration.ts';
import { stand } from './elect.ts';
import { lastIndex, lastTerm } from './log.ts';
import type { PreVote, PreVoteReply } from './message.ts';
import { voteResult } from './quorum.ts';
import { becomeFollower, forgetOffice } from './role.ts';
import { dropReads } from './serve.ts';
import { armElection, send } from './turn.ts';
import type { Turn } from './turn.ts';

/** Asks all other voters whether they would vote for it in the next term. */
export function askFirst(turn: Turn): void {
  const { node, rules } = turn;
  node.leader = null;
  dropReads(turn);
  forgetOffice(turn);
  node.role = 'preCandidate';
  armElection(turn);
  for (const peer of otherVoters(node)) {
    send(turn, {
      kind: 'PreVote',
      from: node.options.id,
      to: peer,
      term: node.term + 1,
      lastIndex: lastIndex(node),
      lastTerm: lastTerm(node),
    });
  }
  rules.countVote(node.granted, node.options.id);
  tally(turn);
}

/** Answers, whatever the sender's term is: a server left unanswered could not come back. */
export function judgePreCandidate(turn: Turn, request: PreVote): void {
  const { node, rules } = turn;
  if (rules.adoptsPreVote(node, request)) becomeFollower(turn, request.term, null);
  const granted = rules.welcomes(node, request) && rules.isUpToDate(node, request);
  if (node.role !== 'leader' && rules.restartsElection('preVote')) armElection(turn);
  const term = granted ? request.term : node.term;
  const { id } = node.options;
  send(turn, { kind: 'PreVoteReply', from: id, to: request.from, term, granted });
}

/** A voter answered. */
export function countPreVote(turn: Turn, reply: PreVoteReply): void {
  const { node, rules } = turn;
  if (notePreVote(turn, reply) || !rules.answersPreVote(node, reply)) return;
  assert(turn, node.role === 'preCandidate', 'only a pre-candidate counts pre-votes');
  rules.countVote(reply.granted ? node.granted : node.refused, reply.from);
  tally(turn);
}

/** Adopts the term of a refusal if it is newer; says whether it was. */
export function notePreVote(turn: Turn, reply: PreVoteReply): boolean {
  if (!turn.rules.adoptsPreVoteReply(turn.node, reply)) return false;
  becomeFollower(turn, reply.term, null);
  return true;
}

function tally(turn: Turn): void {
  const { node, rules } = turn;
  switch (voteResult(node, rules)) {
    case 'won':
      return stand(turn, false);
    case 'lost':
      return becomeFollower(turn, node.term, null);
    case 'pending':
  }
}
