/**
 * What the specification does with a message (HandleRequestVoteRequest and its like in
 * `ongardie/raft.tla`; Figure 2 of the paper), and the answer that it gives.
 */
import type { AbstractServer, Action, Item } from './state.ts';
import { lastTerm, termAt } from './state.ts';

export interface VoteRequest {
  readonly kind: 'RequestVote';
  readonly from: string;
  readonly term: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
}

export interface VoteReply {
  readonly kind: 'RequestVoteReply';
  readonly from: string;
  readonly term: number;
  readonly granted: boolean;
}

export interface AppendRequest {
  readonly kind: 'AppendEntries';
  readonly from: string;
  readonly term: number;
  readonly prevIndex: number;
  readonly prevTerm: number;
  readonly entries: readonly Item[];
  readonly leaderCommit: number;
}

export interface AppendReply {
  readonly kind: 'AppendEntriesReply';
  readonly from: string;
  readonly term: number;
  readonly success: boolean;
  readonly matchIndex: number;
}

/** A piece of a snapshot (section 7); the last one may be installed. */
export interface SnapshotPiece {
  readonly kind: 'InstallSnapshot';
  readonly from: string;
  readonly term: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
  readonly done: boolean;
}

/** A message that the published specification does not know; its term may be news. */
export interface OtherMessage {
  readonly kind: 'Other';
  readonly from: string;
  readonly term: number;
}

export type AbstractMessage =
  VoteRequest | VoteReply | AppendRequest | AppendReply | SnapshotPiece | OtherMessage;

/** Everything from `from` on replaced by `items`. */
export interface LogChange {
  readonly from: number;
  readonly items: readonly Item[];
}

/** The answer that the specification gives to the message of the step; null: it gives none. */
export type Expected = VoteReply | AppendReply | null;

/** The state on the way from before to after. */
export interface Way {
  readonly server: AbstractServer;
  role: AbstractServer['role'];
  term: number;
  votedFor: string | null;
  commitIndex: number;
  /** What the actions so far do to the log. */
  changes: LogChange[];
  actions: Action[];
  reply: Expected;
}

/** Nothing has happened yet. */
export function newWay(server: AbstractServer): Way {
  const { role, term, votedFor, commitIndex } = server;
  return { server, role, term, votedFor, commitIndex, changes: [], actions: [], reply: null };
}

/** A message taken in for certain: the server moves, and the answer due is returned. */
export function handled(
  server: AbstractServer,
  message: AbstractMessage,
): {
  readonly wrong: string | null;
  readonly reply: Expected;
  readonly actions: readonly Action[];
} {
  const way = newWay(server);
  const wrong = receive(way, message);
  if (wrong === null) commit(way);
  return { wrong, reply: way.reply, actions: way.actions };
}

/** Receive(m): a newer term is adopted first (section 5.1). */
export function receive(way: Way, message: AbstractMessage): string | null {
  if (message.term > way.term) {
    way.term = message.term;
    way.votedFor = null;
    way.role = 'follower';
    way.actions.push('UpdateTerm');
  }
  switch (message.kind) {
    case 'RequestVote':
      return handleVoteRequest(way, message);
    case 'RequestVoteReply':
      return handleVoteReply(way, message);
    case 'AppendEntries':
      return handleAppend(way, message);
    case 'AppendEntriesReply':
      return handleAppendReply(way, message);
    case 'InstallSnapshot':
      return handlePiece(way, message);
    case 'Other':
      return null;
  }
}

/** InstallSnapshot (Figure 13): a leader speaks; what the log holds of it already is committed. */
function handlePiece(way: Way, message: SnapshotPiece): string | null {
  if (message.term < way.term) return null;
  if (way.role === 'leader') {
    return `${message.from} sent it a snapshot in term ${message.term}, which it leads itself`;
  }
  way.role = 'follower';
  return null;
}

/** HandleRequestVoteRequest: grant iff the log is up to date and the vote is free (5.2, 5.4.1). */
function handleVoteRequest(way: Way, message: VoteRequest): string | null {
  const { log, id } = way.server;
  const last = lastTerm(log);
  const upToDate =
    message.lastTerm > last || (message.lastTerm === last && message.lastIndex >= log.length);
  const free = way.votedFor === null || way.votedFor === message.from;
  const granted = message.term === way.term && upToDate && free;
  if (granted) way.votedFor = message.from;
  way.actions.push('HandleRequestVote');
  way.reply = { kind: 'RequestVoteReply', from: id, term: way.term, granted };
  return null;
}

/** HandleRequestVoteResponse: a set of voters, for the current term only. */
function handleVoteReply(way: Way, message: VoteReply): string | null {
  if (message.term !== way.term || way.role !== 'candidate') return null;
  (message.granted ? way.server.granted : way.server.refused).add(message.from);
  way.actions.push('HandleRequestVoteReply');
  return null;
}

/** HandleAppendEntriesRequest (5.3): reject, return to follower, or accept. */
function handleAppend(way: Way, message: AppendRequest): string | null {
  const { server } = way;
  const { id: from } = server;
  way.actions.push('HandleAppendEntries');
  if (message.term < way.term) {
    way.reply = refusal(way, from);
    return null;
  }
  if (way.role === 'leader') {
    return `${message.from} sent it entries of term ${message.term}, which it leads itself`;
  }
  way.role = 'follower';
  if (termAt(server.log, message.prevIndex) !== message.prevTerm) {
    way.reply = refusal(way, from);
    return null;
  }
  const change = missing(server.log, message);
  if (change !== null) way.changes.push(change);
  const known = message.prevIndex + message.entries.length;
  way.commitIndex = Math.max(way.commitIndex, Math.min(message.leaderCommit, known));
  const matchIndex = Math.max(known, way.commitIndex);
  way.reply = { kind: 'AppendEntriesReply', from, term: way.term, success: true, matchIndex };
  return null;
}

function refusal(way: Way, from: string): AppendReply {
  return { kind: 'AppendEntriesReply', from, term: way.term, success: false, matchIndex: 0 };
}

/** What an accepted request does to the log: cut at the first conflict, append what is not there. */
function missing(log: readonly Item[], message: AppendRequest): LogChange | null {
  const { prevIndex, entries } = message;
  for (let at = 0; at < entries.length; at += 1) {
    const index = prevIndex + at + 1;
    const term = entries[at]?.term ?? 0;
    if (termAt(log, index) !== term) return { from: index, items: entries.slice(at) };
  }
  return null;
}

/** HandleAppendEntriesResponse: what a follower is known to hold. */
function handleAppendReply(way: Way, message: AppendReply): string | null {
  if (message.term !== way.term || way.role !== 'leader') return null;
  way.actions.push('HandleAppendEntriesReply');
  if (!message.success) return null;
  const { match } = way.server;
  match.set(message.from, Math.max(match.get(message.from) ?? 0, message.matchIndex));
  return null;
}

/** Takes the step: the abstract server is where the program says it is. */
export function commit(way: Way): void {
  const { server } = way;
  if (way.role !== 'candidate') {
    server.granted.clear();
    server.refused.clear();
  }
  server.role = way.role;
  server.term = way.term;
  server.votedFor = way.votedFor;
  server.commitIndex = way.commitIndex;
  for (const change of way.changes) {
    server.log.length = Math.min(server.log.length, change.from - 1);
    server.log.push(...change.items);
  }
}
