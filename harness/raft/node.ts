/** A server's state: a plain record, grouped by who owns what, mutated only inside `step`. */
import type {
  ClientId,
  Command,
  Configuration,
  Entry,
  Json,
  ServerId,
  SessionId,
} from './entry.ts';
import type { Answer, ReadPayload } from './message.ts';
import type { Snapshot } from './saved.ts';

export type Role = 'offline' | 'follower' | 'preCandidate' | 'candidate' | 'leader';

/** A command's fate in the user's hands: the next state and a result, or a refusal. */
export type Outcome<State> =
  | { readonly kind: 'done'; readonly state: State; readonly result: Json }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * The user's state machine: pure and deterministic. `apply` never changes the state it is given,
 * so a refused command (or one that throws, which counts as refused) leaves no effect.
 */
export interface StateMachine<State = unknown> {
  start(): State;
  apply(state: State, command: Command): Outcome<State>;
  /** The state as JSON, for snapshots; left out where the state is JSON itself. */
  save?(state: State): Json;
  /** The state that `save` gave. */
  load?(saved: Json): State;
}

export interface NodeOptions {
  readonly id: ServerId;
  /** The voters at the beginning, in one order that all servers share. */
  readonly servers: readonly ServerId[];
  /** The learners at the beginning. A server in neither list waits to be added. */
  readonly learners: readonly ServerId[];
  /** Election time-outs are drawn from [low, high). */
  readonly electionLowMicros: number;
  readonly electionHighMicros: number;
  readonly heartbeatMicros: number;
  /** Entries in one AppendEntries, at least 1. */
  readonly entriesPerAppendMax: number;
  /** AppendEntries with entries that may be under way to one follower, at least 1. */
  readonly inflightMax: number;
  /** Sessions that exist from the beginning. */
  readonly sessions: readonly SessionId[];
  /** Ask before campaigning (dissertation 9.6). */
  readonly preVote: boolean;
  /** A leader that hears of no quorum steps down; its followers protect it (6.2, 4.2.3). */
  readonly checkQuorum: boolean;
  /** How long an acknowledged round lets a leader read alone; 0: never. Needs `checkQuorum`. */
  readonly leaseMicros: number;
  /** Entries applied between two snapshots; 0: the log is never compacted. */
  readonly snapshotEvery: number;
  /** Entries below a snapshot that stay in the log for slow followers. */
  readonly snapshotKeep: number;
  /** UTF-8 bytes of snapshot text in one message. */
  readonly snapshotChunkBytes: number;
  /** UTF-8 bytes of commands in one AppendEntries (one entry always goes); 0: no limit. */
  readonly bytesPerAppendMax: number;
  /** Entries that may wait uncommitted before clients are told `busy`; 0: no limit. */
  readonly uncommittedMax: number;
  /** Sessions kept; the least recently used one expires. 0: no limit. */
  readonly sessionsMax: number;
}

/** What `NodeOptions` says when nothing beyond the paper's sections 5 and 8 is wanted. */
export const plainOptions: Omit<NodeOptions, 'id' | 'servers' | 'sessions'> = {
  learners: [],
  electionLowMicros: 150_000,
  electionHighMicros: 300_000,
  heartbeatMicros: 50_000,
  entriesPerAppendMax: 64,
  inflightMax: 16,
  preVote: false,
  checkQuorum: false,
  leaseMicros: 0,
  snapshotEvery: 0,
  snapshotKeep: 0,
  snapshotChunkBytes: 64_000,
  bytesPerAppendMax: 0,
  uncommittedMax: 0,
  sessionsMax: 0,
};

export interface Session {
  /** The index of the last entry that used it; 0 where sessions never expire. */
  used: number;
  /** Every serial up to this one was answered and forgotten. */
  acknowledged: number;
  /** Answers still kept: `answers[i]` is that to `serials[i]`; few, for a client waits for each. */
  readonly serials: number[];
  readonly answers: Answer[];
}

/** A write that is not durable yet, and how much of the log in memory will be durable with it. */
export interface PendingWrite {
  readonly id: number;
  /** Lowered when the log is cut below it before the write completes. */
  lastIndex: number;
}

/** What a leader believes of one follower. */
export interface Progress {
  readonly peer: ServerId;
  /** Counts among the voters, and among the outgoing ones, of the configuration in force. */
  voter: boolean;
  outgoing: boolean;
  matchIndex: number;
  nextIndex: number;
  /** Probing: one request at a time until the logs are known to meet. */
  probing: boolean;
  /** Last indices of the AppendEntries under way, oldest first. */
  readonly inflight: number[];
  /** The latest round that it acknowledged. */
  ackedRound: number;
  /** Heard from since the last check of the quorum. */
  active: boolean;
  /** A snapshot under way to it, or null. */
  installing: Installing | null;
}

/** A snapshot on its way to a follower. */
export interface Installing {
  readonly snapshot: Snapshot;
  /** `JSON.stringify(snapshot)`. */
  readonly text: string;
  /** The next piece begins here, and the leader's round when that was learned. */
  offset: number;
  since: number;
  /** The leader's heartbeats when it was sent last: each repeats it once. */
  sentAt: number;
}

/** A snapshot on its way from a leader: pieces in order, known by all four. */
export interface Receiving {
  readonly leader: ServerId;
  readonly term: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
  text: string;
}

/** A configuration and the index of its entry; that of the beginning has index 0. */
export interface ConfigurationAt {
  readonly index: number;
  readonly configuration: Configuration;
}

/** A read that waits: for the first commit of the term, for its round, or to be applied. */
export interface PendingRead {
  /** A follower's number for a read that it forwarded, its own in all incarnations; else 0. */
  readonly read: number;
  /** The client that asked this server, or null when a follower asked. */
  readonly request: { readonly client: ClientId; readonly payload: ReadPayload } | null;
  /** The follower that asked and its number for the read, or null. */
  readonly asked: { readonly peer: ServerId; readonly read: number } | null;
  /** What vouches for it: a round of its own, or a lease. */
  readonly via: 'index' | 'lease';
  /** Up to here it must be applied; -1: not known yet. */
  index: number;
  /**
   * Leaders: confirmed by a quorum's replies to this round or a later one; 0: it is confirmed.
   * Followers: the leader's round when it was first heard after the read was asked; 0: not yet.
   */
  round: number;
}

/** Leadership under way to another server (dissertation 3.10). */
export interface Transfer {
  readonly target: ServerId;
  readonly client: ClientId;
  readonly serial: number;
  /** Heartbeats since it began. */
  beats: number;
  /** TimeoutNow was sent. */
  sent: boolean;
}

/** A change of the configuration under way, and who asked for it. */
export interface PendingChange {
  readonly client: ClientId;
  readonly serial: number;
}

/** Servers that are brought up to date before they become voters (dissertation 4.2.1). */
export interface CatchUp {
  readonly servers: readonly ServerId[];
  /** The configuration to append when all of them have caught up. */
  readonly next: Configuration;
  round: number;
  /** The round is over when they have the log up to here. */
  target: number;
  /** Heartbeats since the round began. */
  beats: number;
}

export interface Node {
  readonly options: NodeOptions;

  role: Role;
  /** Persistent in meaning (Figure 2); durable only once the write that carries them is. */
  term: number;
  votedFor: ServerId | null;
  /** Entries after `baseIndex`: `log[0]` has index `baseIndex + 1`. */
  log: Entry[];
  /** The last entry that the log no longer holds, and its term; 0 and 0 at the beginning. */
  baseIndex: number;
  baseTerm: number;
  snapshot: Snapshot | null;
  /** Oldest first; the last one is in force, committed or not. Never empty. */
  readonly configurations: ConfigurationAt[];

  /** Writes: the last one asked for, the last one known durable, and what is durable by it. */
  lastWrite: number;
  durableWrite: number;
  durableIndex: number;
  /** The last write that carried term and vote; 0 when none did since the start. */
  hardWrite: number;
  /** Writes of the log under way, oldest first. */
  readonly pendingWrites: PendingWrite[];
  /** Writes reported durable ahead of one before them; nothing counts on them yet. */
  readonly earlyWrites: { readonly first: number; readonly write: number }[];

  leader: ServerId | null;
  commitIndex: number;
  appliedIndex: number;

  /** The application and its session table. */
  readonly application: StateMachine;
  state: unknown;
  stateDigest: number;
  readonly sessions: Map<SessionId, Session>;

  electionGeneration: number;
  heartbeatGeneration: number;
  leaseGeneration: number;
  /** In the first stage of the election time-out after a leader's message (raft.md 2.9). */
  heardLeader: boolean;
  /** A snapshot on its way here, or null. */
  receiving: Receiving | null;
  /** Reads that wait, oldest first, and the number of the last one forwarded; -1: none may be. */
  readonly reads: PendingRead[];
  readCount: number;

  /** Candidates: who granted, who refused, in this term. */
  readonly granted: Set<ServerId>;
  readonly refused: Set<ServerId>;

  /** Leaders: one per other server that takes part (or catches up), in the configuration's order. */
  progress: Progress[];
  /** Leaders: who asked for the entry at an index. */
  readonly requesters: Map<number, ClientId>;
  /** Leaders: where the newest command of a session lies in the log. */
  readonly newest: Map<SessionId, number>;
  /** Leaders that limit bytes: those of the longest entry that they took in their term. */
  longestBytes: number;
  /** Leaders: confirmation rounds begun, and heartbeats, in this term. */
  round: number;
  beats: number;
  /**
   * Leaders: the round of the latest heartbeat, which may extend the lease; 0: it has done so, or
   * there are no leases; -1: none any more in this term. And whether a lease holds now.
   */
  leaseRound: number;
  leaseHeld: boolean;
  transfer: Transfer | null;
  /** Leaders: who asked for the change that catches up or waits to be committed, or null. */
  change: PendingChange | null;
  catchUp: CatchUp | null;
}
