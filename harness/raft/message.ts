/** What servers and clients say to each other. Messages are immutable and passed by reference. */
import type { ClientId, Entry, Json, Payload, ServerId, SessionId } from './entry.ts';

/** Figure 2, RequestVote RPC. */
export interface RequestVote {
  readonly kind: 'RequestVote';
  readonly from: ServerId;
  readonly to: ServerId;
  readonly term: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
}

export interface RequestVoteReply {
  readonly kind: 'RequestVoteReply';
  readonly from: ServerId;
  readonly to: ServerId;
  readonly term: number;
  readonly granted: boolean;
}

/** Figure 2, AppendEntries RPC; a heartbeat is one without entries. */
export interface AppendEntries {
  readonly kind: 'AppendEntries';
  readonly from: ServerId;
  readonly to: ServerId;
  readonly term: number;
  readonly prevIndex: number;
  readonly prevTerm: number;
  readonly entries: readonly Entry[];
  readonly leaderCommit: number;
}

export interface AppendEntriesReply {
  readonly kind: 'AppendEntriesReply';
  readonly from: ServerId;
  readonly to: ServerId;
  readonly term: number;
  readonly success: boolean;
  /** The `prevIndex` of the request answered: a leader ignores refusals of probes long past. */
  readonly prevIndex: number;
  /** On success: the follower's log equals the leader's up to here. On refusal 0. */
  readonly matchIndex: number;
  /** On refusal: the follower's last entry at or below `prevIndex` with a term that may match. */
  readonly hintIndex: number;
  readonly hintTerm: number;
}

export type RaftMessage = RequestVote | RequestVoteReply | AppendEntries | AppendEntriesReply;

export interface ClientRequest {
  readonly kind: 'ClientRequest';
  readonly from: ClientId;
  /** The server asked, or `*` for all of them (the seed's broadcast). */
  readonly to: ServerId;
  readonly payload: Exclude<Payload, { readonly kind: 'noop' }>;
}

/** How a request ended. Everything but `notLeader` is final. */
export type Answer =
  | { readonly kind: 'done'; readonly result: Json }
  /** The application's state machine said no, on every replica alike, without any effect. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'registered'; readonly session: SessionId }
  /** The session is unknown or its cached answer is gone: the command did not run this time. */
  | { readonly kind: 'sessionExpired' }
  | { readonly kind: 'notLeader'; readonly leader: ServerId | null };

export interface ClientReply {
  readonly kind: 'ClientReply';
  readonly from: ServerId;
  readonly to: ClientId;
  /** The serial answered; 0 answers a `register`. */
  readonly serial: number;
  readonly answer: Answer;
}

/** Everything that travels over the bus. */
export type Message = RaftMessage | ClientRequest | ClientReply;
