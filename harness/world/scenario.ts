/**
 * A scenario is everything that decides a run, as plain JSON. With the commit it reproduces the
 * run byte for byte. Whatever it does not say is drawn from its seed, keyed by purpose and owner,
 * so that taking one fault or operation away leaves every other draw as it was.
 */
import type { Ordering, ReceiveMode } from '../bus/bus.ts';
import type { Json } from '../raft/entry.ts';
import type { Model } from '../trace/record.ts';

export const scenarioSchema = 'whitewater.scenario/1';

export type Range = {
  readonly min: number;
  /** Inclusive. */
  readonly max: number;
};

/** A server's name, or a role resolved to a name when the fault strikes. */
export type Target = string;
export const roles = ['leader', 'candidate', 'follower'] as const;

/** What Raft does beyond the paper's sections 5 and 8; all of it off in `plainFeatures`. */
export type Features = {
  /** Servers ask before they campaign. */
  readonly preVote: boolean;
  /** Leaders that hear of no quorum step down, and followers protect leaders that they hear. */
  readonly checkQuorum: boolean;
  /**
   * Leaders read alone for electionMs.min / this; 0: never, otherwise 1 or more: by so much the
   * clocks of two servers may differ in speed. Needs `checkQuorum`.
   */
  readonly leaseDriftBound: number;
  /** Entries applied between two snapshots; 0: no snapshots. */
  readonly snapshotEvery: number;
  /** Entries below a snapshot that stay in the log. */
  readonly snapshotKeep: number;
  readonly snapshotChunkBytes: number;
  /** Bytes of commands in one AppendEntries; 0: no limit. */
  readonly bytesPerAppendMax: number;
  /** Entries that may wait uncommitted; 0: no limit. */
  readonly uncommittedMax: number;
  /** Sessions kept; 0: no limit. */
  readonly sessionsMax: number;
};

/** An asynchronous disk tells late, or out of order, what has become durable in order. */
export type DiskProfile = {
  readonly order: 'inOrder' | 'anyOrder';
  /** From durable to told, drawn for each write. */
  readonly lateMicros: Range;
};

export type Cluster = {
  /** 1 to 7 processes; they are called S1, S2, … */
  readonly servers: number;
  /** At the beginning the last so many servers wait to be added, … */
  readonly spares: number;
  /** … so many before them learn, and the others vote. */
  readonly learners: number;
  readonly electionMs: Range;
  readonly heartbeatMs: number;
  readonly entriesPerAppendMax: number;
  readonly inflightMax: number;
  /** Time from a write to its fsync's end, drawn for each fsync. */
  readonly diskMicros: Range;
  readonly disk: DiskProfile;
  readonly features: Features;
};

export type BusProfile = {
  readonly ordering: Ordering;
  readonly mode: ReceiveMode;
  /** Publish to delivery, drawn for each message. */
  readonly latencyMicros: Range;
  readonly lockDurationMs: number;
  readonly maxDeliveryCount: number;
  readonly prefetch: number;
  /** 0: off. */
  readonly duplicateDetectionMs: number;
  /** 0: messages live for ever. */
  readonly timeToLiveMs: number;
};

export type Operation = {
  readonly atMs: number;
  /** Clients are called c1, c2, …; an operation waits until its client's earlier ones have ended. */
  readonly client: string;
  readonly f: 'read' | 'write' | 'cas' | 'append' | 'delete';
  readonly key: string;
  /** read, delete: null; write, append: the value; cas: [expected, new]. */
  readonly value: Json;
};

/** One server's part in a change of the configuration. */
export type ServerChange = {
  readonly kind: 'addVoter' | 'addLearner' | 'remove';
  readonly server: string;
};

/** What an operator asks for, one wish after another, each until it is answered. */
export type OperatorStep = { readonly atMs: number } & (
  | { readonly kind: 'transfer'; readonly target: string }
  | {
      readonly kind: 'reconfigure';
      readonly changes: readonly ServerChange[];
      readonly transition: 'simple' | 'joint';
    }
);

export type Workload = {
  readonly model: Model;
  readonly clients: number;
  /** `given`: sessions exist from the start; `registered`: each client registers first. */
  readonly sessions: 'given' | 'registered';
  /** A client asks again (another server, or the hinted leader) after this long. */
  readonly retryMs: number;
  /** An operation without an answer by then ends as `info`. */
  readonly timeoutMs: number;
  /**
   * How a `read` is asked for: as a command in the log, or without an entry by a round of
   * heartbeats or by a lease; `mixed` draws one of the three for each.
   */
  readonly reads: 'log' | 'index' | 'lease' | 'mixed';
  /** Reads without an entry go to the leader, or to a server drawn for each. */
  readonly readsAt: 'leader' | 'any';
  readonly operations: readonly Operation[];
  /** Asked by a client of its own, called `operator`. */
  readonly operator: readonly OperatorStep[];
};

type Window = {
  readonly atMs: number;
  /** How long it lasts; everything ends when the quiet period begins. */
  readonly forMs: number;
};

export type MessageClass =
  | 'any'
  | 'RequestVote'
  | 'RequestVoteReply'
  | 'AppendEntries'
  | 'AppendEntriesReply'
  | 'PreVote'
  | 'PreVoteReply'
  | 'InstallSnapshot'
  | 'InstallSnapshotReply'
  | 'TimeoutNow'
  | 'ReadIndex'
  | 'ReadIndexReply'
  | 'ClientRequest'
  | 'ClientReply';

/** Which messages a network fault touches: `any` or a name for each end, and a class. */
type Link = {
  readonly from: Target;
  readonly to: Target;
  readonly message: MessageClass;
  /** Of 100 matching messages so many are hit (drawn one by one). */
  readonly percent: number;
};

/** The two sides of a write, on which losing power makes a difference. */
export type Boundary = 'write' | 'durable';

export type Fault =
  /* servers */
  | ({
      readonly kind: 'crash';
      readonly server: Target;
      /** Unsynced writes: all lost, a drawn prefix kept, or a drawn prefix and a torn record. */
      readonly disk: 'lose' | 'some' | 'torn';
      /**
       * Not at once but at the server's next write: when it is handed to the disk and nothing it
       * led to has left yet, or when it is durable and the server has not heard of it.
       */
      readonly boundary?: Boundary;
    } & Window)
  | ({ readonly kind: 'offline'; readonly server: Target } & Window)
  | ({ readonly kind: 'pause'; readonly server: Target } & Window)
  /** The clock runs fast (positive) or slow by parts per thousand while the fault lasts. */
  | ({ readonly kind: 'clockSkew'; readonly server: Target; readonly perMille: number } & Window)
  /** The clock jumps ahead: every running timer is that much nearer. */
  | {
      readonly kind: 'clockJump';
      readonly server: Target;
      readonly atMs: number;
      readonly byMs: number;
    }
  /** fsync takes so much longer. */
  | ({ readonly kind: 'slowDisk'; readonly server: Target; readonly byMs: number } & Window)
  /* network */
  | ({ readonly kind: 'drop' } & Link & Window)
  | ({ readonly kind: 'delay'; readonly byMs: number } & Link & Window)
  /** Published again, once, `afterMs` later. */
  | ({ readonly kind: 'duplicate'; readonly afterMs: number } & Link & Window)
  /** Each message waits a drawn 0 to `byMs`. */
  | ({ readonly kind: 'reorder'; readonly byMs: number } & Link & Window)
  | ({
      readonly kind: 'partition';
      /**
       * halves: `side` against the rest; isolate: one server alone; oneWay: `side` can send but
       * not receive; bridge: two halves joined only by `side[0]`; ring: each server reaches only
       * its two neighbours.
       */
      readonly shape: 'halves' | 'isolate' | 'oneWay' | 'bridge' | 'ring';
      readonly side: readonly Target[];
      /** Are the clients cut off together with `side`? Otherwise they reach everyone. */
      readonly clients: boolean;
    } & Window)
  /* the bus */
  | { readonly kind: 'lockExpiry'; readonly server: Target; readonly atMs: number }
  | {
      readonly kind: 'redeliver';
      readonly server: Target;
      readonly atMs: number;
      readonly count: number;
    }
  | ({ readonly kind: 'throttle' } & Window)
  | { readonly kind: 'brokerRestart'; readonly atMs: number }
  | ({ readonly kind: 'slowSubscription'; readonly server: Target; readonly byMs: number } & Window)
  | { readonly kind: 'deadLetter'; readonly server: Target; readonly atMs: number };

export type FaultKind = Fault['kind'];

/** What a server's disk holds at the start: entries by their terms, for textbook situations. */
export type InitialServer = {
  readonly server: string;
  readonly term: number;
  readonly votedFor: string | null;
  /** Terms of entries 1, 2, 3, …; equal (index, term) means the same entry on every server. */
  readonly log: readonly number[];
};

export type Limits = {
  /** The unkind part ends here. */
  readonly runMs: number;
  /** The quiet part ends at the latest so much later. */
  readonly quietMs: number;
  readonly eventsMax: number;
};

/** What every schedule says: how the pool of pending events and its clock behave. */
type Pacing = {
  /** 32 bits, unsigned: decides every choice. */
  readonly seed: number;
  /** Virtual time that passes with each choice: how slow the servers are. */
  readonly stepMicros: number;
  /** Of a timer's time so much may be missing when it rings: 0: nothing, 100: all. */
  readonly earlyPercent: number;
  /** After so many choices all is fair: each is drawn evenly, and timers keep to their time. */
  readonly fairAfter: number;
};

/** At this choice, counted from 0, not the oldest pending event but the one at `choice`. */
export type Decision = { readonly step: number; readonly choice: number };

/**
 * Who decides what comes about next while the run is unkind: instead of time, a strategy that picks
 * among all that is pending. Leases, which are promises about clocks, are off then.
 */
export type Schedule =
  | ({ readonly strategy: 'random' } & Pacing)
  /** Goes on with the same participant unless so many coins agree. */
  | ({ readonly strategy: 'walk'; readonly coins: number } & Pacing)
  /** Priorities of participants, or of causal chains, and `depth - 1` changes in `choices`. */
  | ({
      readonly strategy: 'pct' | 'pctcp';
      readonly depth: number;
      readonly choices: number;
    } & Pacing)
  /** A drawn priority for each event, anew after a race. */
  | ({ readonly strategy: 'pos' } & Pacing)
  /** Participants in turn; `delays` times in `choices` one has to wait. */
  | ({
      readonly strategy: 'delayBounding';
      readonly delays: number;
      readonly choices: number;
    } & Pacing)
  /** Prefers what led to states not seen before. */
  | ({ readonly strategy: 'qLearning' } & Pacing)
  /** All orders of `choices` choices from the one at `from` on, one each run; else the kindest. */
  | ({
      readonly strategy: 'exhaustive';
      readonly from: number;
      readonly choices: number;
    } & Pacing)
  /** The oldest pending event, but for these decisions, in order of their steps. */
  | ({ readonly strategy: 'recorded'; readonly decisions: readonly Decision[] } & Pacing);

export type Scenario = {
  readonly schema: typeof scenarioSchema;
  readonly name: string;
  /** 32 bits, unsigned. */
  readonly seed: number;
  readonly cluster: Cluster;
  readonly bus: BusProfile;
  readonly workload: Workload;
  readonly faults: readonly Fault[];
  readonly initial: readonly InitialServer[];
  readonly limits: Limits;
  /** Absent: everything comes about at its time. */
  readonly schedule?: Schedule;
};

export const plainFeatures: Features = {
  preVote: false,
  checkQuorum: false,
  leaseDriftBound: 0,
  snapshotEvery: 0,
  snapshotKeep: 0,
  snapshotChunkBytes: 64_000,
  bytesPerAppendMax: 0,
  uncommittedMax: 0,
  sessionsMax: 0,
};

export const featureFields: readonly (keyof Features)[] = [
  'preVote',
  'checkQuorum',
  'leaseDriftBound',
  'snapshotEvery',
  'snapshotKeep',
  'snapshotChunkBytes',
  'bytesPerAppendMax',
  'uncommittedMax',
  'sessionsMax',
];

/** Tells as soon as it is done. */
export const plainDisk: DiskProfile = { order: 'inOrder', lateMicros: { min: 0, max: 0 } };

/** The default scenario without operations and faults; generators and hand-written ones start here. */
export const calm: Scenario = {
  schema: scenarioSchema,
  name: 'calm',
  seed: 1,
  cluster: {
    servers: 5,
    spares: 0,
    learners: 0,
    electionMs: { min: 150, max: 300 },
    heartbeatMs: 50,
    entriesPerAppendMax: 64,
    inflightMax: 16,
    diskMicros: { min: 100, max: 2_000 },
    disk: plainDisk,
    features: plainFeatures,
  },
  bus: {
    ordering: 'none',
    mode: 'peekLock',
    latencyMicros: { min: 1_000, max: 10_000 },
    lockDurationMs: 1_000,
    maxDeliveryCount: 10,
    prefetch: 64,
    duplicateDetectionMs: 0,
    timeToLiveMs: 0,
  },
  workload: {
    model: 'cas-register',
    clients: 3,
    sessions: 'given',
    retryMs: 200,
    timeoutMs: 2_000,
    reads: 'log',
    readsAt: 'leader',
    operations: [],
    operator: [],
  },
  faults: [],
  initial: [],
  limits: { runMs: 2_000, quietMs: 6_000, eventsMax: 500_000 },
};
