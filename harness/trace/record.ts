/**
 * The trace: one record a line, in one total order. Plain types without imports at run time, so
 * that the world and the judges share them. `traces/FORMAT.md` explains every field.
 */
import type { Command, Configuration, Json, ServerId } from '../raft/entry.ts';
import type { Answer, Message, OperatorPayload } from '../raft/message.ts';
import type { Role } from '../raft/node.ts';
import type { Timer } from '../raft/step.ts';

export type { Json } from '../raft/entry.ts';

export const traceSchema = 'whitewater.trace/1';

interface Common {
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

export interface HeaderRecord extends Common {
  readonly kind: 'header';
  readonly schema: typeof traceSchema;
  readonly whitewater: string;
  readonly subject: string;
  /** The bus: memory, broker or azure. */
  readonly adapter: string;
  readonly servers: readonly ServerId[];
  /** The configuration at the beginning; servers in neither list wait to be added. */
  readonly voters: readonly ServerId[];
  readonly learners: readonly ServerId[];
  /** The last one may be the operator. */
  readonly clients: readonly string[];
  /** What the operations of the workload mean: which sequential object judges them. */
  readonly model: Model;
  /** The complete scenario: with the same commit it reproduces the run byte for byte. */
  readonly scenario: Json;
}

export type Model = 'register' | 'cas-register' | 'kv' | 'append';

/* ---- messages on the bus; `message` ids are dense and name one publish each ---- */

export interface SendRecord extends Common {
  readonly kind: 'send';
  readonly id: number;
  /** Server or client. */
  readonly from: string;
  readonly to: string;
  /** The body, but entries only by reference. */
  readonly message: MessageRecord;
}

/**
 * A message as the trace writes it: AppendEntries carries references instead of payloads,
 * InstallSnapshot the length of its piece of text instead of the text.
 */
export type MessageRecord =
  | Exclude<Message, { readonly kind: 'AppendEntries' | 'InstallSnapshot' }>
  | (Omit<Extract<Message, { readonly kind: 'AppendEntries' }>, 'entries'> & {
      readonly entries: readonly EntryRef[];
    })
  | (Omit<Extract<Message, { readonly kind: 'InstallSnapshot' }>, 'data'> & {
      readonly dataLength: number;
    });

/** The receiver got it; `cause` is its send. */
export interface DeliverRecord extends Common {
  readonly kind: 'deliver';
  readonly id: number;
  readonly to: string;
  /** Deliveries of this message to this receiver before: more than 0 is a redelivery. */
  readonly deliveryCount: number;
}

/** It will not arrive; `cause` is its send, `fault` the index in the scenario's list, or -1. */
export interface DropRecord extends Common {
  readonly kind: 'drop';
  readonly id: number;
  readonly to: string;
  readonly fault: number;
  readonly reason: 'fault' | 'offline' | 'rejected' | 'expired' | 'deduplicated';
}

/** A fault held it back. */
export interface DelayRecord extends Common {
  readonly kind: 'delay';
  readonly id: number;
  readonly fault: number;
  readonly byMicros: number;
}

/** A fault (or a retry of the sender's SDK) published it again, under the same id. */
export interface DuplicateRecord extends Common {
  readonly kind: 'duplicate';
  readonly id: number;
  readonly fault: number;
}

/** Broker events worth a record; `cause` is the send. */
export interface BusRecord extends Common {
  readonly kind: 'bus';
  readonly what: 'settled' | 'lockLost' | 'deadLettered' | 'throttled' | 'disconnected';
  /** -1 when no single message is concerned. */
  readonly id: number;
  readonly to: string;
  readonly text: string;
}

/* ---- servers ---- */

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

/* ---- faults and phases ---- */

export interface FaultRecord extends Common {
  readonly kind: 'fault';
  /** Index in the scenario's list. */
  readonly fault: number;
  /** The fault's kind: partition, drop, lockExpiry, … */
  readonly name: string;
  readonly phase: 'start' | 'end';
  /** The fault as data, targets resolved to names of servers. */
  readonly detail: Json;
}

/** From here on nothing is unkind: the cluster must elect, converge and answer. */
export interface QuietRecord extends Common {
  readonly kind: 'quiet';
}

/** The world stopped: all was settled, time was up, or the limit on events was reached. */
export interface EndRecord extends Common {
  readonly kind: 'end';
  readonly reason: 'settled' | 'time' | 'events' | 'violation';
  /** Servers that were up at the end. */
  readonly online: readonly ServerId[];
}

/* ---- the clients' history (Jepsen's shape) ---- */

export interface HistoryRecord extends Common {
  /**
   * `fail` is definite: it did not happen. A compare-and-set whose comparison failed ends as `fail`
   * with `error: 'compare-failed'`, which is an observation. `info` may have happened, or may yet.
   */
  readonly kind: 'invoke' | 'ok' | 'fail' | 'info';
  /** A fresh number after every `info`. */
  readonly process: number;
  readonly client: string;
  readonly f: 'read' | 'write' | 'cas' | 'append' | 'delete';
  readonly key: string;
  /** read: the value read (null before); write: the value; cas: [expected, new]; append: the value. */
  readonly value: Json;
  readonly error: string | null;
}

/** An operator's wish, asked and answered; the history has no place for it. */
export interface OperateRecord extends Common {
  readonly kind: 'operate';
  readonly client: string;
  /** As in the history: `info` may have happened, or may yet. */
  readonly phase: 'invoke' | 'ok' | 'fail' | 'info';
  readonly wish: OperatorPayload;
  readonly error: string | null;
}

export interface VerdictRecord extends Common {
  readonly kind: 'verdict';
  readonly verdict: 'pass' | 'fail' | 'unknown';
  /** The check that failed (or could not say), or null. */
  readonly invariant: string | null;
  readonly sentence: string;
  readonly evidence: readonly number[];
  /** Records before this one. */
  readonly records: number;
}

export type TraceRecord =
  | HeaderRecord
  | SendRecord
  | DeliverRecord
  | DropRecord
  | DelayRecord
  | DuplicateRecord
  | BusRecord
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
  | PauseRecord
  | FaultRecord
  | QuietRecord
  | EndRecord
  | HistoryRecord
  | OperateRecord
  | VerdictRecord;

export type RecordKind = TraceRecord['kind'];

/** Every kind there is; the compiler refuses a missing one. */
const kinds: Readonly<Record<RecordKind, true>> = {
  header: true,
  send: true,
  deliver: true,
  drop: true,
  delay: true,
  duplicate: true,
  bus: true,
  state: true,
  timer: true,
  arm: true,
  propose: true,
  write: true,
  durable: true,
  told: true,
  match: true,
  commit: true,
  apply: true,
  configure: true,
  restore: true,
  serve: true,
  crash: true,
  online: true,
  offline: true,
  pause: true,
  resume: true,
  fault: true,
  quiet: true,
  end: true,
  invoke: true,
  ok: true,
  fail: true,
  info: true,
  operate: true,
  verdict: true,
};
export const recordKinds: ReadonlySet<string> = new Set(Object.keys(kinds));
