/** What servers and clients say to each other. Messages are immutable and passed by reference. */
import type { ClientId, Command, Entry, Json, Payload, ServerId, SessionId } from './entry.ts';

/** Figure 2, RequestVote RPC. */
export interface RequestVote {
  readonly kind: 'RequestVote';
  readonly from: ServerId;
  readonly to: ServerId;
  readonly term: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
  /** The leader handed over: voters do not protect it (dissertation 3.10, 4.2.3). */
  readonly transfer: boolean;
}

export interface RequestVoteReply {
  readonly kind: 'RequestVoteReply';
  readonly from: ServerId;
  readonly to: ServerId;
  readonly term: number;
  readonly granted: boolean;
}

/** Would you vote for me? Nobody's term or vote changes by it (dissertation 9.6). */
export interface PreVote {
  readonly kind: 'PreVote';
  readonly from: ServerId;
  readonly to: ServerId;
  /** The term that the sender would campaign in: one above its own. */
  readonly term: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
}

export interface PreVoteReply {
  readonly kind: 'PreVoteReply';
  readonly from: ServerId;
  readonly to: ServerId;
  /** When granted the term of the request, otherwise the voter's own. */
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
  /** The leader's confirmation rounds so far in this term (dissertation 6.4). */
  readonly round: number;
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
  /** The round of the request answered: by then the sender was leader (dissertation 6.4). */
  readonly round: number;
}

/** Figure 13 (section 7): a piece of the leader's snapshot. */
export interface InstallSnapshot {
  readonly kind: 'InstallSnapshot';
  readonly from: ServerId;
  readonly to: ServerId;
  readonly term: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
  /** Where `data` begins in the text of the snapshot, in UTF-16 units. */
  readonly offset: number;
  readonly data: string;
  readonly done: boolean;
  readonly round: number;
}

export interface InstallSnapshotReply {
  readonly kind: 'InstallSnapshotReply';
  readonly from: ServerId;
  readonly to: ServerId;
  readonly term: number;
  /** The snapshot answered. */
  readonly lastIndex: number;
  readonly lastTerm: number;
  /** The piece wanted next begins here. */
  readonly offset: number;
  /** Above 0: nothing more is wanted; the follower's log equals the leader's up to here. */
  readonly matchIndex: number;
  readonly round: number;
}

/** Campaign at once: the leader hands over (dissertation 3.10). */
export interface TimeoutNow {
  readonly kind: 'TimeoutNow';
  readonly from: ServerId;
  readonly to: ServerId;
  readonly term: number;
}

/** A follower asks up to where it must have applied before it may serve a read (6.4). */
export interface ReadIndex {
  readonly kind: 'ReadIndex';
  readonly from: ServerId;
  readonly to: ServerId;
  readonly term: number;
  /** Chosen by the sender, unique in its incarnation. */
  readonly read: number;
}

export interface ReadIndexReply {
  readonly kind: 'ReadIndexReply';
  readonly from: ServerId;
  readonly to: ServerId;
  readonly term: number;
  readonly read: number;
  /** -1: the server asked is not leader. */
  readonly index: number;
}

export type RaftMessage =
  | RequestVote
  | RequestVoteReply
  | PreVote
  | PreVoteReply
  | AppendEntries
  | AppendEntriesReply
  | InstallSnapshot
  | InstallSnapshotReply
  | TimeoutNow
  | ReadIndex
  | ReadIndexReply;

/** A read that costs no entry in the log (dissertation 6.4). */
export interface ReadPayload {
  readonly kind: 'read';
  readonly session: SessionId;
  readonly serial: number;
  /** `lease` falls back to `index` where no lease is valid. */
  readonly via: 'index' | 'lease';
  readonly command: Command;
}

/** One server's part in a change of the configuration. */
export interface Change {
  readonly kind: 'addVoter' | 'addLearner' | 'remove';
  readonly server: ServerId;
}

/** An operator's wish: hand over to `target`, or change who takes part. */
export type OperatorPayload =
  | { readonly kind: 'transfer'; readonly serial: number; readonly target: ServerId }
  | {
      readonly kind: 'reconfigure';
      readonly serial: number;
      readonly changes: readonly Change[];
      /** `simple`: at most one voter comes or goes (dissertation 4.1); `joint`: any (4.3). */
      readonly transition: 'simple' | 'joint';
    };

export type RequestPayload =
  | Exclude<Payload, { readonly kind: 'noop' } | { readonly kind: 'configuration' }>
  | ReadPayload
  | OperatorPayload;

export interface ClientRequest {
  readonly kind: 'ClientRequest';
  readonly from: ClientId;
  /** The server asked, or `*` for all of them (the seed's broadcast). */
  readonly to: ServerId;
  readonly payload: RequestPayload;
}

/** How a request ended. Everything but `notLeader` and `busy` is final. */
export type Answer =
  | { readonly kind: 'done'; readonly result: Json }
  /**
   * The application's state machine said no, on every replica alike, without any effect; or the
   * command is larger than a message may be, and no server will ever take it.
   */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'registered'; readonly session: SessionId }
  /** The session is unknown or its cached answer is gone: the command did not run this time. */
  | { readonly kind: 'sessionExpired' }
  /**
   * Definitely not taken: too much waits already, or the leader is handing over, or it is not
   * ready for another change of the configuration. Ask again.
   */
  | { readonly kind: 'busy'; readonly reason: 'backlog' | 'transfer' | 'reconfigure' }
  | { readonly kind: 'notLeader'; readonly leader: ServerId | null };

export interface ClientReply {
  readonly kind: 'ClientReply';
  readonly from: ServerId;
  readonly to: ClientId;
  /** The serial answered; 0 answers a `register`. Operators number their wishes too. */
  readonly serial: number;
  readonly answer: Answer;
}

/** Everything that travels over the bus. */
export type Message = RaftMessage | ClientRequest | ClientReply;
