/**
 * The machine's one door: an input goes in, effects come out. Nothing here knows of time, disks,
 * networks or chance. Whoever calls `step` owes four duties, in this order:
 *
 * 1. hand `persist` effects to stable storage in the order given, and report each as `persisted`
 *    once it is durable: late if need be, and in any order. A report without `first` speaks for all
 *    writes before it; one with `first` only for those it names. A write is *confirmed* once it and
 *    all before it were reported;
 * 2. let a `send` or an `answer` leave only when the write named by `after` is confirmed (0: at once);
 * 3. draw the time-out that `arm` asks for from the range given, and report it as `expire` with the
 *    generation given; a later `arm` or `disarm` of the same timer replaces it. An expiry that is
 *    due is reported before any other input, above all after the process stood still: leases rest on
 *    that;
 * 4. after a crash, give back with `online` what the writes up to some point came to, all confirmed
 *    ones at least. The write after that point may have begun: term and vote come first, then the
 *    snapshot, then the change of the log, and last what the snapshot made needless is discarded.
 */
import type { Entry, ServerId, SessionId } from './entry.ts';
import type { Answer, ClientReply, ClientRequest, RaftMessage } from './message.ts';
import type { Node, NodeOptions, StateMachine } from './node.ts';
import type { SavedSession, Snapshot } from './saved.ts';

export type Timer = 'election' | 'heartbeat' | 'lease';

/** What survives a crash (Figure 2, "persistent state on all servers"). */
export interface Stored {
  readonly term: number;
  readonly votedFor: ServerId | null;
  readonly snapshot: Snapshot | null;
  /**
   * Without a gap, from 1 on, or from wherever the log was cut when a snapshot made its beginning
   * needless. A crash may leave entries that the snapshot covers, or that contradict it.
   */
  readonly entries: readonly Entry[];
}

export type Input =
  /** The server joins (or comes back) with what its disk holds; before, it ignores everything. */
  | {
      readonly kind: 'online';
      readonly stored: Stored;
      /**
       * 0, 1, 2, …, below 2^20, never the same twice for one server: it numbers the reads that a
       * follower forwards, whose answers may arrive after a crash. Without it none are forwarded.
       */
      readonly incarnation?: number;
    }
  | { readonly kind: 'offline' }
  | { readonly kind: 'propose'; readonly request: ClientRequest }
  | { readonly kind: 'receive'; readonly message: RaftMessage }
  | { readonly kind: 'expire'; readonly timer: Timer; readonly generation: number }
  | {
      readonly kind: 'persisted';
      readonly write: number;
      /** Writes `first` to `write` are durable; left out: everything up to `write`. */
      readonly first?: number;
    };

/** One atomic record for stable storage. */
export interface Write {
  /** 1, 2, 3, … per incarnation. */
  readonly id: number;
  /** Term and vote to store, or null when they stay as they are. */
  readonly hard: { readonly term: number; readonly votedFor: ServerId | null } | null;
  /** Replace everything from index `from` on by `entries`, or null when the log stays. */
  readonly log: { readonly from: number; readonly entries: readonly Entry[] } | null;
  /**
   * Keep this snapshot instead of the one before; once it is durable, and `log` is replaced, the
   * entries up to `discardThrough` go: all, when the log ends below. Null: it stays as it is.
   */
  readonly snapshot: { readonly snapshot: Snapshot; readonly discardThrough: number } | null;
}

export type Effect =
  | { readonly kind: 'persist'; readonly write: Write }
  | { readonly kind: 'send'; readonly message: RaftMessage; readonly after: number }
  | { readonly kind: 'answer'; readonly message: ClientReply; readonly after: number }
  | {
      readonly kind: 'arm';
      readonly timer: Timer;
      readonly generation: number;
      readonly lowMicros: number;
      /** Exclusive; equal to `lowMicros` + 1 for a fixed time-out. */
      readonly highMicros: number;
    }
  /** Shaped like `arm`; the times mean nothing. */
  | {
      readonly kind: 'disarm';
      readonly timer: Timer;
      readonly generation: number;
      readonly lowMicros: number;
      readonly highMicros: number;
    }
  | {
      readonly kind: 'apply';
      readonly entry: Entry;
      /** What the entry came to; null for entries that nobody asked for (no-ops). */
      readonly answer: Answer | null;
      /** True when the session table knew the serial already, so that nothing ran. */
      readonly repeated: boolean;
      /** Running 32-bit hash of everything applied so far and what it came to. */
      readonly stateDigest: number;
    }
  /** The application and its sessions are a snapshot's: the leader's, or at the start the disk's. */
  | { readonly kind: 'restore'; readonly snapshot: Snapshot }
  /** A read was served from the state as of `appliedIndex`; `via` is what vouched for it. */
  | {
      readonly kind: 'serve';
      readonly session: SessionId;
      readonly serial: number;
      readonly via: 'index' | 'lease';
      readonly readIndex: number;
      readonly appliedIndex: number;
    };

/** A machine under test: the built-in Raft, a mutant, or a user's own. */
export interface Subject {
  readonly name: string;
  create(options: NodeOptions, application: StateMachine): Node;
  step(node: Node, input: Input): readonly Effect[];
}

export type { SavedSession, SessionId, Snapshot };
