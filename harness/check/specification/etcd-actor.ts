/** What is kept of each server while a trace of etcd's raft is read, and how lines compare with it. */
import type { EtcdEvent, EtcdMessage } from '../../trace/etcd-raft.ts';
import type { AppendRequest, Expected } from './receive.ts';
import type { AbstractServer, Action, Item } from './state.ts';
import { actions } from './state.ts';

export interface Actor {
  readonly server: AbstractServer;
  voters: readonly string[];
  outgoing: readonly string[];
  /** Until its first line that is not about its beginning, lines tell where it starts. */
  starting: boolean;
  /** Calls to append that the log does not show yet. */
  appends: number;
  /** The answer that the last receipt calls for. */
  reply: Expected;
  /**
   * Entries received from below the commit index: etcd answers with what is committed and looks no
   * further, Raft takes what is new in them. The answer tells which.
   */
  stale: AppendRequest | null;
}

export interface Sent {
  readonly message: EtcdMessage;
  /** The entries that travel along, or the log that a snapshot stands for. */
  readonly items: readonly Item[];
}

export interface EtcdJudge {
  readonly actors: Map<string, Actor>;
  /** Sent so far, by what tells messages apart. */
  readonly sent: Map<string, Sent>;
  readonly coverage: Map<Action, number>;
  lines: number;
}

export function newEtcdJudge(): EtcdJudge {
  return {
    actors: new Map(),
    sent: new Map(),
    coverage: new Map(actions.map((action) => [action, 0])),
    lines: 0,
  };
}

export function count(judge: EtcdJudge, action: Action): null {
  judge.coverage.set(action, (judge.coverage.get(action) ?? 0) + 1);
  return null;
}

export function voteOf({ vote }: EtcdEvent): string | null {
  return vote === '0' ? null : vote;
}

const roles: Readonly<Record<string, AbstractServer['role']>> = {
  StateFollower: 'follower',
  StatePreCandidate: 'follower',
  StateCandidate: 'candidate',
  StateLeader: 'leader',
};

/** The first difference between the abstract server and the line; votes show only when written. */
export function differs({ server, appends }: Actor, event: EtcdEvent): string | null {
  const role = roles[event.role];
  if (event.term !== server.term) return `it is in term ${event.term} instead of ${server.term}`;
  if (role !== server.role) return `it is ${event.role} instead of ${server.role}`;
  // Written in the middle of a receipt, before the entries are looked at.
  if (event.name === 'BecomeFollower') return null;
  if (event.commit !== server.commitIndex) {
    return `its commit index is ${event.commit} instead of ${server.commitIndex}`;
  }
  if (event.name === 'Ready' && voteOf(event) !== server.votedFor) {
    return `its vote is for ${event.vote} instead of ${server.votedFor ?? 'nobody'}`;
  }
  const late = appends > 0 && event.lastIndex === server.log.length;
  if (late || event.lastIndex === server.log.length) return null;
  return `its log ends at ${event.lastIndex} instead of ${server.log.length}`;
}
