/** Whom a leader replicates to, and what it believes of each. */
import type { ServerId } from './entry.ts';
import type { Node, Progress } from './node.ts';

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
