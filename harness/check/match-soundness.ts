/**
 * I11 and I12: what a leader believes of a follower. The belief is about the follower's disk, and
 * it is judged while the follower has not moved on to a later term: afterwards it may be stale.
 */
import type { MatchRecord, TraceRecord } from '../trace/record.ts';
import type { Check, Failure, Verdict } from './check.ts';
import { pendingEntry, proof, sameEntry } from './evidence.ts';
import type { ClusterView, ServerView } from './view.ts';

interface State {
  examined: number;
}

/** How many entries from the first on are the same in the leader's log and on the peer's disk. */
function agreement(leader: ServerView, peer: ServerView): number {
  let index = 0;
  for (;;) {
    const own = leader.log[index];
    const stored = peer.disk.log[index];
    if (own === undefined || stored === undefined || !sameEntry(own, stored)) return index;
    index += 1;
  }
}

function agreeing(entries: number): string {
  if (entries === 0) return 'no entry agrees';
  return entries === 1 ? 'only the first entry agrees' : `only the first ${String(entries)} agree`;
}

function unsound(record: MatchRecord, view: ClusterView): Failure | undefined {
  const { matchIndex } = record;
  const leader = view.server(record.server);
  const peer = view.server(record.peer);
  if (matchIndex === 0 || peer.highestTerm > record.term) return undefined;
  const own = leader.log[matchIndex - 1];
  const stored = peer.disk.log[matchIndex - 1];
  // With LogMatching, equal here means equal all the way down.
  if (own !== undefined && stored !== undefined && sameEntry(own, stored)) return undefined;
  return {
    sentence:
      `${leader.id} believes ${peer.id} has its log up to index ${String(matchIndex)}, ` +
      `but on ${peer.id}'s disk ${agreeing(agreement(leader, peer))}`,
    evidence: proof(record.seq, pendingEntry(peer, matchIndex)),
  };
}

function observeMatch(state: State, record: TraceRecord, view: ClusterView): Failure | undefined {
  if (record.kind !== 'match') return undefined;
  state.examined += 1;
  return unsound(record, view);
}

function observeNext(state: State, record: TraceRecord): Failure | undefined {
  if (record.kind !== 'match') return undefined;
  state.examined += 1;
  if (record.nextIndex > record.matchIndex) return undefined;
  return {
    sentence:
      `${record.server} would send ${record.peer} index ${String(record.nextIndex)} next, ` +
      `although it believes ${record.peer} has its log up to ${String(record.matchIndex)}`,
    evidence: [record.seq],
  };
}

function exempt(_state: State, view: ClusterView): string | undefined {
  if (view.servers.length === 1) return 'a cluster of one has no followers';
  return view.committed.length === 0 ? 'no leader heard from a follower' : undefined;
}

/** Raft Figure 2, matchIndex: "highest log entry known to be replicated on server". */
export const matchSoundness: Check<State> = {
  name: 'MatchSoundness',
  promise: 'What a leader believes replicated is on the follower’s disk (Raft Figure 2).',
  class: 'safety',
  kinds: ['match'],
  start: (): State => ({ examined: 0 }),
  observe: observeMatch,
  verdict: (state: State): Verdict => ({ kind: 'pass', examined: state.examined }),
  exempt,
};

/** Follows from Figure 2: next starts above match, and no reply makes them cross. */
export const nextAboveMatch: Check<State> = {
  name: 'NextAboveMatch',
  promise: 'A leader never sends a follower what it knows it has: next > match (Raft Figure 2).',
  class: 'safety',
  kinds: ['match'],
  start: (): State => ({ examined: 0 }),
  observe: observeNext,
  verdict: (state: State): Verdict => ({ kind: 'pass', examined: state.examined }),
  exempt,
};
