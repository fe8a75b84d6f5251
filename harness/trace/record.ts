/**
 * The trace: one record a line, in one total order. Plain types without imports at run time, so
 * that the world and the judges share them. `traces/FORMAT.md` explains every field.
 */
import type { Json, ServerId } from '../raft/entry.ts';
import type { Message, OperatorPayload } from '../raft/message.ts';
import type { Common, EntryRef, ServerRecord } from './record-server.ts';

export type { Configuration, Json } from '../raft/entry.ts';
export type { RequestPayload } from '../raft/message.ts';
export type { Role } from '../raft/node.ts';

export type * from './record-server.ts';

export const traceSchema = 'whitewater.trace/1';

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

/** What travels only where servers have features beyond plain Raft (sections 5 and 8). */
export type FeatureMessage = Exclude<
  MessageRecord,
  {
    readonly kind:
      | 'RequestVote'
      | 'RequestVoteReply'
      | 'AppendEntries'
      | 'AppendEntriesReply'
      | 'ClientRequest'
      | 'ClientReply';
  }
>;

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
  | ServerRecord
  | FaultRecord
  | QuietRecord
  | EndRecord
  | HistoryRecord
  | OperateRecord
  | VerdictRecord;

export type RecordKind = TraceRecord['kind'];
