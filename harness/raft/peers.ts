/** Whom a leader replicates to, and what it believes of each. */
import { configurationOf } from './configuration.ts';
import type { ServerId } from './entry.ts';
import type { Node, Progress } from './node.ts';
import type { QuorumRules } from './quorum.ts';

/** A follower of whom nothing is known yet: it is asked where its log meets the leader's. */
export function newProgress(peer: ServerId, nextIndex: number): Progress {
  return {
    peer,
    voter: true,
    outgoing: false,
    matchIndex: 0,
    nextIndex,
    probing: true,
    inflight: [],
    ackedRound: 0,
    active: true,
    installing: null,
  };
}

/** What the leader believes of a server; undefined when it does not replicate to it. */
export function progressOf(node: Node, peer: ServerId): Progress | undefined {
  for (const progress of node.progress) if (progress.peer === peer) return progress;
  return undefined;
}

/**
 * Replicates to the members of the configuration in force and to the servers that catch up, and
 * keeps what is known of those who stay (section 6; raft.md 2.5). Newcomers are probed from
 * `nextIndex` on.
 */
export function trackPeers(node: Node, rules: QuorumRules, nextIndex: number): void {
  const configuration = configurationOf(node);
  const { voters, outgoing } = rules.electorate(configuration, 'commit');
  const kept = node.progress;
  const tracked: Progress[] = [];
  const track = (peer: ServerId): void => {
    if (peer === node.options.id || tracked.some((known) => known.peer === peer)) return;
    const progress = kept.find((known) => known.peer === peer) ?? newProgress(peer, nextIndex);
    progress.voter = voters.includes(peer);
    progress.outgoing = outgoing.includes(peer);
    tracked.push(progress);
  };
  configuration.voters.forEach(track);
  configuration.outgoing.forEach(track);
  configuration.learners.forEach(track);
  configuration.learnersNext.forEach(track);
  node.catchUp?.servers.forEach(track);
  node.progress = tracked;
}
