/** A follower's side of replication (Figure 2, AppendEntries, receiver). */
import { commitTo } from './apply.ts';
import { assert } from './assert.ts';
import type { ServerId } from './entry.ts';
import { lastIndex, lastIndexWithin, termAt } from './log.ts';
import type { AppendEntries, InstallSnapshot } from './message.ts';
import { ageReads } from './read.ts';
import { adoptTerm, becomeFollower } from './role.ts';
import { append, armElection, armProtection, send, truncate } from './turn.ts';
import type { Turn } from './turn.ts';

/** AppendEntries arrives, with entries or as a heartbeat (raft.md 2.2-R1). */
export function follow(turn: Turn, request: AppendEntries): void {
  const { node, rules } = turn;
  if (!hearLeader(turn, request)) {
    refuse(turn, request, 0);
    return;
  }
  if (!rules.logMatches(node, request)) {
    const bound = { index: request.prevIndex, term: request.prevTerm };
    refuse(turn, request, lastIndexWithin(node, bound));
    return;
  }
  appendMissing(turn, request);
  commitTo(turn, rules.followerCommit(node, request));
  reply(turn, request, { success: true, matchIndex: rules.ackedIndex(node, request), hint: 0 });
}

/** Whatever a leader sends shows that it is there; false: its term is over (Figures 2 and 13). */
export function hearLeader(turn: Turn, request: AppendEntries | InstallSnapshot): boolean {
  const { node, rules } = turn;
  adoptTerm(turn, request.term);
  const stale = rules.isStale(node, request);
  if (!stale) acceptLeader(turn, request.from);
  if (rules.restartsElection(stale ? 'staleAppend' : 'append')) {
    if (stale) armElection(turn);
    else armProtection(turn);
  }
  if (!stale && node.reads.length > 0) ageReads(turn, request.round);
  return !stale;
}

/** The sender is the one leader of this term (raft.md 2.1-R7). */
function acceptLeader(turn: Turn, leader: ServerId): void {
  const { node } = turn;
  assert(turn, node.role !== 'leader', 'a leader never hears of another in its term');
  assert(turn, node.leader === null || node.leader === leader, 'a term has one leader');
  if (node.role !== 'follower') becomeFollower(turn, node.term, leader);
  node.leader = leader;
}

/** Skips what is there already, removes what contradicts the leader, appends the rest. */
function appendMissing(turn: Turn, request: AppendEntries): void {
  const { node, rules } = turn;
  for (const entry of request.entries) {
    if (entry.index <= lastIndex(node)) {
      if (!rules.conflicts(node, entry)) continue;
      truncate(turn, entry.index);
    }
    append(turn, entry);
  }
}

function refuse(turn: Turn, request: AppendEntries, hint: number): void {
  reply(turn, request, { success: false, matchIndex: 0, hint });
}

interface Verdict {
  readonly success: boolean;
  readonly matchIndex: number;
  readonly hint: number;
}

function reply(turn: Turn, request: AppendEntries, verdict: Verdict): void {
  const { node } = turn;
  send(turn, {
    kind: 'AppendEntriesReply',
    from: node.options.id,
    to: request.from,
    term: node.term,
    success: verdict.success,
    prevIndex: request.prevIndex,
    matchIndex: verdict.matchIndex,
    hintIndex: verdict.hint,
    hintTerm: verdict.hint === 0 ? 0 : termAt(node, verdict.hint),
    round: turn.rules.answeredRound(node, request),
  });
}
