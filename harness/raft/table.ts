/**
 * The declared behaviour: which transition answers which input in which role. `step` dispatches on
 * exactly this table; diagrams, coverage and the verifier read it. `ignore` is a transition too.
 */
import type { RequestPayload } from './message.ts';
import type { Role } from './node.ts';
import type { Input } from './step.ts';

/** The transitions that may answer an input, by the input's name. */
export interface TransitionOf {
  readonly online: 'start' | 'forbid';
  readonly offline: 'ignore' | 'stop';
  readonly propose: 'ignore' | 'redirect' | 'propose';
  readonly read: 'ignore' | 'redirect' | 'askLeader' | 'read';
  readonly transfer: 'ignore' | 'redirect' | 'transfer';
  readonly reconfigure: 'ignore' | 'redirect' | 'reconfigure';
  readonly RequestVote: 'ignore' | 'judgeCandidate';
  readonly RequestVoteReply: 'ignore' | 'noteTerm' | 'countVote';
  readonly PreVote: 'ignore' | 'judgePreCandidate';
  readonly PreVoteReply: 'ignore' | 'noteTerm' | 'countPreVote';
  readonly AppendEntries: 'ignore' | 'follow';
  readonly AppendEntriesReply: 'ignore' | 'noteTerm' | 'advancePeer';
  readonly InstallSnapshot: 'ignore' | 'install';
  readonly InstallSnapshotReply: 'ignore' | 'noteTerm' | 'advanceInstall';
  readonly TimeoutNow: 'ignore' | 'noteTerm' | 'takeOver';
  readonly ReadIndex: 'ignore' | 'declineRead' | 'takeRead';
  readonly ReadIndexReply: 'ignore' | 'noteTerm' | 'noteReadIndex';
  readonly electionTimeout: 'ignore' | 'campaign';
  readonly heartbeatTimeout: 'ignore' | 'beat';
  readonly leaseTimeout: 'ignore' | 'endLease';
  readonly persisted: 'ignore' | 'noteDurable' | 'countOwnVote' | 'countOwnLog';
}

export type InputName = keyof TransitionOf;
export type Transition = TransitionOf[InputName];
export type TransitionTable = { readonly [R in Role]: TransitionOf };

export const table: TransitionTable = {
  offline: {
    online: 'start',
    offline: 'ignore',
    propose: 'ignore',
    read: 'ignore',
    transfer: 'ignore',
    reconfigure: 'ignore',
    RequestVote: 'ignore',
    RequestVoteReply: 'ignore',
    PreVote: 'ignore',
    PreVoteReply: 'ignore',
    AppendEntries: 'ignore',
    AppendEntriesReply: 'ignore',
    InstallSnapshot: 'ignore',
    InstallSnapshotReply: 'ignore',
    TimeoutNow: 'ignore',
    ReadIndex: 'ignore',
    ReadIndexReply: 'ignore',
    electionTimeout: 'ignore',
    heartbeatTimeout: 'ignore',
    leaseTimeout: 'ignore',
    persisted: 'ignore',
  },
  follower: {
    online: 'forbid',
    offline: 'stop',
    propose: 'redirect',
    read: 'askLeader',
    transfer: 'redirect',
    reconfigure: 'redirect',
    RequestVote: 'judgeCandidate',
    RequestVoteReply: 'noteTerm',
    PreVote: 'judgePreCandidate',
    PreVoteReply: 'noteTerm',
    AppendEntries: 'follow',
    AppendEntriesReply: 'noteTerm',
    InstallSnapshot: 'install',
    InstallSnapshotReply: 'noteTerm',
    TimeoutNow: 'takeOver',
    ReadIndex: 'declineRead',
    ReadIndexReply: 'noteReadIndex',
    electionTimeout: 'campaign',
    heartbeatTimeout: 'ignore',
    leaseTimeout: 'ignore',
    persisted: 'noteDurable',
  },
  preCandidate: {
    online: 'forbid',
    offline: 'stop',
    propose: 'redirect',
    read: 'redirect',
    transfer: 'redirect',
    reconfigure: 'redirect',
    RequestVote: 'judgeCandidate',
    RequestVoteReply: 'noteTerm',
    PreVote: 'judgePreCandidate',
    PreVoteReply: 'countPreVote',
    AppendEntries: 'follow',
    AppendEntriesReply: 'noteTerm',
    InstallSnapshot: 'install',
    InstallSnapshotReply: 'noteTerm',
    TimeoutNow: 'takeOver',
    ReadIndex: 'declineRead',
    ReadIndexReply: 'noteTerm',
    electionTimeout: 'campaign',
    heartbeatTimeout: 'ignore',
    leaseTimeout: 'ignore',
    persisted: 'noteDurable',
  },
  candidate: {
    online: 'forbid',
    offline: 'stop',
    propose: 'redirect',
    read: 'redirect',
    transfer: 'redirect',
    reconfigure: 'redirect',
    RequestVote: 'judgeCandidate',
    RequestVoteReply: 'countVote',
    PreVote: 'judgePreCandidate',
    PreVoteReply: 'noteTerm',
    AppendEntries: 'follow',
    AppendEntriesReply: 'noteTerm',
    InstallSnapshot: 'install',
    InstallSnapshotReply: 'noteTerm',
    TimeoutNow: 'noteTerm',
    ReadIndex: 'declineRead',
    ReadIndexReply: 'noteTerm',
    electionTimeout: 'campaign',
    heartbeatTimeout: 'ignore',
    leaseTimeout: 'ignore',
    persisted: 'countOwnVote',
  },
  leader: {
    online: 'forbid',
    offline: 'stop',
    propose: 'propose',
    read: 'read',
    transfer: 'transfer',
    reconfigure: 'reconfigure',
    RequestVote: 'judgeCandidate',
    RequestVoteReply: 'noteTerm',
    PreVote: 'judgePreCandidate',
    PreVoteReply: 'noteTerm',
    AppendEntries: 'follow',
    AppendEntriesReply: 'advancePeer',
    InstallSnapshot: 'install',
    InstallSnapshotReply: 'advanceInstall',
    TimeoutNow: 'noteTerm',
    ReadIndex: 'takeRead',
    ReadIndexReply: 'noteTerm',
    electionTimeout: 'ignore',
    heartbeatTimeout: 'beat',
    leaseTimeout: 'endLease',
    persisted: 'countOwnLog',
  },
};

/** The column of the table that an input belongs to. */
export function inputName(input: Input): InputName {
  switch (input.kind) {
    case 'receive':
      return input.message.kind;
    case 'expire':
      return `${input.timer}Timeout`;
    case 'propose':
      return requestName(input.request.payload.kind);
    case 'online':
    case 'offline':
    case 'persisted':
      return input.kind;
  }
}

/** Commands and registrations are proposals; the other wishes have columns of their own. */
function requestName(kind: RequestPayload['kind']): InputName {
  return kind === 'command' || kind === 'register' ? 'propose' : kind;
}
