/**
 * Majorities (section 5.1) and joint majorities (section 6): what a configuration makes of votes
 * and replicas. A half without voters agrees to everything (raft.md 4.2).
 */
import { configurationOf } from './configuration.ts';
import type { Configuration, ServerId } from './entry.ts';
import type { Node, Progress } from './node.ts';

/** What a quorum is made of; part of the machine's rules, so that mutants may err here. */
export interface QuorumRules {
  /** So many of that many voters are a majority. (section 5.2) */
  quorum(node: Node, voters: number): number;
  /** Whose votes and replicas count: those of the configuration in force. (section 6; 2.5, 2.6) */
  electorate(configuration: Configuration, purpose: 'election' | 'commit'): Configuration;
  /** How many of the voters are among those who said the same: each once. (5.2; 2.1-R5) */
  votesOf(voters: readonly ServerId[], votes: ReadonlySet<ServerId>): number;
  /** Does a leader count its own replica? Only where it is a voter. (dissertation 4.2.2; 2.5) */
  countsItself(node: Node, voters: readonly ServerId[]): boolean;
  /** How far the leader counts itself: as far as its own disk does. (2.2-R5) */
  ownMatch(node: Node): number;
}

export type VoteResult = 'won' | 'lost' | 'pending';

/** The size of a majority. */
export function majority(voters: number): number {
  return Math.floor(voters / 2) + 1;
}

/** Does a majority of the voters (and, when joint, one of the outgoing ones too) have it? */
export function hasQuorum(
  configuration: Configuration,
  has: (server: ServerId) => boolean,
): boolean {
  return hasMajority(configuration.voters, has) && hasMajority(configuration.outgoing, has);
}

function hasMajority(voters: readonly ServerId[], has: (server: ServerId) => boolean): boolean {
  if (voters.length === 0) return true;
  let count = 0;
  for (const voter of voters) if (has(voter)) count += 1;
  return count >= majority(voters.length);
}

/** Does a quorum of the configuration in force, the leader itself included, have it? */
export function progressHaveQuorum(
  node: Node,
  rules: QuorumRules,
  has: (progress: Progress) => boolean,
): boolean {
  const { voters, outgoing } = rules.electorate(configurationOf(node), 'commit');
  let among = rules.countsItself(node, voters) ? 1 : 0;
  let amongOutgoing = rules.countsItself(node, outgoing) ? 1 : 0;
  for (const progress of node.progress) {
    if (!(progress.voter || progress.outgoing) || !has(progress)) continue;
    if (progress.voter) among += 1;
    if (progress.outgoing) amongOutgoing += 1;
  }
  return (
    (voters.length === 0 || among >= rules.quorum(node, voters.length)) &&
    (outgoing.length === 0 || amongOutgoing >= rules.quorum(node, outgoing.length))
  );
}

/** Whether the votes collected so far decide the election (section 5.2; 2.1-R5). */
export function voteResult(node: Node, rules: QuorumRules): VoteResult {
  const { voters, outgoing } = rules.electorate(configurationOf(node), 'election');
  const incoming = resultAmong(node, rules, voters);
  const leaving = resultAmong(node, rules, outgoing);
  if (incoming === 'lost' || leaving === 'lost') return 'lost';
  return incoming === 'won' && leaving === 'won' ? 'won' : 'pending';
}

function resultAmong(node: Node, rules: QuorumRules, voters: readonly ServerId[]): VoteResult {
  if (voters.length === 0) return 'won';
  const needed = rules.quorum(node, voters.length);
  if (rules.votesOf(voters, node.granted) >= needed) return 'won';
  return rules.votesOf(voters, node.refused) > voters.length - needed ? 'lost' : 'pending';
}

/**
 * The largest index that quorums of the configuration in force hold, but no less than the commit
 * index (Figure 2, leaders; section 6). Infinity when there is nobody to ask.
 */
export function replicatedIndex(node: Node, rules: QuorumRules): number {
  const { voters, outgoing } = rules.electorate(configurationOf(node), 'commit');
  const index = heldByVoters(node, rules, voters);
  return outgoing.length === 0 ? index : Math.min(index, heldByOutgoing(node, rules, outgoing));
}

// Few servers: trying each one's index beats sorting, and allocates nothing. Twice the same, once
// for each half, because the way to the half must not be looked up by name.

function heldByVoters(node: Node, rules: QuorumRules, voters: readonly ServerId[]): number {
  if (voters.length === 0) return Infinity;
  const needed = rules.quorum(node, voters.length);
  const own = rules.countsItself(node, voters) ? rules.ownMatch(node) : 0;
  const { progress } = node;
  let best = node.commitIndex;
  for (let trial = -1; trial < progress.length; trial += 1) {
    const index = matchAt(progress, trial, own);
    if (index <= best) continue;
    let holders = own >= index ? 1 : 0;
    for (const peer of progress) if (peer.voter && peer.matchIndex >= index) holders += 1;
    if (holders >= needed) best = index;
  }
  return best;
}

function heldByOutgoing(node: Node, rules: QuorumRules, voters: readonly ServerId[]): number {
  const needed = rules.quorum(node, voters.length);
  const own = rules.countsItself(node, voters) ? rules.ownMatch(node) : 0;
  const { progress } = node;
  let best = node.commitIndex;
  for (let trial = -1; trial < progress.length; trial += 1) {
    const index = matchAt(progress, trial, own);
    if (index <= best) continue;
    let holders = own >= index ? 1 : 0;
    for (const peer of progress) if (peer.outgoing && peer.matchIndex >= index) holders += 1;
    if (holders >= needed) best = index;
  }
  return best;
}

function matchAt(progress: readonly Progress[], at: number, own: number): number {
  return at < 0 ? own : (progress[at]?.matchIndex ?? 0);
}
