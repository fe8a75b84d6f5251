/** What a log holds. Entries are immutable once made: servers share them by reference. */

export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A client's command: opaque to Raft, understood only by the application's state machine. */
export type Command = { readonly [key: string]: Json };

export type ServerId = string;
export type ClientId = string;

/**
 * Names a client's session. Sessions that exist from the beginning carry the client's own name;
 * one made by a `register` entry is called `#<index of that entry>` (dissertation 6.3).
 */
export type SessionId = string;

/**
 * Who takes part (section 6; dissertation, chapter 4). While `outgoing` is not empty the
 * configuration is joint: elections and commits need a majority of `voters` and one of `outgoing`.
 */
export interface Configuration {
  readonly voters: readonly ServerId[];
  readonly outgoing: readonly ServerId[];
  /** They receive the log and count for nothing. */
  readonly learners: readonly ServerId[];
  /** Voters of `outgoing` that become learners when the joint configuration is left. */
  readonly learnersNext: readonly ServerId[];
}

export type Payload =
  | { readonly kind: 'noop' }
  | { readonly kind: 'register'; readonly client: ClientId }
  | { readonly kind: 'configuration'; readonly configuration: Configuration }
  | CommandPayload;

export interface CommandPayload {
  readonly kind: 'command';
  readonly session: SessionId;
  /** 1, 2, 3, … within the session; a retry repeats the serial of the first attempt. */
  readonly serial: number;
  /** Every serial up to this one has been answered (or given up): its cached answer may go. */
  readonly acknowledged: number;
  readonly command: Command;
}

export interface Entry {
  /** 1-based position in the log. */
  readonly index: number;
  readonly term: number;
  /** 32-bit hash of index, term and payload, made once by the leader that created the entry. */
  readonly digest: number;
  readonly payload: Payload;
}
