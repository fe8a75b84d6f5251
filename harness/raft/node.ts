/** A server's state: a plain record, grouped by who owns what, mutated only inside `step`. */
import type { ClientId, Command, Entry, Json, ServerId, SessionId } from './entry.ts';
import type { Answer } from './message.ts';

export type Role = 'offline' | 'follower' | 'candidate' | 'leader';

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
}

export interface NodeOptions {
  readonly id: ServerId;
  /** The voters, this server among them, in one order that all servers share. */
  readonly servers: readonly ServerId[];
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
}

export interface Session {
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
  matchIndex: number;
  nextIndex: number;
  /** Probing: one request at a time until the logs are known to meet. */
  probing: boolean;
  /** Last indices of the AppendEntries under way, oldest first. */
  readonly inflight: number[];
}

export interface Node {
  readonly options: NodeOptions;

  role: Role;
  /** Persistent in meaning (Figure 2); durable only once the write that carries them is. */
  term: number;
  votedFor: ServerId | null;
  /** `log[0]` has index 1. */
  log: Entry[];

  /** Writes: the last one asked for, the last one known durable, and what is durable by it. */
  lastWrite: number;
  durableWrite: number;
  durableIndex: number;
  /** The last write that carried term and vote; 0 when none did since the start. */
  hardWrite: number;
  /** Writes of the log under way, oldest first. */
  readonly pendingWrites: PendingWrite[];

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

  /** Candidates: who granted, who refused, in this term. */
  readonly granted: Set<ServerId>;
  readonly refused: Set<ServerId>;

  /** Leaders: one per other server, in the order of `options.servers`. */
  progress: Progress[];
  /** Leaders: who asked for the entry at an index. */
  readonly requesters: Map<number, ClientId>;
  /** Leaders: where the newest command of a session lies in the log. */
  readonly newest: Map<SessionId, number>;
}
