/** Mutants of compaction and snapshots (Raft §7; raft.md 2.4). */
import { lastIndex, lastTerm } from '../../harness/raft/log.ts';
import { machine } from '../../harness/raft/machine.ts';
import { brokenRules } from '../../harness/raft/rules.ts';
import { plainFeatures } from '../../harness/world/scenario.ts';
import type { Features } from '../../harness/world/scenario.ts';
import { campaign, crash, cut, disk, double, hold, lose, stage, write } from '../named/stage.ts';
import type { Mutant } from './mutant.ts';

/** Servers that hold different things, or count on what is not there. */
const apart = [
  'StateMachineSafety',
  'SnapshotSoundness',
  'CommitDurability',
  'MatchSoundness',
  'LogMatching',
  'LeaderCompleteness',
  'TruncateBelowCommit',
  'CommitMonotonic',
  'LogTerms',
  'PersistBeforeSend',
];
const stuck = ['LogsConverge', 'OperationsComplete', 'LeaderElected'];

const compacting = (
  every: number,
  given: Partial<Features> = {},
): { readonly features: Features } => ({
  features: { ...plainFeatures, snapshotEvery: every, ...given },
});

const lastTermLost: Mutant = {
  name: 'last-term-lost-by-compaction',
  summary: 'A server whose log is compacted to nothing takes its last term for 0.',
  source: 'raft.md 2.4-R2; M39 (RedisLabs/raft #2)',
  subject: machine(
    'last-term-lost-by-compaction',
    brokenRules({
      isUpToDate(node, request) {
        const term = node.log.length === 0 ? 0 : lastTerm(node);
        if (request.lastTerm !== term) return request.lastTerm > term;
        return request.lastIndex >= lastIndex(node);
      },
    }),
  ),
  expected: ['LeaderCompleteness', ...apart],
  hard: false,
  serversMin: 3,
  witness: stage({
    name: 'a server with an old log asks one that has compacted all of its own',
    servers: 3,
    cluster: compacting(1),
    initial: [disk('S1', 1, [1]), disk('S2', 1, [1]), disk('S3', 1, [1])],
    faults: [
      lose({ message: 'AppendEntries', from: 'S1', to: 'S3', atMs: 90, forMs: 400 }),
      lose({ message: 'InstallSnapshot', from: 'S1', to: 'S3', atMs: 90, forMs: 400 }),
      campaign('S1', 100),
      cut(['S1'], { atMs: 180, forMs: 300 }),
      campaign('S3', 190),
    ],
  }),
};

const conflictKept: Mutant = {
  name: 'snapshot-keeps-conflicting-log',
  summary: 'A follower keeps any log that reaches as far as a snapshot, whatever it holds.',
  source: 'Raft Figure 13, steps 6 and 7; raft.md 2.4-R5; M40 (WRaft #1)',
  subject: machine(
    'snapshot-keeps-conflicting-log',
    brokenRules({
      holdsEnd: (node, end) => end.index <= lastIndex(node),
    }),
  ),
  expected: apart,
  hard: false,
  serversMin: 3,
  witness: stage({
    name: 'a follower with a long wrong tail gets a snapshot',
    servers: 3,
    cluster: compacting(2),
    initial: [disk('S1', 2, [1, 2, 2]), disk('S2', 2, [1, 2, 2]), disk('S3', 2, [1, 1, 1, 1, 1])],
    faults: [
      lose({ message: 'AppendEntries', from: 'S1', to: 'S3', atMs: 90, forMs: 100 }),
      campaign('S1', 100),
    ],
  }),
};

const matchDropped: Mutant = {
  name: 'snapshot-drops-matching-log',
  summary: 'A follower drops its whole log for a snapshot, acknowledged entries behind it, too.',
  source: 'Raft Figure 13, step 6; raft.md 2.4-R5; M41',
  subject: machine(
    'snapshot-drops-matching-log',
    brokenRules({
      holdsEnd: () => false,
    }),
  ),
  expected: apart,
  hard: false,
  serversMin: 3,
  witness: stage({
    name: 'a snapshot arrives while an acknowledgement of what lies behind it is under way',
    servers: 3,
    cluster: compacting(4),
    initial: [disk('S1', 1, [1, 1]), disk('S2', 1, [1, 1]), disk('S3', 1, [1])],
    operations: [write('c1', 120, 1), write('c2', 125, 2)],
    faults: [
      campaign('S1', 100),
      hold({ message: 'AppendEntriesReply', from: 'S3', to: 'S1', atMs: 107, forMs: 90 }, 200),
      hold({ message: 'AppendEntriesReply', from: 'S2', to: 'S1', atMs: 118, forMs: 30 }, 45),
      lose({ message: 'AppendEntries', from: 'S1', to: 'S2', atMs: 124, forMs: 400 }),
      lose({ message: 'AppendEntries', from: 'S1', to: 'S3', atMs: 200, forMs: 400 }),
    ],
  }),
};

const oldInstalled: Mutant = {
  name: 'old-snapshot-installed',
  summary: 'A follower goes back to a snapshot that is older than what it has committed.',
  source: 'raft.md 2.4-R5; M42',
  subject: machine(
    'old-snapshot-installed',
    brokenRules({
      isOldSnapshot: () => false,
      holdsEnd: () => false,
    }),
  ),
  expected: apart,
  hard: false,
  serversMin: 3,
  witness: stage({
    name: 'a snapshot arrives again when the follower has gone on',
    servers: 3,
    cluster: compacting(2),
    operations: [write('c1', 120, 1), write('c2', 130, 2), write('c1', 260, 3)],
    faults: [
      campaign('S1', 100),
      lose({ message: 'AppendEntries', from: 'S1', to: 'S3', atMs: 90, forMs: 100 }),
      double({ message: 'InstallSnapshot', from: 'S1', to: 'S3', atMs: 115, forMs: 50 }, 150),
    ],
  }),
};

const piecesMixed: Mutant = {
  name: 'snapshot-pieces-mixed',
  summary: 'A follower puts pieces of different snapshots together.',
  source: 'Raft Figure 13; raft.md 2.4-R4; M43 (camunda #10183)',
  subject: machine(
    'snapshot-pieces-mixed',
    brokenRules({
      isOfSnapshot: () => true,
    }),
  ),
  expected: [...apart, ...stuck],
  hard: false,
  serversMin: 3,
  witness: stage({
    name: 'a leader dies in the middle of its snapshot, and its successor sends another one',
    servers: 3,
    cluster: compacting(2, { snapshotChunkBytes: 150 }),
    operations: [write('c1', 120, 1), write('c2', 130, 2), write('c1', 140, 3)],
    faults: [
      campaign('S1', 100),
      lose({ message: 'AppendEntries', from: 'S1', to: 'S3', atMs: 90, forMs: 200 }),
      lose({ message: 'InstallSnapshotReply', from: 'S3', to: 'S1', atMs: 90, forMs: 200 }),
      crash('S1', { atMs: 170, forMs: 300 }),
      campaign('S2', 180),
    ],
  }),
};

const offsetUnchecked: Mutant = {
  name: 'snapshot-offset-unchecked',
  summary: 'A follower adds every piece of a snapshot to what it has, wherever it belongs.',
  source: 'Raft Figure 13, step 3; raft.md 2.4-R4; M43',
  subject: machine(
    'snapshot-offset-unchecked',
    brokenRules({
      continuesAt: () => true,
    }),
  ),
  expected: [...apart, ...stuck],
  hard: false,
  serversMin: 2,
  witness: stage({
    name: 'a piece arrives twice',
    servers: 3,
    cluster: compacting(2, { snapshotChunkBytes: 100 }),
    operations: [write('c1', 120, 1), write('c2', 130, 2)],
    faults: [
      campaign('S1', 100),
      lose({ message: 'AppendEntries', from: 'S1', to: 'S3', atMs: 90, forMs: 100 }),
      double({ message: 'InstallSnapshot', from: 'S1', to: 'S3', atMs: 115, forMs: 50 }, 1),
    ],
  }),
};

const appliedTwice: Mutant = {
  name: 'snapshot-entry-applied-again',
  summary: 'After a restart the last entry of the snapshot is applied once more.',
  source: 'dissertation erratum on lastApplied; M46 (rabbitmq/ra #562)',
  subject: machine(
    'snapshot-entry-applied-again',
    brokenRules({
      appliedAfterRestore: ({ index }) => index - 1,
    }),
  ),
  expected: ['ExactlyOnce', 'CommitMonotonic', ...apart, ...stuck],
  hard: false,
  serversMin: 1,
  witness: stage({
    name: 'a server restarts from its snapshot',
    servers: 3,
    cluster: compacting(2, { snapshotKeep: 1 }),
    operations: [write('c1', 120, 1), write('c2', 180, 2)],
    faults: [campaign('S1', 100), crash('S2', { atMs: 160, forMs: 10 })],
  }),
};

const takenAhead: Mutant = {
  name: 'snapshot-ahead-of-state',
  summary: 'A snapshot stands for everything committed, its state for what was applied.',
  source: 'Raft §7; raft.md 2.4-R1; M47',
  subject: machine(
    'snapshot-ahead-of-state',
    brokenRules({
      snapshotIndex: (node) => node.commitIndex,
    }),
  ),
  expected: [...apart, ...stuck],
  hard: false,
  serversMin: 1,
  witness: stage({
    name: 'four entries are committed at once',
    servers: 3,
    cluster: compacting(2, { snapshotKeep: 4 }),
    initial: [disk('S1', 1, [1, 1, 1]), disk('S2', 1, [1, 1, 1]), disk('S3', 1, [1, 1, 1])],
    faults: [campaign('S1', 100)],
  }),
};

const beginningKept: Mutant = {
  name: 'snapshot-forgets-configuration',
  summary: 'A snapshot says who took part at the beginning, not who does since a change.',
  source: 'Raft §7; raft.md 2.4-R1, 2.5',
  subject: machine(
    'snapshot-forgets-configuration',
    brokenRules({
      snapshotConfiguration: ({ options: { servers: voters, learners } }) => ({
        voters,
        outgoing: [],
        learners,
        learnersNext: [],
      }),
    }),
  ),
  expected: ['ConfigurationRules', 'ElectionSafety', ...apart],
  hard: false,
  serversMin: 2,
  witness: stage({
    name: 'a voter joins, and then a snapshot is taken',
    servers: 3,
    cluster: { spares: 1, ...compacting(2) },
    operations: [write('c1', 250, 1), write('c2', 300, 2)],
    workload: {
      operator: [
        {
          atMs: 150,
          kind: 'reconfigure',
          transition: 'simple',
          changes: [{ kind: 'addVoter', server: 'S3' }],
        },
      ],
    },
    faults: [campaign('S1', 100)],
  }),
};

const tooMuchDiscarded: Mutant = {
  name: 'log-discarded-beyond-snapshot',
  summary: 'With a snapshot the whole log goes, also what the snapshot does not cover.',
  source: 'Raft §7; raft.md 2.4-R1',
  subject: machine(
    'log-discarded-beyond-snapshot',
    brokenRules({
      discardIndex: (node) => lastIndex(node),
    }),
  ),
  expected: apart,
  hard: false,
  serversMin: 1,
  witness: stage({
    name: 'a snapshot is taken while an entry waits to be committed',
    servers: 3,
    cluster: compacting(2),
    initial: [disk('S1', 1, [1, 1]), disk('S2', 1, [1, 1]), disk('S3', 1, [1, 1])],
    faults: [campaign('S1', 100)],
  }),
};

const offByOne: Mutant = {
  name: 'snapshot-needed-off-by-one',
  summary: 'A leader sends entries to a follower that lacks the last one it has compacted.',
  source: 'raft.md 2.4-R3',
  subject: machine(
    'snapshot-needed-off-by-one',
    brokenRules({
      needsSnapshot: (node, progress) => progress.nextIndex < node.baseIndex,
    }),
  ),
  expected: [...apart, ...stuck],
  hard: false,
  serversMin: 2,
  witness: stage({
    name: 'a follower lacks one compacted entry',
    servers: 3,
    cluster: compacting(3),
    operations: [write('c1', 120, 1), write('c2', 130, 2)],
    faults: [
      campaign('S1', 100),
      lose({ message: 'AppendEntries', from: 'S1', to: 'S3', atMs: 126, forMs: 60 }),
    ],
  }),
};

const snapshotTermAdopted: Mutant = {
  name: 'snapshot-term-adopted',
  summary: 'A follower that installs a snapshot takes over the term of its last entry.',
  source: 'raft.md 2.1 (pitfalls), 2.4-R6',
  subject: machine(
    'snapshot-term-adopted',
    brokenRules({
      termAfterInstall: (_node, snapshot) => snapshot.term,
    }),
  ),
  expected: ['TermMonotonic', 'VoteOncePerTerm', 'ElectionSafety', ...apart],
  hard: false,
  serversMin: 3,
  witness: stage({
    name: 'a snapshot of an earlier term',
    servers: 3,
    cluster: compacting(2),
    operations: [write('c1', 120, 1)],
    faults: [
      campaign('S1', 100),
      lose({ to: 'S3', atMs: 90, forMs: 150 }),
      cut(['S1'], { atMs: 160, forMs: 200 }),
      campaign('S2', 170),
      campaign('S2', 250),
    ],
  }),
};

export const snapshots: readonly Mutant[] = [
  lastTermLost,
  conflictKept,
  matchDropped,
  oldInstalled,
  piecesMixed,
  offsetUnchecked,
  appliedTwice,
  takenAhead,
  beginningKept,
  tooMuchDiscarded,
  offByOne,
  snapshotTermAdopted,
];
