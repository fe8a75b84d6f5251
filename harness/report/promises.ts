/** What each promise is good for and how it usually breaks: for people who learn. */
import { checkNamed } from '../check/checks.ts';

export interface Explanation {
  readonly name: string;
  /** Why anybody should care. */
  readonly because: string;
  /** How it typically breaks. */
  readonly breaks: readonly string[];
  /** Where to read on. */
  readonly reading: string;
}

const paper = 'Ongaro and Ousterhout, In Search of an Understandable Consensus Algorithm';

const elections: readonly Explanation[] = [
  {
    name: 'ElectionSafety',
    because: 'Two leaders in one term give different entries the same (index, term).',
    breaks: [
      'votes are counted as a number instead of a set, and the bus delivers one vote twice',
      'a vote leaves before it is on disk, a crash forgets it, and the server votes again',
      'a vote of an earlier term is counted in this one',
      'the majority is taken of the servers that answer, not of all voters',
    ],
    reading: `${paper}, §5.2 and Figure 3`,
  },
  {
    name: 'VoteOncePerTerm',
    because: 'Election Safety rests on it: majorities overlap in a server that cannot vote twice.',
    breaks: [
      'votedFor is not durable before the reply leaves',
      'votedFor is cleared when a message of the same term arrives',
      'a restart comes back with the term but without the vote',
    ],
    reading: `${paper}, §5.2 and Figure 2 (RequestVote RPC)`,
  },
  {
    name: 'ElectedByQuorum',
    because: 'A leader that no majority chose is one of two, as soon as another is chosen.',
    breaks: [
      'votes are counted as a number instead of a set, and the bus delivers one vote twice',
      'a vote of an earlier term is counted in this one',
      'votes of learners count, or of servers that were removed',
      'half of an even number of voters passes for a majority',
    ],
    reading: `${paper}, §5.2 and Figure 2 (Rules for Servers, Candidates)`,
  },
  {
    name: 'TermMonotonic',
    because: 'Terms are the logical clock by which stale leaders are recognised.',
    breaks: ['a term is adopted from a stale message', 'the term is not durable across a crash'],
    reading: `${paper}, §5.1`,
  },
  {
    name: 'LeaderElected',
    because: 'A cluster without a leader is safe and useless.',
    breaks: [
      'the election timer is not restarted when a vote is granted, so that candidates collide',
      'time-outs are not random, or too short for the latency of the bus',
      'a server with a stale log keeps raising the term and never wins',
    ],
    reading: `${paper}, §5.2 and §5.6`,
  },
  {
    name: 'OneTimerPerVoter',
    because: 'A server without a timer never notices that its leader is gone.',
    breaks: ['a timer is disarmed on a change of role and not armed again'],
    reading: `${paper}, §5.2`,
  },
];

const logs: readonly Explanation[] = [
  {
    name: 'LeaderAppendOnly',
    because: 'Followers copy the leader: what it rewrites, everyone loses.',
    breaks: ['a deposed leader obeys AppendEntries before it has stepped down'],
    reading: `${paper}, §5.3 and Figure 3`,
  },
  {
    name: 'LogMatching',
    because: 'It lets a leader compare whole logs by looking at one entry.',
    breaks: [
      'a follower skips the check of prevIndex and prevTerm',
      'a follower does not cut off the conflicting tail',
      'two leaders of one term made different entries',
    ],
    reading: `${paper}, §5.3 and Figure 7`,
  },
  {
    name: 'LogTerms',
    because: 'Log comparison by last term (§5.4.1) means nothing if terms can go back in a log.',
    breaks: ['an entry is appended without cutting off what followed'],
    reading: `${paper}, §5.3`,
  },
  {
    name: 'LeaderCompleteness',
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
    because: 'It is what clients see: replicas that disagree about history.',
    breaks: [
      'a leader commits an entry of an earlier term directly (Figure 8)',
      'a follower commits up to leaderCommit although its log does not match so far',
      'entries are applied in the order of arrival',
    ],
    reading: `${paper}, §5.4.3 and Figure 3`,
  },
  {
    name: 'CommitMonotonic',
    because: 'What was committed stays committed.',
    breaks: ['a late AppendEntries with a smaller leaderCommit is believed'],
    reading: `${paper}, Figure 2`,
  },
  {
    name: 'TruncateBelowCommit',
    because: 'A committed entry may have been answered: removing it takes the answer back.',
    breaks: ['a late AppendEntries cuts off entries that it merely does not mention'],
    reading: `${paper}, §5.3 and Figure 2 (AppendEntries RPC, step 3)`,
  },
  {
    name: 'LogsConverge',
    because: 'Replicas that stay different are no replicas.',
    breaks: [
      'a refused AppendEntries is not tried again with an earlier entry',
      'the window of requests under way is never freed after a loss',
    ],
    reading: `${paper}, §5.3`,
  },
];

const disks: readonly Explanation[] = [
  {
    name: 'PersistBeforeSend',
    because: 'A promise that a crash can forget is no promise.',
    breaks: ['a vote or an acknowledgement leaves while its fsync is still under way'],
    reading: `${paper}, Figure 2 (persistent state on all servers)`,
  },
  {
    name: 'CommitDurability',
    because: 'An entry that only memory holds is lost with the next power cut.',
    breaks: [
      'the leader counts its own copy before its own disk has it',
      'a follower acknowledges entries before they are durable',
    ],
    reading: `${paper}, §5.3; Ongaro's dissertation, 10.2.1`,
  },
  {
    name: 'RestartFromDisk',
    because: 'Everything durable must come back, and nothing else.',
    breaks: ['a restart forgets the vote', 'a torn record is read as a whole one'],
    reading: `${paper}, Figure 2 (persistent state on all servers)`,
  },
  {
    name: 'MatchSoundness',
    because: 'Commitment is counted from matchIndex: believing too much commits too early.',
    breaks: [
      'matchIndex is set from what was sent instead of what was acknowledged',
      'an acknowledgement of an earlier term is believed',
    ],
    reading: `${paper}, Figure 2 (volatile state on leaders)`,
  },
  {
    name: 'NextAboveMatch',
    because: 'Going back behind what is known to match wastes messages and hides mistakes.',
    breaks: ['a refusal that answers an old probe moves nextIndex back'],
    reading: `${paper}, Figure 2 (volatile state on leaders)`,
  },
];

const clients: readonly Explanation[] = [
  {
    name: 'Linearizability',
    because: 'It is what "strongly consistent" means to a caller.',
    breaks: [
      'a leader answers a read without hearing from a majority first',
      'a write is acknowledged before it is committed',
      'a retried command runs twice',
    ],
    reading: `${paper}, §8; Herlihy and Wing, Linearizability (1990)`,
  },
  {
    name: 'ExactlyOnce',
    because: 'Clients and the SDK retry, and Service Bus delivers at least once.',
    breaks: [
      'a retry carries a new serial number',
      'the table of answered commands is not part of the replicated state',
    ],
    reading: `${paper}, §8; Ongaro's dissertation, 6.3`,
  },
  {
    name: 'AnswerAfterCommit',
    because: 'An answer before commitment may be taken back by the next leader.',
    breaks: ['a leader answers when it has appended, not when a majority has'],
    reading: `${paper}, §5.3`,
  },
  {
    name: 'OperationsComplete',
    because: 'A request that is never answered was not served.',
    breaks: ['a request lost in a change of leaders is never asked again'],
    reading: `${paper}, §8`,
  },
  {
    name: 'DeliveryIntegrity',
    because: 'It judges the bus, not Raft: a trace that loses messages untold proves nothing.',
    breaks: ['the mocked bus delivers to the wrong subscription', 'a fault is not recorded'],
    reading: 'traces/FORMAT.md',
  },
  {
    name: 'Specification',
    because: 'It needs no idea of what may go wrong: every step is compared with what Raft allows.',
    breaks: ['in any way: a vote refused that is due is as wrong as one given twice'],
    reading: `${paper}, Figure 2; ongardie/raft.tla`,
  },
  {
    name: 'Assertion',
    because: 'The machine itself found its state impossible and stopped.',
    breaks: ['any of the mistakes above, seen from the inside'],
    reading: `${paper}, Figure 3`,
  },
];

const features: readonly Explanation[] = [
  {
    name: 'ConfigurationRules',
    because: 'Two changes at once can make two majorities that have no server in common.',
    breaks: [
      'a leader begins a change before it has committed an entry of its own term',
      'a joint configuration is left before it is committed',
      'a truncation takes the entry away and leaves the configuration in force',
    ],
    reading: "Ongaro's dissertation, 4.1 to 4.3, and his correction of 2015",
  },
  {
    name: 'SnapshotSoundness',
    because: 'What a snapshot stands for is gone from the log: nobody can check it later.',
    breaks: [
      'it is taken at the commit index, before everything up to there is applied',
      'an old one is installed over what is already applied',
      'it carries the configuration of today instead of the one in force at its index',
    ],
    reading: `${paper}, §7`,
  },
  {
    name: 'ReadFreshness',
    because: 'A read that costs no entry rests on the leader still being one.',
    breaks: [
      'heartbeats that left before the read was asked for count as a confirmation',
      'a new leader answers before it has committed in its own term',
      'a lease outlives a transfer of the leadership, or a pause',
    ],
    reading: "Ongaro's dissertation, 6.4 and 6.4.1",
  },
  {
    name: 'OfficeRules',
    because: 'A leader that leaves for nothing, or stays for nobody, keeps its clients waiting.',
    breaks: [
      'being asked for a pre-vote changes the term, or a leader grants one',
      'a removed server goes on asking for votes, and is listened to',
      'a leader takes learners, or what it heard long ago, for a quorum',
      'a message that says to campaign is obeyed in a later term',
    ],
    reading: "Ongaro's dissertation, 3.10, 4.2.3, 6.2 and 9.6",
  },
  {
    name: 'QuietLeader',
    because: 'An election that nothing called for stops the service for nothing.',
    breaks: [
      'a removed server goes on campaigning, and is listened to',
      'a server that was cut off comes back with a high term and unseats the leader',
    ],
    reading: "Ongaro's dissertation, 4.2.3 and 9.6",
  },
];

export const explanations: readonly Explanation[] = [
  ...elections,
  ...logs,
  ...disks,
  ...clients,
  ...features,
];

/** The explanation of an invariant, or undefined for one that has none. */
export function explanationOf(name: string): Explanation | undefined {
  return explanations.find((one) => one.name === name);
}

/** Promises that no check of the registry states. */
const otherPromises = new Map([
  [
    'Linearizability',
    'Each operation seems to happen at one moment between its call and its answer.',
  ],
  ['Assertion', "The machine's own assertions hold."],
]);

/** The promise in one sentence; empty for an unknown or absent name. */
export function promiseOf(name: string | null): string {
  if (name === null) return '';
  return checkNamed(name)?.promise ?? otherPromises.get(name) ?? '';
}
