/**
 * I2: one vote a term. Judged twice: on what a server holds in memory and brings back from its
 * disk, and on what it tells others, which counts over all its incarnations. A vote that was lost
 * in a crash before anyone was told of it may be given anew.
 */
import type { OnlineRecord, SendRecord, StateRecord, TraceRecord } from '../trace/record.ts';
import type { Check, Failure, Verdict } from './check.ts';
import { proof } from './evidence.ts';
import type { ClusterView, ServerView } from './view.ts';

interface Told {
  readonly candidate: string;
  readonly seq: number;
}

interface State {
  examined: number;
  /** By position, then by term: the first candidate that a message of this server vouches for. */
  readonly told: Map<number, Told>[];
  /** By position: `seq` of the record that last stated the vote held. */
  readonly heldAt: number[];
}

function changed(
  state: State,
  server: ServerView,
  now: { readonly seq: number; readonly term: number; readonly votedFor: string | null },
): Failure | undefined {
  const seq = state.heldAt[server.position];
  state.heldAt[server.position] = now.seq;
  if (now.votedFor !== null) state.examined += 1;
  if (now.term !== server.term || server.votedFor === null) return undefined;
  if (now.votedFor === server.votedFor) return undefined;
  const term = String(now.term);
  const sentence =
    now.votedFor === null
      ? `${server.id} dropped its vote for ${server.votedFor} within term ${term}`
      : `${server.id} voted for ${server.votedFor} and then for ${now.votedFor} in term ${term}`;
  return { sentence, evidence: proof(now.seq, seq) };
}

function cameBack(state: State, server: ServerView, record: OnlineRecord): Failure | undefined {
  const seq = state.heldAt[server.position];
  state.heldAt[server.position] = record.seq;
  const { term, votedFor } = server.disk;
  if (record.term !== term || votedFor === null || record.votedFor === votedFor) return undefined;
  const now = record.votedFor === null ? 'without a vote' : `with a vote for ${record.votedFor}`;
  return {
    sentence:
      `${server.id} came back ${now} in term ${String(term)}, ` +
      `but its disk held its vote for ${votedFor}`,
    evidence: proof(record.seq, seq),
  };
}

function told(state: State, record: SendRecord, view: ClusterView): Failure | undefined {
  const { message } = record;
  if (message.kind === 'RequestVoteReply' ? !message.granted : message.kind !== 'RequestVote') {
    return undefined;
  }
  if (message.kind !== 'RequestVote' && message.kind !== 'RequestVoteReply') return undefined;
  const candidate = message.kind === 'RequestVote' ? message.from : message.to;
  const votes = (state.told[view.server(message.from).position] ??= new Map<number, Told>());
  state.examined += 1;
  const before = votes.get(message.term);
  if (before === undefined) {
    votes.set(message.term, { candidate, seq: record.seq });
    return undefined;
  }
  if (before.candidate === candidate) return undefined;
  return {
    sentence:
      `${message.from} gave its vote of term ${String(message.term)} ` +
      `to ${before.candidate} and to ${candidate}`,
    evidence: [before.seq, record.seq],
  };
}

function observe(state: State, record: TraceRecord, view: ClusterView): Failure | undefined {
  if (record.kind === 'send') return told(state, record, view);
  if (record.kind === 'state') return changed(state, view.server(record.server), record);
  if (record.kind === 'online') return cameBack(state, view.server(record.server), record);
  if (record.kind !== 'write' || record.hard === null) return undefined;
  const held: Pick<StateRecord, 'seq' | 'term' | 'votedFor'> = {
    seq: record.seq,
    term: record.hard.term,
    votedFor: record.hard.votedFor,
  };
  return changed(state, view.server(record.server), held);
}

/** Raft §5.2: each server votes for at most one candidate in a given term. */
export const voteOncePerTerm: Check<State> = {
  name: 'VoteOncePerTerm',
  promise: 'A server votes for at most one candidate a term, over restarts too (Raft §5.2).',
  class: 'safety',
  kinds: ['state', 'write', 'online', 'send'],
  messages: ['RequestVote', 'RequestVoteReply'],
  start: (): State => ({
    examined: 0,
    told: [],
    heldAt: [],
  }),
  observe,
  verdict: (state: State): Verdict => ({ kind: 'pass', examined: state.examined }),
  exempt: (_state: State, view: ClusterView): string | undefined =>
    view.servers.every((server) => server.highestTerm === 0) ? 'no election began' : undefined,
};
