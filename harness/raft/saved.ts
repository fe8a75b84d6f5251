/** What stands in place of the log's beginning once it was compacted (section 7; raft.md 2.4-R1). */
import type { Configuration, Json, SessionId } from './entry.ts';
import type { Answer } from './message.ts';

/** A client's session as a snapshot keeps it. */
export interface SavedSession {
  readonly session: SessionId;
  readonly acknowledged: number;
  readonly serials: readonly number[];
  readonly answers: readonly Answer[];
}

/** Everything applied up to `index`, in place of the entries that led there (section 7). */
export interface Snapshot {
  readonly index: number;
  readonly term: number;
  /** The configuration in force at `index`. */
  readonly configuration: Configuration;
  /** Least recently used first. */
  readonly sessions: readonly SavedSession[];
  /** The application's state, as its `save` gave it. */
  readonly application: Json;
  readonly stateDigest: number;
}
