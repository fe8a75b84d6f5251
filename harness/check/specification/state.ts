/**
 * The abstract cluster: what the published TLA+ specification of Raft keeps of each server, and
 * nothing of how a program keeps it. Traces of any implementation are held against it.
 */

/** An entry as the specification sees it; `digest` is null where a trace does not tell contents. */
export interface Item {
  readonly term: number;
  readonly digest: number | null;
}

export interface AbstractServer {
  readonly id: string;
  role: 'follower' | 'candidate' | 'leader';
  term: number;
  votedFor: string | null;
  /** `log[0]` has index 1. */
  readonly log: Item[];
  commitIndex: number;
  /** Candidates: who granted and who refused in this term, itself among the first. */
  readonly granted: Set<string>;
  readonly refused: Set<string>;
  /** Leaders: how far each other server is known to match. */
  readonly match: Map<string, number>;
}

export interface AbstractCluster {
  readonly servers: ReadonlyMap<string, AbstractServer>;
}

/** The actions of the specification; `Stutter` stands for steps that it does not see. */
export const actions = [
  'Restart',
  'Timeout',
  'RequestVote',
  'BecomeLeader',
  'ClientRequest',
  'AppendEntries',
  'AdvanceCommitIndex',
  'UpdateTerm',
  'HandleRequestVote',
  'HandleRequestVoteReply',
  'HandleAppendEntries',
  'HandleAppendEntriesReply',
  'InstallSnapshot',
  'StepDown',
  'DropMessage',
] as const;

export type Action = (typeof actions)[number];

export function newServer(id: string): AbstractServer {
  return {
    id,
    role: 'follower',
    term: 0,
    votedFor: null,
    log: [],
    commitIndex: 0,
    granted: new Set(),
    refused: new Set(),
    match: new Map(),
  };
}

/** All servers with empty logs, in term 0. */
export function newCluster(ids: readonly string[]): AbstractCluster {
  return { servers: new Map(ids.map((id) => [id, newServer(id)])) };
}

/** The term of the entry at `index`; 0 at index 0, null past the end. */
export function termAt(log: readonly Item[], index: number): number | null {
  return index === 0 ? 0 : (log[index - 1]?.term ?? null);
}

export function lastTerm(log: readonly Item[]): number {
  return log.at(-1)?.term ?? 0;
}

/** Two items are the same entry as far as both tell. */
export function sameItem(a: Item, b: Item): boolean {
  if (a.term !== b.term) return false;
  return a.digest === null || b.digest === null || a.digest === b.digest;
}
