/** Elections (sections 5.2 and 5.4.1; raft.md 2.1). */
import { assert } from './assert.ts';
import { otherVoters } from './configuration.ts';
import type { Payload, ServerId } from './entry.ts';
import { replicate } from './feed.ts';
import { entryAt, lastIndex, lastTerm, makeEntry } from './log.ts';
import type { RequestVote, RequestVoteReply } from './message.ts';
import { trackPeers } from './peers.ts';
import { voteResult } from './quorum.ts';
import { adoptTerm, becomeFollower, forgetOffice } from './role.ts';
import { dropReads } from './serve.ts';
import {
  append,
  armElection,
  armHeartbeat,
  armProtection,
  disarmElection,
  flush,
  send,
} from './turn.ts';
import type { Turn } from './turn.ts';

const noop: Payload = { kind: 'noop' };

/**
 * Stands for election: a new term, a vote for itself, and a request to all others; with `transfer`
 * on the word of the leader that hands over (dissertation 3.10).
 */
export function stand(turn: Turn, transfer: boolean): void {
  const { node } = turn;
  assert(turn, node.role !== 'leader', 'a leader has no reason to campaign');
  node.leader = null;
  dropReads(turn);
  forgetOffice(turn);
  node.role = 'candidate';
  node.term += 1;
  node.votedFor = node.options.id;
  turn.hardChanged = true;
  armElection(turn);
  flush(turn);
  for (const peer of otherVoters(node)) requestVote(turn, peer, transfer);
  countOwnVote(turn);
}

function requestVote(turn: Turn, peer: ServerId, transfer: boolean): void {
  const { node } = turn;
  send(turn, {
    kind: 'RequestVote',
    from: node.options.id,
    to: peer,
    term: node.term,
    lastIndex: lastIndex(node),
    lastTerm: lastTerm(node),
    transfer,
  });
}

/** A candidate asks for this server's vote (raft.md 2.1-R3). */
export function judgeCandidate(turn: Turn, request: RequestVote): void {
  const { node, rules } = turn;
  if (rules.protectsLeader(node, request)) return;
  adoptTerm(turn, request.term);
  const granted =
    !rules.isStale(node, request) &&
    rules.voteIsFree(node, request) &&
    rules.isUpToDate(node, request);
  if (granted && node.votedFor !== request.from) {
    assert(turn, node.votedFor === null, 'a vote, once given, stays for its term');
    if (node.role === 'preCandidate') becomeFollower(turn, node.term, null);
    node.votedFor = request.from;
    turn.hardChanged = true;
  }
  if (node.role !== 'leader' && rules.restartsElection(granted ? 'granted' : 'refused')) {
    rearm(turn);
  }
  const { id } = node.options;
  send(turn, { kind: 'RequestVoteReply', from: id, to: request.from, term: node.term, granted });
}

/** A vote given ends the protection of whoever led before, but not that of who leads by it. */
function rearm(turn: Turn): void {
  if (turn.node.heardLeader && turn.node.leader !== null) armProtection(turn);
  else armElection(turn);
}

/** A voter answered (raft.md 2.1-R5). */
export function countVote(turn: Turn, reply: RequestVoteReply): void {
  const { node, rules } = turn;
  if (adoptTerm(turn, reply.term) || !rules.isCurrent(node, reply)) return;
  assert(turn, node.role === 'candidate', 'only a candidate counts votes');
  rules.countVote(reply.granted ? node.granted : node.refused, reply.from);
  tally(turn);
}

/** The candidate's own vote counts like any other: once it is durable (raft.md 2.1-R1). */
export function countOwnVote(turn: Turn): void {
  const { node, rules } = turn;
  const { id } = node.options;
  if (node.role !== 'candidate' || node.granted.has(id) || !rules.countsOwnVote(node)) return;
  rules.countVote(node.granted, id);
  tally(turn);
}

function tally(turn: Turn): void {
  const { node, rules } = turn;
  switch (voteResult(node, rules)) {
    case 'won':
      return becomeLeader(turn);
    case 'lost':
      return becomeFollower(turn, node.term, null);
    case 'pending':
  }
}

/** Takes office: nothing is known of the others, and a no-op opens the term (raft.md 2.15). */
function becomeLeader(turn: Turn): void {
  const { node, rules } = turn;
  assert(turn, node.role === 'candidate', 'only a candidate becomes leader');
  assert(turn, node.votedFor === node.options.id, 'a leader has its own vote');
  forgetOffice(turn);
  node.role = 'leader';
  node.leader = node.options.id;
  trackPeers(node, rules, lastIndex(node) + 1);
  for (let index = node.appliedIndex + 1; index <= lastIndex(node); index += 1) {
    const waiting = entryAt(node, index)?.payload;
    if (waiting?.kind === 'command') node.newest.set(waiting.session, index);
  }
  disarmElection(turn);
  armHeartbeat(turn);
  append(turn, makeEntry({ index: lastIndex(node) + 1, term: node.term }, noop));
  replicate(turn);
}
