/** Mutants of elections: terms, votes, quorums, timers (raft.md 2.1). */
import { lastIndex, lastTerm } from '../../harness/raft/log.ts';
import { machine } from '../../harness/raft/machine.ts';
import { brokenRules, raftRules } from '../../harness/raft/rules.ts';
import { campaign, cut, disk, double, hold, lose, stage, write } from '../named/stage.ts';
import type { Mutant } from './mutant.ts';

/** Whoever leads without a majority behind it breaks these, one after the other. */
const unelected = [
  'ElectedByQuorum',
  'ElectionSafety',
  'LeaderCompleteness',
  'StateMachineSafety',
  'LogMatching',
];
const leaderless = ['LeaderElected', 'LogsConverge', 'OperationsComplete'];

const votesCountedAsInteger: Mutant = {
  name: 'votes-counted-as-integer',
  summary: 'A candidate counts replies instead of voters: a vote told twice counts twice.',
  source: 'seed deviation 1; Q01; M02 (akka-raft #45)',
  subject: machine(
    'votes-counted-as-integer',
    brokenRules({
      countVote(votes, voter) {
        votes.add(votes.has(voter) ? `${voter}, reply ${String(votes.size)}` : voter);
      },
      votesOf: (_voters, votes) => votes.size,
    }),
  ),
  expected: unelected,
  hard: false,
  serversMin: 4,
  witness: stage({
    name: 'each of two candidates hears one voter twice',
    servers: 5,
    faults: [
      lose({ message: 'RequestVote', from: 'S1', to: 'S4', atMs: 90, forMs: 60 }),
      lose({ message: 'RequestVote', from: 'S1', to: 'S5', atMs: 90, forMs: 60 }),
      lose({ message: 'RequestVote', from: 'S2', to: 'S3', atMs: 90, forMs: 60 }),
      lose({ message: 'RequestVote', from: 'S2', to: 'S5', atMs: 90, forMs: 60 }),
      double({ message: 'RequestVote', atMs: 90, forMs: 60 }, 2),
      campaign('S1', 100),
      campaign('S2', 100),
    ],
  }),
};

const voteWithoutVotedFor: Mutant = {
  name: 'vote-without-checking-votedFor',
  summary: 'A voter grants every up-to-date candidate of its term its vote.',
  source: 'Raft §5.2; M01 (akka-raft #47)',
  subject: machine(
    'vote-without-checking-votedFor',
    brokenRules({
      voteIsFree: () => true,
    }),
  ),
  expected: ['VoteOncePerTerm', ...unelected],
  hard: false,
  serversMin: 3,
  witness: stage({
    name: 'two candidates of one term ask the same voter',
    servers: 3,
    faults: [campaign('S1', 100), campaign('S2', 100)],
  }),
};

const voteCheckAwaitsDisk: Mutant = {
  name: 'vote-check-awaits-disk',
  summary: 'While a vote is being written, another candidate finds the voter still free.',
  source: 'M05 (braft #882: an await between the check of the vote and its write)',
  subject: machine(
    'vote-check-awaits-disk',
    brokenRules({
      voteIsFree: (node, request) =>
        node.hardWrite > node.durableWrite || raftRules.voteIsFree(node, request),
    }),
  ),
  expected: ['VoteOncePerTerm', 'PersistBeforeSend', ...unelected],
  hard: false,
  serversMin: 3,
  witness: stage({
    name: 'two candidates of one term ask the same voter at once',
    servers: 3,
    faults: [campaign('S1', 100), campaign('S2', 100)],
  }),
};

const staleVoteReplies: Mutant = {
  name: 'stale-vote-replies-counted',
  summary: 'A candidate counts a grant of an earlier term for its current one.',
  source: 'Raft §5.2; M03 (Xraft #33); Q08',
  subject: machine(
    'stale-vote-replies-counted',
    brokenRules({
      isCurrent: (node, reply) => reply.kind === 'RequestVoteReply' || reply.term === node.term,
    }),
  ),
  expected: unelected,
  hard: false,
  serversMin: 3,
  witness: stage({
    name: 'the grant of the first round arrives in the second',
    servers: 3,
    faults: [
      lose({ message: 'RequestVote', from: 'S1', to: 'S2', atMs: 90, forMs: 300 }),
      hold({ message: 'RequestVoteReply', from: 'S3', to: 'S1', atMs: 90, forMs: 30 }, 100),
      campaign('S1', 100),
      campaign('S2', 130),
      lose({ message: 'RequestVote', from: 'S1', to: 'S3', atMs: 140, forMs: 100 }),
      campaign('S1', 150),
      lose({ message: 'any', from: 'S2', to: 'S1', atMs: 140, forMs: 200 }),
      campaign('S2', 160),
    ],
  }),
};

const lengthOnly: Mutant = {
  name: 'log-check-by-length-only',
  summary: 'A voter compares only the lengths of the logs, not their last terms.',
  source: 'Raft §5.4.1; Q07; M04',
  subject: machine(
    'log-check-by-length-only',
    brokenRules({
      isUpToDate: (node, request) => request.lastIndex >= lastIndex(node),
    }),
  ),
  expected: ['LeaderCompleteness'],
  hard: false,
  serversMin: 3,
  witness: stage({
    name: 'a long old log beats a short new one',
    servers: 3,
    initial: [disk('S1', 1, [1, 1, 1]), disk('S2', 2, [2]), disk('S3', 2, [2])],
    faults: [
      lose({ message: 'AppendEntries', to: 'S1', atMs: 90, forMs: 400 }),
      campaign('S2', 100),
      campaign('S1', 200),
    ],
  }),
};

const conjunction: Mutant = {
  name: 'log-check-by-conjunction',
  summary: 'A voter wants a candidate to be ahead in last term and in length, not in either order.',
  source: 'seed deviation 7; Q06; M04',
  subject: machine(
    'log-check-by-conjunction',
    brokenRules({
      isUpToDate: (node, request) =>
        request.lastTerm >= lastTerm(node) && request.lastIndex >= lastIndex(node),
    }),
  ),
  expected: leaderless,
  hard: true,
  serversMin: 4,
  witness: stage({
    name: 'long old logs and short new ones refuse each other for ever',
    servers: 4,
    initial: [
      disk('S1', 2, [1, 1, 1]),
      disk('S2', 2, [1, 1, 1]),
      disk('S3', 2, [1, 2]),
      disk('S4', 2, [1, 2]),
    ],
    faults: [campaign('S3', 100), campaign('S1', 200)],
  }),
};

const quorumHalf: Mutant = {
  name: 'quorum-half',
  summary: 'Half of an even number of servers counts as a majority.',
  source: 'Raft §5.2; M10',
  subject: machine(
    'quorum-half',
    brokenRules({
      quorum: (_node, voters) => Math.ceil(voters / 2),
    }),
  ),
  expected: ['CommitDurability', ...unelected],
  hard: false,
  serversMin: 2,
  witness: stage({
    name: 'four servers split down the middle',
    servers: 4,
    faults: [cut(['S1', 'S2'], { atMs: 90, forMs: 300 }), campaign('S1', 100), campaign('S3', 100)],
  }),
};

const timerResetByEverything: Mutant = {
  name: 'timer-reset-by-everything',
  summary: 'Refused candidates and stale leaders restart the election timer, too.',
  source: 'Raft Figure 2, followers; M07 (akka-raft #43)',
  subject: machine(
    'timer-reset-by-everything',
    brokenRules({
      restartsElection: () => true,
    }),
  ),
  expected: leaderless,
  hard: false,
  serversMin: 3,
  // With equal time-outs the server that asks first stays first: whoever it asks starts anew.
  witness: stage({
    name: 'a server with a stale log campaigns a little earlier than the others, again and again',
    servers: 3,
    cluster: { electionMs: { min: 200, max: 200 } },
    initial: [disk('S1', 1, [1]), disk('S2', 2, [1, 2]), disk('S3', 2, [1, 2])],
    faults: [
      { kind: 'clockJump', server: 'S1', atMs: 10, byMs: 60 },
      { kind: 'clockJump', server: 'S2', atMs: 10, byMs: 30 },
    ],
    runMs: 100,
  }),
};

const voteNeverCleared: Mutant = {
  name: 'vote-never-cleared',
  summary: 'A vote outlives its term: the server votes for the same candidate ever after.',
  source: 'Raft §5.2 (one vote in a given term)',
  subject: machine(
    'vote-never-cleared',
    brokenRules({
      voteInTerm: (node) => node.votedFor,
    }),
  ),
  expected: leaderless,
  hard: false,
  serversMin: 3,
  witness: stage({
    name: 'every server has once voted for itself',
    servers: 3,
    faults: [
      lose({ message: 'RequestVote', atMs: 90, forMs: 100 }),
      campaign('S1', 100),
      campaign('S2', 100),
      campaign('S3', 100),
    ],
  }),
};

const voteClearedOnStepDown: Mutant = {
  name: 'vote-cleared-on-step-down',
  summary: 'A candidate that gives way to the leader of its term forgets whom it voted for.',
  source: 'Raft Figure 2, votedFor; raft.md 2.1-R6',
  subject: machine(
    'vote-cleared-on-step-down',
    brokenRules({
      voteInTerm: () => null,
    }),
  ),
  expected: ['VoteOncePerTerm', 'PersistBeforeSend', ...unelected],
  hard: false,
  serversMin: 3,
  witness: stage({
    name: 'one of two candidates wins and the other hears of it',
    servers: 3,
    faults: [
      lose({ message: 'RequestVote', from: 'S2', to: 'S3', atMs: 90, forMs: 60 }),
      campaign('S1', 100),
      campaign('S2', 100),
    ],
  }),
};

const leaderIgnoresTerms: Mutant = {
  name: 'leader-ignores-newer-terms',
  summary: 'A leader takes no notice of a newer term in what it receives.',
  source: 'Raft §5.1; raft.md 2.1-R6',
  subject: machine(
    'leader-ignores-newer-terms',
    brokenRules({
      adoptsTerm: (node, term) => node.role !== 'leader' && term > node.term,
    }),
  ),
  expected: [
    'LogTerms',
    'LogMatching',
    'PersistBeforeSend',
    'VoteOncePerTerm',
    'MatchSoundness',
    'LeaderElected',
    'LogsConverge',
    'OperationsComplete',
  ],
  hard: false,
  serversMin: 2,
  witness: stage({
    name: 'an old leader hears from the new one',
    servers: 3,
    operations: [write('c1', 150, 1)],
    faults: [campaign('S1', 100), cut(['S1'], { atMs: 130, forMs: 150 }), campaign('S2', 140)],
  }),
};

export const elections: readonly Mutant[] = [
  votesCountedAsInteger,
  voteWithoutVotedFor,
  voteCheckAwaitsDisk,
  staleVoteReplies,
  lengthOnly,
  conjunction,
  quorumHalf,
  timerResetByEverything,
  voteNeverCleared,
  voteClearedOnStepDown,
  leaderIgnoresTerms,
];
