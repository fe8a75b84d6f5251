/** Mutants of replication: what a follower takes, and what a leader believes (raft.md 2.2). */
import { lastIndex } from '../../harness/raft/log.ts';
import { machine } from '../../harness/raft/machine.ts';
import { brokenRules, raftRules } from '../../harness/raft/rules.ts';
import { campaign, disk, double, hold, lose, stage, write } from '../named/stage.ts';
import type { Mutant } from './mutant.ts';
import { withEffects, wrapped } from './mutant.ts';

const prevTermUnchecked: Mutant = {
  name: 'prev-term-unchecked',
  summary: 'A follower checks that it has the preceding entry, but not of which term it is.',
  source: 'Raft §5.3, consistency check; M15',
  subject: machine(
    'prev-term-unchecked',
    brokenRules({
      logMatches: (node, request) => request.prevIndex <= lastIndex(node),
    }),
  ),
  expected: [
    'LogMatching',
    'MatchSoundness',
    'StateMachineSafety',
    'LeaderCompleteness',
    'CommitDurability',
    'TruncateBelowCommit',
  ],
  hard: false,
  serversMin: 3,
  witness: stage({
    name: 'two leaders left different tails of one length',
    servers: 3,
    initial: [disk('S1', 2, [1, 2]), disk('S2', 2, [1, 2]), disk('S3', 2, [1, 1])],
    faults: [campaign('S1', 100)],
  }),
};

const nextBelowMatch: Mutant = {
  name: 'next-below-match',
  summary: 'A leader believes a late refusal although the follower has matched more since.',
  source: 'raft.md 2.2-R4; M18 (PySyncObj #3, WRaft #7); Q23',
  subject: machine(
    'next-below-match',
    brokenRules({
      refusalIsCurrent: () => true,
      nextAfterRefusal: (node, progress, reply) =>
        raftRules.nextAfterRefusal(node, { ...progress, matchIndex: 0 }, reply),
    }),
  ),
  expected: ['NextAboveMatch'],
  hard: false,
  serversMin: 2,
  witness: stage({
    name: 'a refusal is overtaken by an acknowledgement',
    servers: 3,
    initial: [disk('S1', 1, [1, 1, 1]), disk('S2', 1, [1, 1, 1])],
    faults: [
      campaign('S1', 100),
      hold({ message: 'AppendEntriesReply', from: 'S3', to: 'S1', atMs: 100, forMs: 20 }, 150),
    ],
  }),
};

const staleAppendAccepted: Mutant = {
  name: 'stale-append-accepted',
  summary: 'A follower obeys an AppendEntries of a term below its own.',
  source: 'Raft §5.1 and Figure 2, AppendEntries step 1; M22',
  subject: machine(
    'stale-append-accepted',
    brokenRules({
      isStale: (node, request) => request.kind === 'RequestVote' && request.term < node.term,
    }),
  ),
  expected: [
    'TruncateBelowCommit',
    'CommitDurability',
    'MatchSoundness',
    'LogMatching',
    'LogTerms',
    'StateMachineSafety',
    'LeaderCompleteness',
    'LeaderAppendOnly',
    'CommitMonotonic',
    'PersistBeforeSend',
    'ElectionSafety',
    'LeaderElected',
    'LogsConverge',
  ],
  hard: false,
  serversMin: 2,
  witness: stage({
    name: "an old leader's entry arrives after the new leader's",
    servers: 3,
    operations: [write('c1', 120, 1)],
    workload: { retryMs: 10 },
    faults: [
      campaign('S1', 100),
      lose({ message: 'AppendEntries', from: 'S1', to: 'S2', atMs: 115, forMs: 35 }),
      hold({ message: 'AppendEntries', from: 'S1', to: 'S3', atMs: 115, forMs: 35 }, 300),
      lose({ from: 'S1', atMs: 150, forMs: 400 }),
      lose({ to: 'S1', atMs: 150, forMs: 400 }),
      campaign('S2', 160),
    ],
  }),
};

const staleAck: Mutant = {
  name: 'stale-acks-counted',
  summary: 'A leader counts an acknowledgement that was meant for an earlier term.',
  source: 'Raft §5.1; raft.md 2.2-R4, 2.18; M52',
  subject: machine(
    'stale-acks-counted',
    brokenRules({
      isCurrent: (node, reply) => reply.kind === 'AppendEntriesReply' || reply.term === node.term,
    }),
  ),
  expected: ['MatchSoundness', 'CommitDurability', 'LeaderCompleteness', 'StateMachineSafety'],
  hard: true,
  serversMin: 3,
  witness: stage({
    name: 'an acknowledgement arrives two terms late, for an entry replaced since',
    servers: 5,
    operations: [write('c1', 120, 1)],
    workload: { retryMs: 1_000 },
    faults: [
      campaign('S1', 100),
      lose({ message: 'AppendEntries', from: 'S1', to: 'S2', atMs: 115, forMs: 85 }),
      lose({ message: 'AppendEntries', from: 'S1', to: 'S4', atMs: 115, forMs: 85 }),
      lose({ message: 'AppendEntries', from: 'S1', to: 'S5', atMs: 115, forMs: 85 }),
      hold({ message: 'AppendEntriesReply', from: 'S3', to: 'S1', atMs: 115, forMs: 80 }, 200),
      lose({ from: 'S2', to: 'S3', atMs: 150, forMs: 100 }),
      campaign('S2', 160),
      lose({ message: 'AppendEntries', from: 'S1', to: 'S3', atMs: 200, forMs: 200 }),
      campaign('S1', 250),
    ],
  }),
};

const blindTruncation: Mutant = {
  name: 'truncation-on-every-append',
  summary: 'A follower cuts its log behind every append, also where nothing contradicts it.',
  source: 'Raft Figure 2, AppendEntries step 3 ("if an existing entry conflicts")',
  subject: machine(
    'truncation-on-every-append',
    brokenRules({
      conflicts: (node, entry) => entry.index > node.baseIndex,
    }),
  ),
  expected: [
    'TruncateBelowCommit',
    'MatchSoundness',
    'CommitDurability',
    'LeaderCompleteness',
    'StateMachineSafety',
    'PersistBeforeSend',
    'CommitMonotonic',
  ],
  hard: false,
  serversMin: 2,
  witness: stage({
    name: 'an early append comes again after a later one',
    servers: 3,
    operations: [write('c1', 120, 1)],
    faults: [
      double({ message: 'AppendEntries', from: 'S1', to: 'S3', atMs: 100, forMs: 10 }, 150),
      campaign('S1', 100),
    ],
  }),
};

const noTruncation: Mutant = {
  name: 'no-truncation',
  summary: 'A follower keeps entries that contradict its leader.',
  source: 'Raft Figure 2, AppendEntries step 3; Q17',
  subject: machine(
    'no-truncation',
    brokenRules({
      conflicts: () => false,
    }),
  ),
  expected: [
    'LogMatching',
    'MatchSoundness',
    'StateMachineSafety',
    'CommitDurability',
    'LogTerms',
    'LeaderCompleteness',
    'PersistBeforeSend',
  ],
  hard: false,
  serversMin: 3,
  witness: stage({
    name: 'a follower with a tail of an old leader',
    servers: 3,
    initial: [disk('S1', 2, [1, 2]), disk('S2', 2, [1, 2]), disk('S3', 2, [1, 1])],
    faults: [campaign('S1', 100)],
  }),
};

const ackClaimsCommit: Mutant = {
  name: 'ack-claims-leader-commit',
  summary: "A follower acknowledges everything up to its leader's commit index, received or not.",
  source: 'raft.md 2.2-R2, R3',
  subject: machine(
    'ack-claims-leader-commit',
    brokenRules({
      ackedIndex: (node, request) =>
        Math.max(raftRules.ackedIndex(node, request), request.leaderCommit),
    }),
  ),
  expected: ['MatchSoundness', 'PersistBeforeSend', 'CommitDurability', 'NextAboveMatch'],
  hard: false,
  serversMin: 3,
  witness: stage({
    name: 'a follower catches up entry by entry',
    servers: 3,
    cluster: { entriesPerAppendMax: 1 },
    initial: [disk('S1', 1, [1, 1, 1]), disk('S2', 1, [1, 1, 1])],
    faults: [
      lose({ message: 'AppendEntries', from: 'S1', to: 'S3', atMs: 90, forMs: 100 }),
      campaign('S1', 100),
    ],
  }),
};

/** Late replies to earlier requests count for all that the leader has appended meanwhile. */
const matchIsOwnLength: Mutant = {
  name: 'match-is-own-log-length',
  summary: 'On any success the leader takes the follower to have its whole current log.',
  source: 'seed deviation 2; Q12',
  subject: wrapped(machine('match-is-own-log-length', brokenRules({})), (step) => (node, input) => {
    if (input.kind !== 'receive' || input.message.kind !== 'AppendEntriesReply') {
      return step(node, input);
    }
    const reply = input.message;
    if (!reply.success || node.role !== 'leader') return step(node, input);
    return step(node, { kind: 'receive', message: { ...reply, matchIndex: lastIndex(node) } });
  }),
  expected: ['MatchSoundness', 'CommitDurability'],
  hard: false,
  serversMin: 2,
  witness: stage({
    name: 'a command arrives between the first append and its acknowledgement',
    servers: 3,
    operations: [write('c1', 120, 1)],
    workload: { retryMs: 10 },
    faults: [
      campaign('S1', 100),
      hold({ message: 'AppendEntriesReply', to: 'S1', atMs: 100, forMs: 15 }, 150),
      lose({ message: 'AppendEntries', from: 'S1', atMs: 115, forMs: 300 }),
    ],
  }),
};

const firstPeerOnly: Mutant = {
  name: 'append-to-first-peer-only',
  summary: 'A leader sends AppendEntries to the first of the others only.',
  source: 'M23 (a tail call to the wrong function)',
  subject: withEffects(
    machine('append-to-first-peer-only', brokenRules({})),
    (effects, { options }) => {
      const first = options.servers.find((server) => server !== options.id);
      return effects.filter(
        (effect) =>
          effect.kind !== 'send' ||
          effect.message.kind !== 'AppendEntries' ||
          effect.message.to === first,
      );
    },
  ),
  expected: ['LeaderElected', 'LogsConverge', 'OperationsComplete'],
  hard: false,
  serversMin: 3,
  witness: stage({ name: 'nothing unusual', servers: 3, faults: [campaign('S1', 100)] }),
};

const windowNotReleased: Mutant = {
  name: 'window-not-released',
  summary: 'Acknowledgements do not free the window of requests under way: in time it is full.',
  source: 'raft.md 2.13; M25 (etcd #14633)',
  subject: machine(
    'window-not-released',
    brokenRules({
      freesWindow: () => false,
    }),
  ),
  expected: ['LogsConverge', 'OperationsComplete', 'LeaderElected'],
  hard: false,
  serversMin: 2,
  witness: stage({
    name: 'three commands through a window of one',
    servers: 3,
    cluster: { inflightMax: 1 },
    operations: [write('c1', 150, 1), write('c1', 200, 2), write('c1', 250, 3)],
    faults: [campaign('S1', 100)],
  }),
};

export const replication: readonly Mutant[] = [
  prevTermUnchecked,
  nextBelowMatch,
  staleAppendAccepted,
  staleAck,
  blindTruncation,
  noTruncation,
  ackClaimsCommit,
  matchIsOwnLength,
  firstPeerOnly,
  windowNotReleased,
];
