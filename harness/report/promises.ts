/** What each promise says, where it comes from, and how it usually breaks: for people who learn. */

export interface Explanation {
  readonly name: string;
  /** The promise in one sentence, with its source. */
  readonly promise: string;
  /** Why anybody should care. */
  readonly because: string;
  /** How it typically breaks. */
  readonly breaks: readonly string[];
  /** Where to read on. */
  readonly reading: string;
}

const paper = 'In Search of an Understandable Consensus Algorithm (extended version)';

export const explanations: readonly Explanation[] = [
  {
    name: 'ElectionSafety',
    promise: 'A term has at most one leader (Raft §5.2).',
    because: 'Two leaders in one term give different entries the same (index, term).',
    breaks: [
      'votes are counted as a number instead of a set, and the bus delivers one vote twice',
      'a vote is answered before it is on disk, a crash forgets it, and the server votes again',
      'a vote of an earlier term is counted in this one',
      'the majority is computed of the servers that answer, not of all voters',
    ],
    reading: `${paper}, §5.2 and Figure 3`,
  },
  {
    name: 'VoteOncePerTerm',
    promise: 'A server votes for at most one candidate in a term (Raft §5.2).',
    because: 'Election Safety rests on it: majorities overlap in a server that cannot vote twice.',
    breaks: [
      'votedFor is not stored before the reply leaves',
      'votedFor is cleared when a message of the same term arrives',
      'a restart comes back with the term but without the vote',
    ],
    reading: `${paper}, §5.2 and Figure 2 (RequestVote RPC)`,
  },
  {
    name: 'TermMonotonic',
    promise: 'The current term of a server never decreases (Raft §5.1).',
    because: 'Terms are the logical clock by which stale leaders are recognised.',
    breaks: ['a term is adopted from a stale message', 'the term is not durable across a crash'],
    reading: `${paper}, §5.1`,
  },
  {
    name: 'LeaderAppendOnly',
    promise: 'A leader never overwrites or deletes entries in its log (Raft §5.3).',
    because: 'Followers copy the leader: what it rewrites, everyone loses.',
    breaks: ['a deposed leader handles AppendEntries before stepping down'],
    reading: `${paper}, §5.3 and Figure 3`,
  },
  {
    name: 'LogMatching',
    promise: 'Logs that share an entry (index, term) are equal up to it (Raft §5.3).',
    because: 'It lets a leader compare whole logs by looking at one entry.',
    breaks: [
      'a follower skips the check of prevIndex and prevTerm',
      'a follower does not cut off the conflicting tail',
      'two leaders of one term created different entries',
    ],
    reading: `${paper}, §5.3 and Figure 7`,
  },
  {
    name: 'LeaderCompleteness',
    promise: 'An entry committed in one term is in the log of every later leader (Raft §5.4).',
    because: 'Otherwise a change of leaders forgets acknowledged writes.',
    breaks: [
      'a vote is granted to a candidate whose log is behind',
      'entries of earlier terms are committed by counting replicas (Figure 8)',
      'matchIndex is believed before the follower has the entries on disk',
    ],
    reading: `${paper}, §5.4.1, §5.4.2 and Figure 8`,
  },
  {
    name: 'StateMachineSafety',
    promise: 'No two servers apply different entries at the same index (Raft §5.4.3).',
    because: 'It is what clients see: replicas that disagree about history.',
    breaks: [
      'a leader commits an entry of an earlier term directly (Figure 8)',
      'a follower commits up to leaderCommit without checking that its log reaches so far',
      'entries are applied in arrival order',
    ],
    reading: `${paper}, §5.4.3 and Figure 3`,
  },
  {
    name: 'CommitMonotonic',
    promise: 'The commit index of a running server never decreases (Raft §5.3, Figure 2).',
    because: 'What was committed stays committed.',
    breaks: ['a late AppendEntries with a smaller leaderCommit is believed'],
    reading: `${paper}, Figure 2`,
  },
  {
    name: 'PersistBeforeSend',
    promise: 'A server answers only after the state it speaks of is on disk (Raft, Figure 2).',
    because: 'A promise that a crash can forget is no promise.',
    breaks: ['a reply leaves while its fsync is still under way'],
    reading: `${paper}, Figure 2 (persistent state on all servers)`,
  },
  {
    name: 'ExactlyOnce',
    promise: 'A command takes effect once, however often it is sent (Raft §8).',
    because: 'Clients and the SDK retry, and Service Bus delivers at least once.',
    breaks: [
      'retries carry a new serial number',
      'the table of answered commands is not replicated or is dropped on a change of leaders',
    ],
    reading: `${paper}, §8; dissertation, 6.3`,
  },
  {
    name: 'Linearizability',
    promise: 'Each operation seems to happen at one moment between its call and its answer.',
    because: 'It is what "strongly consistent" means to a caller (Raft §8; Herlihy, Wing 1990).',
    breaks: [
      'a leader answers a read without hearing from a majority first',
      'a write is acknowledged before it is committed',
      'a retried command runs twice',
    ],
    reading: `${paper}, §8; Herlihy and Wing, Linearizability (1990)`,
  },
];

/** The explanation of an invariant, or undefined for one that is not ours. */
export function explanationOf(name: string): Explanation | undefined {
  return explanations.find((one) => one.name === name);
}

/** The promise in one sentence; empty for an unknown or absent name. */
export function promiseOf(name: string | null): string {
  return name === null ? '' : (explanationOf(name)?.promise ?? '');
}
