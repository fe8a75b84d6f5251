/**
 * The declared behaviour: which transition answers which input in which role. `step` dispatches on
 * exactly this table; diagrams, coverage and the verifier read it. `ignore` is a transition too.
 */
import type { Role } from './node.ts';
import type { Input } from './step.ts';

/** The transitions that may answer an input, by the input's name. */
export interface TransitionOf {
  readonly online: 'start' | 'forbid';
  readonly offline: 'ignore' | 'stop';
  readonly propose: 'ignore' | 'redirect' | 'propose';
  readonly RequestVote: 'ignore' | 'judgeCandidate';
  readonly RequestVoteReply: 'ignore' | 'noteTerm' | 'countVote';
  readonly AppendEntries: 'ignore' | 'follow';
  readonly AppendEntriesReply: 'ignore' | 'noteTerm' | 'advancePeer';
  readonly electionTimeout: 'ignore' | 'campaign';
  readonly heartbeatTimeout: 'ignore' | 'beat';
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
    RequestVote: 'ignore',
    RequestVoteReply: 'ignore',
    AppendEntries: 'ignore',
    AppendEntriesReply: 'ignore',
    electionTimeout: 'ignore',
    heartbeatTimeout: 'ignore',
    persisted: 'ignore',
  },
  follower: {
    online: 'forbid',
    offline: 'stop',
    propose: 'redirect',
    RequestVote: 'judgeCandidate',
    RequestVoteReply: 'noteTerm',
    AppendEntries: 'follow',
    AppendEntriesReply: 'noteTerm',
    electionTimeout: 'campaign',
    heartbeatTimeout: 'ignore',
    persisted: 'noteDurable',
  },
  candidate: {
    online: 'forbid',
    offline: 'stop',
    propose: 'redirect',
    RequestVote: 'judgeCandidate',
    RequestVoteReply: 'countVote',
    AppendEntries: 'follow',
    AppendEntriesReply: 'noteTerm',
    electionTimeout: 'campaign',
    heartbeatTimeout: 'ignore',
    persisted: 'countOwnVote',
  },
  leader: {
    online: 'forbid',
    offline: 'stop',
    propose: 'propose',
    RequestVote: 'judgeCandidate',
    RequestVoteReply: 'noteTerm',
    AppendEntries: 'follow',
    AppendEntriesReply: 'advancePeer',
    electionTimeout: 'ignore',
    heartbeatTimeout: 'beat',
    persisted: 'countOwnLog',
  },
};

/** The column of the table that an input belongs to. */
export function inputName(input: Input): InputName {
  switch (input.kind) {
    case 'receive':
      return input.message.kind;
    case 'expire':
      return input.timer === 'election' ? 'electionTimeout' : 'heartbeatTimeout';
    case 'online':
    case 'offline':
    case 'propose':
    case 'persisted':
      return input.kind;
  }
}
