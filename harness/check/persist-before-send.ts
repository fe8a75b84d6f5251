/**
 * I13: no promise before its write is durable. Every vote asked for or granted and every entry
 * acknowledged must be on the sender's disk when the message leaves. A disk that has reached a
 * later term keeps the promises of the earlier ones, since the server can never act in them again.
 */
import type { MessageRecord, TraceRecord } from '../trace/record.ts';
import type { Check, Failure, Verdict } from './check.ts';
import { pendingEntry, pendingTerm, proof, sameEntry } from './evidence.ts';
import type { ClusterView, ServerView } from './view.ts';

interface State {
  examined: number;
}

type Acknowledgement = Extract<
  MessageRecord,
  { readonly kind: 'AppendEntriesReply' | 'InstallSnapshotReply' }
>;

function diskState(server: ServerView): string {
  const { term, votedFor } = server.disk;
  const vote = votedFor === null ? 'no vote' : `a vote for ${votedFor}`;
  return `its disk holds term ${String(term)} and ${vote}`;
}

function voteOnDisk(server: ServerView, term: number, candidate: string): boolean {
  const { disk } = server;
  return disk.term > term || (disk.term === term && disk.votedFor === candidate);
}

function saidOf(server: ServerView, { matchIndex, to }: Acknowledgement): string {
  return `${server.id} acknowledged index ${String(matchIndex)} to ${to}`;
}

function unkeptAck(server: ServerView, message: Acknowledgement): string | undefined {
  const { disk } = server;
  const { term, matchIndex } = message;
  if (disk.term > term) return undefined;
  if (disk.term < term) {
    const said = saidOf(server, message);
    return `${said} in term ${String(term)}, but its disk holds only term ${String(disk.term)}`;
  }
  if (matchIndex === 0) return undefined;
  const stored = disk.log[matchIndex - 1];
  if (stored === undefined) {
    return `${saidOf(server, message)}, but its disk holds only ${String(disk.log.length)} entries`;
  }
  // A memory that has moved on may hold other entries by now; within the term it may not.
  if (server.term !== term) return undefined;
  const held = server.log[matchIndex - 1];
  if (held === undefined || sameEntry(stored, held)) return undefined;
  const [acknowledged, old] = [String(held.term), String(stored.term)];
  return `${saidOf(server, message)} (term ${acknowledged}), but its disk still holds term ${old} there`;
}

function observe(state: State, record: TraceRecord, view: ClusterView): Failure | undefined {
  if (record.kind !== 'send') return undefined;
  const { message } = record;
  if (message.kind === 'AppendEntriesReply' || message.kind === 'InstallSnapshotReply') {
    const promises =
      message.kind === 'AppendEntriesReply' ? message.success : message.matchIndex > 0;
    if (!promises) return undefined;
    state.examined += 1;
    const server = view.server(message.from);
    const sentence = unkeptAck(server, message);
    if (sentence === undefined) return undefined;
    const term = pendingTerm(server, message.term);
    const evidence = proof(record.seq, term, pendingEntry(server, message.matchIndex));
    return { sentence, evidence };
  }
  if (message.kind !== 'RequestVote' && message.kind !== 'RequestVoteReply') return undefined;
  if (message.kind === 'RequestVoteReply' && !message.granted) return undefined;
  state.examined += 1;
  const server = view.server(message.from);
  const candidate = message.kind === 'RequestVote' ? message.from : message.to;
  if (voteOnDisk(server, message.term, candidate)) return undefined;
  const did = message.kind === 'RequestVote' ? 'asked for votes' : `granted ${candidate} its vote`;
  return {
    sentence: `${server.id} ${did} in term ${String(message.term)}, but ${diskState(server)}`,
    evidence: proof(record.seq, pendingTerm(server, message.term)),
  };
}

/** Raft Figure 2: persistent state is "updated on stable storage before responding to RPCs". */
export const persistBeforeSend: Check<State> = {
  name: 'PersistBeforeSend',
  promise: 'A vote or an acknowledgement leaves only when it is durable (Raft Figure 2).',
  class: 'safety',
  kinds: ['send'],
  messages: ['RequestVote', 'RequestVoteReply', 'AppendEntriesReply', 'InstallSnapshotReply'],
  start: (): State => ({ examined: 0 }),
  observe,
  verdict: (state: State): Verdict => ({ kind: 'pass', examined: state.examined }),
  exempt: (_state: State, view: ClusterView): string | undefined =>
    view.servers.length === 1 || view.servers.every((server) => server.highestTerm === 0)
      ? 'no server promised anything to another'
      : undefined,
};
