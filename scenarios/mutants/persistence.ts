/** Mutants of stable storage: what is promised too early, what is forgotten (raft.md 2.3). */
import { lastIndex } from '../../harness/raft/log.ts';
import { machine } from '../../harness/raft/machine.ts';
import { brokenRules, raftRules } from '../../harness/raft/rules.ts';
import { campaign, crash, cut, lose, stage, write } from '../named/stage.ts';
import type { Mutant } from './mutant.ts';

const voteSentBeforeDurable: Mutant = {
  name: 'vote-sent-before-durable',
  summary: 'A voter answers before its vote is on the disk.',
  source: 'Raft Figure 2, persistent state; M06; Q04',
  subject: machine(
    'vote-sent-before-durable',
    brokenRules({
      sendWaitsFor: (node, message) =>
        message.kind === 'RequestVoteReply' ? 0 : raftRules.sendWaitsFor(node, message),
    }),
  ),
  expected: ['PersistBeforeSend', 'VoteOncePerTerm', 'ElectionSafety'],
  hard: false,
  serversMin: 2,
  witness: stage({ name: 'one vote', servers: 3, faults: [campaign('S1', 100)] }),
};

const ackBeforeFsync: Mutant = {
  name: 'ack-before-fsync',
  summary: 'A follower acknowledges entries that are not yet on its disk.',
  source: 'Raft Figure 2, persistent state; M21; Q33',
  subject: machine(
    'ack-before-fsync',
    brokenRules({
      sendWaitsFor: (node, message) =>
        message.kind === 'AppendEntriesReply' ? 0 : raftRules.sendWaitsFor(node, message),
    }),
  ),
  expected: ['PersistBeforeSend', 'MatchSoundness', 'CommitDurability'],
  hard: false,
  serversMin: 2,
  witness: stage({ name: 'one entry', servers: 3, faults: [campaign('S1', 100)] }),
};

const voteForgotten: Mutant = {
  name: 'vote-forgotten-on-restart',
  summary: 'A server comes back without the vote that its disk holds.',
  source: 'Raft Figure 2, votedFor; Q02; seed deviation 13',
  subject: machine(
    'vote-forgotten-on-restart',
    brokenRules({
      restored: (stored) => ({ ...stored, votedFor: null }),
    }),
  ),
  expected: ['VoteOncePerTerm', 'ElectionSafety', 'PersistBeforeSend'],
  hard: false,
  serversMin: 3,
  witness: stage({
    name: 'a voter restarts between two candidates',
    servers: 3,
    faults: [
      lose({ from: 'S1', to: 'S2', atMs: 90, forMs: 200 }),
      lose({ message: 'AppendEntries', from: 'S1', atMs: 90, forMs: 200 }),
      campaign('S1', 100),
      crash('S3', { atMs: 120, forMs: 10 }),
      campaign('S2', 150),
    ],
  }),
};

const termForgotten: Mutant = {
  name: 'term-forgotten-on-restart',
  summary: 'A server comes back in term 0, whatever its disk holds.',
  source: 'Raft Figure 2, currentTerm; Q03; seed deviation 13',
  subject: machine(
    'term-forgotten-on-restart',
    brokenRules({
      restored: (stored) => ({ ...stored, term: 0 }),
    }),
  ),
  expected: ['TermMonotonic', 'VoteOncePerTerm', 'ElectionSafety', 'LogTerms'],
  hard: false,
  serversMin: 1,
  witness: stage({
    name: 'a voter restarts',
    servers: 3,
    faults: [campaign('S1', 100), crash('S3', { atMs: 120, forMs: 10 })],
  }),
};

const tailForgotten: Mutant = {
  name: 'tail-forgotten-on-restart',
  summary: 'Recovery cuts the last entry off the log although it was whole and acknowledged.',
  source: 'Raft Figure 2, log[]; M26 (NATS #7549)',
  subject: machine(
    'tail-forgotten-on-restart',
    brokenRules({
      restored: (stored) => ({ ...stored, entries: stored.entries.slice(0, -1) }),
    }),
  ),
  expected: [
    'LeaderCompleteness',
    'StateMachineSafety',
    'LogMatching',
    'LeaderAppendOnly',
    'CommitDurability',
    'PersistBeforeSend',
    'MatchSoundness',
    'TruncateBelowCommit',
    'CommitMonotonic',
    'LogTerms',
    'LogsConverge',
    'LeaderElected',
  ],
  hard: false,
  serversMin: 3,
  witness: stage({
    name: 'a restarted follower helps to elect a server that lacks a committed entry',
    servers: 3,
    faults: [
      lose({ message: 'AppendEntries', from: 'S1', to: 'S3', atMs: 90, forMs: 300 }),
      campaign('S1', 100),
      crash('S2', { atMs: 130, forMs: 10 }),
      cut(['S1'], { atMs: 130, forMs: 200 }),
      campaign('S3', 180),
    ],
  }),
};

const selfBeforeFsync: Mutant = {
  name: 'leader-counts-itself-before-fsync',
  summary: 'A leader counts its own entries for the commit before they are on its disk.',
  source: 'raft.md 2.2-R5; M17',
  subject: machine(
    'leader-counts-itself-before-fsync',
    brokenRules({
      ownMatch: (node) => lastIndex(node),
    }),
  ),
  expected: ['CommitDurability', 'LeaderCompleteness', 'StateMachineSafety'],
  hard: false,
  serversMin: 2,
  witness: stage({
    name: 'a leader with a slow disk and one follower',
    servers: 3,
    operations: [write('c1', 150, 1)],
    faults: [
      campaign('S1', 100),
      { kind: 'slowDisk', server: 'S1', atMs: 120, forMs: 200, byMs: 50 },
      lose({ message: 'AppendEntries', from: 'S1', to: 'S3', atMs: 120, forMs: 200 }),
    ],
  }),
};

const diskWiped: Mutant = {
  name: 'wiped-disk-rejoins',
  summary: 'A server comes back under its old name with an empty disk.',
  source: 'Raft Figure 2, persistent state; raft.md 2.18; M54',
  subject: machine(
    'wiped-disk-rejoins',
    brokenRules({
      restored: () => ({ term: 0, votedFor: null, snapshot: null, entries: [] }),
    }),
  ),
  expected: [
    'TermMonotonic',
    'VoteOncePerTerm',
    'LeaderAppendOnly',
    'LeaderCompleteness',
    'LogTerms',
    'PersistBeforeSend',
    'MatchSoundness',
    'CommitDurability',
    'LogsConverge',
  ],
  hard: false,
  serversMin: 2,
  witness: stage({
    name: 'a follower restarts',
    servers: 3,
    faults: [campaign('S1', 100), crash('S2', { atMs: 130, forMs: 10 })],
  }),
};

const cutCounted: Mutant = {
  name: 'old-write-vouches-for-new-entries',
  summary: 'An fsync of entries cut off since counts for those that stand in their place.',
  source: 'raft.md 2.3 (ABA), case 42',
  subject: machine(
    'old-write-vouches-for-new-entries',
    brokenRules({
      coversAfterCut: (last) => last,
    }),
  ),
  expected: ['PersistBeforeSend', 'MatchSoundness', 'CommitDurability', 'LeaderCompleteness'],
  hard: false,
  serversMin: 3,
  witness: stage({
    name: 'a slow disk ends an old write while a new one waits',
    servers: 5,
    cluster: { entriesPerAppendMax: 1 },
    operations: [write('c1', 110, 1), write('c2', 120, 2)],
    workload: { retryMs: 1_000 },
    faults: [
      campaign('S1', 100),
      { kind: 'slowDisk', server: 'S3', atMs: 108, forMs: 400, byMs: 60 },
      ...['S2', 'S4', 'S5'].map((to) =>
        lose({ message: 'AppendEntries', from: 'S1', to, atMs: 118, forMs: 60 }),
      ),
      lose({ message: 'AppendEntries', from: 'S1', to: 'S3', atMs: 127, forMs: 60 }),
      campaign('S2', 130),
      lose({ message: 'AppendEntries', from: 'S2', to: 'S3', atMs: 130, forMs: 45 }),
    ],
  }),
};

export const persistence: readonly Mutant[] = [
  voteSentBeforeDurable,
  ackBeforeFsync,
  voteForgotten,
  termForgotten,
  tailForgotten,
  selfBeforeFsync,
  diskWiped,
  cutCounted,
];
