/** The cluster as the records so far describe it: one fold that all judges share. */
import type { EntryRef, TraceRecord } from '../trace/record.ts';

export interface ServerView {
  readonly id: string;
  up: boolean;
  paused: boolean;
  role: 'offline' | 'follower' | 'candidate' | 'leader';
  term: number;
  votedFor: string | null;
  leader: string | null;
  /** The log in memory; `log[0]` has index 1. */
  readonly log: EntryRef[];
  commitIndex: number;
  appliedIndex: number;
  stateDigest: number;
  /** What the disk holds for certain. */
  readonly disk: { term: number; votedFor: string | null; readonly log: EntryRef[] };
}

export interface ClusterView {
  readonly servers: readonly ServerView[];
  server(id: string): ServerView;
}

/** Applies a record; judges see the view before this happens. */
export type Absorb = (view: ClusterView, record: TraceRecord) => void;
