/** The records of what servers and their disks did, and how entries and snapshots are named. */
import type { Command, Configuration, ServerId } from '../raft/entry.ts';
import type { Answer } from '../raft/message.ts';
import type { Role } from '../raft/node.ts';
import type { Timer } from '../raft/step.ts';

export interface Common {
  /** 0, 1, 2, …: the total order. */
  readonly seq: number;
  /** Virtual (or monotonic) microseconds since the start. */
  readonly at: number;
  /** `seq` of the record whose handling made this one; -1 for causes outside the trace. */
  readonly cause: number;
}

/** An entry by its identity; the payload is written once, in the record `propose`. */
export interface EntryRef {
  readonly index: number;
  readonly term: number;
  readonly digest: number;
}

/** A snapshot by its identity: what it stands for, never its content. */
export interface SnapshotRef {
  /** Everything up to this entry is applied in it. */
  readonly index: number;
  readonly term: number;
  /** Running hash of everything applied up to `index` and what it came to. */
  readonly stateDigest: number;
  /** The configuration in force at `index`. */
  readonly configuration: Configuration;
}

/** Role, term, vote or leader changed: the state after the change. */
export interface StateRecord extends Common {
  readonly kind: 'state';
  readonly server: ServerId;
  readonly role: Role;
  readonly term: number;
  readonly votedFor: ServerId | null;
  readonly leader: ServerId | null;
}

/** A timer ran out and the server was told. */
export interface TimerRecord extends Common {
  readonly kind: 'timer';
  readonly server: ServerId;
  readonly timer: Timer;
}

/** The server armed a timer that was not running, or disarmed one; restarts are not told. */
export interface ArmRecord extends Common {
  readonly kind: 'arm';
  readonly server: ServerId;
  readonly timer: Timer;
  /** -1: disarmed. */
  readonly dueAt: number;
}

/** A leader turned a request into the entry at `index`: the one place that holds its payload. */
export interface ProposeRecord extends Common {
  readonly kind: 'propose';
  readonly server: ServerId;
  readonly index: number;
  readonly term: number;
  readonly digest: number;
  /** Null for everything but a command. */
  readonly session: string | null;
  readonly serial: number;
  readonly command: Command | null;
  /** Null for everything but a change of the configuration. */
  readonly configuration: Configuration | null;
}

/**
 * The server changed its log, its hard state or its snapshot and asked its disk to keep it. The
 * change holds in memory from here on: everything from `log.from` on is replaced by `log.entries`;
 * a snapshot stands for everything up to its index, and entries up to `discardThrough` may go.
 */
export interface WriteRecord extends Common {
  readonly kind: 'write';
  readonly server: ServerId;
  readonly write: number;
  readonly hard: { readonly term: number; readonly votedFor: ServerId | null } | null;
  readonly log: { readonly from: number; readonly entries: readonly EntryRef[] } | null;
  readonly snapshot: (SnapshotRef & { readonly discardThrough: number }) | null;
}

/** Every write up to and including this one is durable. */
export interface DurableRecord extends Common {
  readonly kind: 'durable';
  readonly server: ServerId;
  readonly write: number;
}

/** An asynchronous disk told the server that this write is durable: late, or out of order. */
export interface ToldRecord extends Common {
  readonly kind: 'told';
  readonly server: ServerId;
  readonly write: number;
}

/** What a leader believes of a follower, after a reply. */
export interface MatchRecord extends Common {
  readonly kind: 'match';
  readonly server: ServerId;
  readonly peer: ServerId;
  readonly term: number;
  readonly matchIndex: number;
  readonly nextIndex: number;
}

/** The server's commit index moved. */
export interface CommitRecord extends Common {
  readonly kind: 'commit';
  readonly server: ServerId;
  readonly term: number;
  readonly commitIndex: number;
}

export interface ApplyRecord extends Common {
  readonly kind: 'apply';
  readonly server: ServerId;
  readonly index: number;
  readonly term: number;
  readonly digest: number;
  readonly session: string | null;
  readonly serial: number;
  /** True when the session table answered and nothing ran. */
  readonly repeated: boolean;
  readonly answer: Answer | null;
  readonly stateDigest: number;
}

/**
 * The configuration in force at the server is another one: an entry was appended or cut off, a
 * snapshot was installed, or its disk held one.
 */
export interface ConfigureRecord extends Common {
  readonly kind: 'configure';
  readonly server: ServerId;
  /** Of the entry (or the snapshot) that says so; 0: the configuration of the beginning. */
  readonly index: number;
  readonly configuration: Configuration;
}

/** The state machine and its sessions were replaced by those of a snapshot. */
export interface RestoreRecord extends Common {
  readonly kind: 'restore';
  readonly server: ServerId;
  readonly index: number;
  readonly term: number;
  readonly stateDigest: number;
}

/** A read was served without an entry, from the state as of `appliedIndex`. */
export interface ServeRecord extends Common {
  readonly kind: 'serve';
  readonly server: ServerId;
  readonly session: string;
  readonly serial: number;
  /** What vouched for it: a round of heartbeats, or a lease. */
  readonly via: 'index' | 'lease';
  readonly readIndex: number;
  readonly appliedIndex: number;
}

/** Memory is gone; of the unsynced writes only those up to `survived` reached the disk. */
export interface CrashRecord extends Common {
  readonly kind: 'crash';
  readonly server: ServerId;
  readonly fault: number;
  /** The last write found on the disk afterwards. */
  readonly survived: number;
  /**
   * Set when the write after `survived` was torn: its term and vote are there, then its snapshot if
   * `snapshot`, then its truncation and its first `entries` entries (-1: not even the truncation).
   * Nothing was discarded, and a checksum cut off the rest.
   */
  readonly torn: {
    readonly write: number;
    readonly snapshot: boolean;
    readonly entries: number;
  } | null;
  /** Writes lost for good. */
  readonly lost: number;
}

/** The server came up with what its disk holds. `cause` is -1 the first time. */
export interface OnlineRecord extends Common {
  readonly kind: 'online';
  readonly server: ServerId;
  /** +1 at each start. */
  readonly incarnation: number;
  readonly term: number;
  readonly votedFor: ServerId | null;
  readonly snapshot: SnapshotRef | null;
  /** The log as the disk holds it: a crash may leave entries that the snapshot made needless. */
  readonly entries: readonly EntryRef[];
}

/** Taken off line in good order: everything written is on the disk. */
export interface OfflineRecord extends Common {
  readonly kind: 'offline';
  readonly server: ServerId;
  readonly fault: number;
}

export interface PauseRecord extends Common {
  readonly kind: 'pause' | 'resume';
  readonly server: ServerId;
  readonly fault: number;
}

/** What a server or its disk did. */
export type ServerRecord =
  | StateRecord
  | TimerRecord
  | ArmRecord
  | ProposeRecord
  | WriteRecord
  | DurableRecord
  | ToldRecord
  | MatchRecord
  | CommitRecord
  | ApplyRecord
  | ConfigureRecord
  | RestoreRecord
  | ServeRecord
  | CrashRecord
  | OnlineRecord
  | OfflineRecord
  | PauseRecord;
