/** How far an exploration goes: every number is a limit on what the world may do, not on depth. */

export interface Bounds {
  /** 1 to 5. */
  readonly servers: number;
  /** Nobody campaigns beyond this term. */
  readonly terms: number;
  /** Commands that clients ask for in all. */
  readonly requests: number;
  /** Clients that ask in turn, 1 or 2. */
  readonly clients: number;
  /** Commands asked for again, under their old serial. */
  readonly retries: number;
  /** Reads without an entry that leaders are asked for in all, 0 or 1. */
  readonly reads: number;
  /** Heartbeat timers that run out, in all. */
  readonly heartbeats: number;
  /** Restarts (a crash and the return in one step), in all. */
  readonly crashes: number;
  /** Deliveries that leave the message in flight, in all. */
  readonly duplicates: number;
  /**
   * Explicit losses, in all; Infinity: as many as there is need for, so that losing makes room for
   * other messages. A message that is never delivered is lost for nothing.
   */
  readonly drops: number;
  /** Messages in flight at once; a step that would make more is not taken, but counted. */
  readonly messages: number;
  /** `sync`: writes are durable within the step. `async`: an fsync is a step of its own. */
  readonly disk: 'sync' | 'async';
  /** AppendEntries travel; without them only elections are explored. */
  readonly appends: boolean;
  /** Servers may be taken off line in good order, and their timers' late expiries arrive. */
  readonly control: boolean;
  /** States that differ only in the servers' names count as one. */
  readonly symmetry: boolean;
  /** Replies that can never matter again are forgotten at once (see `settled.ts`). */
  readonly forgetSettled: boolean;
  /** Entries in one AppendEntries. */
  readonly entriesPerAppend: number;
  /** Logs on the disks at the start, by terms of entries; absent: empty disks. */
  readonly initial: readonly InitialDisk[];
  /** The search gives up beyond so many states. */
  readonly statesMax: number;
}

export interface InitialDisk {
  readonly term: number;
  /** Terms of entries 1, 2, 3, …; equal (index, term) means the same entry on every server. */
  readonly log: readonly number[];
}

/** Two servers, two terms, nothing unkind: the smallest world; others are made from it. */
export const smallest: Bounds = {
  servers: 2,
  terms: 2,
  requests: 0,
  clients: 1,
  reads: 0,
  retries: 0,
  heartbeats: 0,
  crashes: 0,
  duplicates: 0,
  drops: 0,
  messages: 12,
  disk: 'sync',
  appends: true,
  control: false,
  symmetry: true,
  forgetSettled: false,
  entriesPerAppend: 1,
  initial: [],
  statesMax: 5_000_000,
};
