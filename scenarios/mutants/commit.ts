/** Mutants of commitment: what counts as committed, applied, and fit to be answered (raft.md 2.2). */
import { lastIndex, termAt } from '../../harness/raft/log.ts';
import { machine } from '../../harness/raft/machine.ts';
import type { Node } from '../../harness/raft/node.ts';
import { brokenRules, raftRules } from '../../harness/raft/rules.ts';
import type { Rules } from '../../harness/raft/rules.ts';
import type { Effect, Input } from '../../harness/raft/step.ts';
import { campaign, crash, disk, double, hold, lose, read, stage, write } from '../named/stage.ts';
import type { Mutant } from './mutant.ts';
import { withEffects, wrapped } from './mutant.ts';

const commitOldTerm: Mutant = {
  name: 'commit-old-term',
  summary: 'A leader commits entries of earlier terms by counting replicas.',
  source: 'Raft §5.4.2, Figure 8; M12 (LogCabin #44); Q15',
  subject: machine(
    'commit-old-term',
    brokenRules({
      mayCommit: () => true,
    }),
  ),
  expected: [
    'LeaderCompleteness',
    'StateMachineSafety',
    'TruncateBelowCommit',
    // It changes the configuration too early as well: it counts the old entry for its own term.
    'ConfigurationRules',
  ],
  hard: false,
  serversMin: 3,
  witness: stage({
    name: 'Figure 8: S5 overwrites what S1 has counted',
    servers: 5,
    cluster: { entriesPerAppendMax: 1 },
    initial: [
      disk('S1', 3, [1, 2]),
      disk('S2', 3, [1, 2]),
      disk('S3', 3, [1]),
      disk('S4', 3, [1]),
      disk('S5', 3, [1, 3]),
    ],
    faults: [
      campaign('S1', 100),
      lose({ message: 'AppendEntries', from: 'S1', to: 'S4', atMs: 90, forMs: 100 }),
      lose({ message: 'AppendEntries', from: 'S1', to: 'S5', atMs: 90, forMs: 100 }),
      lose({ message: 'AppendEntries', from: 'S1', to: 'S3', atMs: 108, forMs: 80 }),
      crash('S1', { atMs: 115, forMs: 300 }),
      campaign('S5', 120),
    ],
  }),
};

/** A leader's refined probing never leaves a wrong tail behind a match; plain probing does. */
const commitToLastIndex: Mutant = {
  name: 'commit-to-last-index',
  summary: 'A follower commits up to its last entry, not to the last one it knows to be right.',
  source: 'Raft Figure 2, AppendEntries step 5; M13 (copycat #265); Q16; seed deviation 14',
  subject: machine(
    'commit-to-last-index',
    brokenRules({
      followerCommit: (node, request) =>
        Math.max(node.commitIndex, Math.min(request.leaderCommit, lastIndex(node))),
      nextAfterRefusal: (_node, progress) => progress.matchIndex + 1,
    }),
  ),
  expected: ['StateMachineSafety', 'TruncateBelowCommit', 'LeaderCompleteness', 'CommitDurability'],
  hard: false,
  serversMin: 3,
  witness: stage({
    name: 'a follower with a wrong tail hears of a high commit index',
    servers: 3,
    cluster: { entriesPerAppendMax: 1 },
    initial: [disk('S1', 2, [1, 2, 2]), disk('S2', 2, [1, 2, 2]), disk('S3', 2, [1, 1, 1])],
    faults: [
      lose({ message: 'AppendEntries', from: 'S1', to: 'S3', atMs: 90, forMs: 50 }),
      campaign('S1', 100),
    ],
  }),
};

/** Below an entry of its own term the leader meets one of an older term, and looks no further. */
function scannedCommit(node: Node, rules: Rules): number {
  const index = raftRules.leaderCommit(node, rules);
  let last = node.commitIndex;
  while (last < index && termAt(node, last + 1) === node.term) last += 1;
  return last;
}

const scanStops: Mutant = {
  name: 'commit-scan-stops-at-old-term',
  summary: 'A leader looking for what to commit stops at the first entry of an older term.',
  source: 'Raft §5.4.2; M19 (RaftOS #4)',
  subject: machine('commit-scan-stops-at-old-term', brokenRules({ leaderCommit: scannedCommit })),
  expected: ['LogsConverge', 'OperationsComplete'],
  hard: false,
  serversMin: 1,
  witness: stage({
    name: 'an entry of an older term waits in the log',
    servers: 3,
    initial: [disk('S1', 1, [1]), disk('S2', 1, [1]), disk('S3', 1, [1])],
    faults: [campaign('S1', 100)],
  }),
};

const heartbeatCommits: Mutant = {
  name: 'heartbeat-commits-to-last-index',
  summary: 'On a heartbeat a follower commits up to its last entry, checked or not.',
  source: 'raft.md 2.13 (heartbeats carry what the follower is known to have); M20 (etcd)',
  subject: machine(
    'heartbeat-commits-to-last-index',
    brokenRules({
      followerCommit(node, request) {
        if (request.entries.length > 0) return raftRules.followerCommit(node, request);
        return Math.max(node.commitIndex, Math.min(request.leaderCommit, lastIndex(node)));
      },
    }),
  ),
  expected: ['StateMachineSafety', 'TruncateBelowCommit', 'LeaderCompleteness', 'CommitDurability'],
  hard: false,
  serversMin: 3,
  witness: stage({
    name: 'a read asks a follower with a wrong tail before the entries that would correct it',
    servers: 3,
    initial: [disk('S1', 2, [1]), disk('S2', 2, [1]), disk('S3', 2, [1, 1])],
    operations: [read('c1', 115)],
    workload: { reads: 'index' },
    faults: [
      campaign('S1', 100),
      hold({ message: 'AppendEntries', from: 'S1', to: 'S3', atMs: 100, forMs: 10 }, 60),
    ],
  }),
};

const commitAssigned: Mutant = {
  name: 'commit-assigned',
  summary: 'A follower takes over a lower commit index from a late message.',
  source: 'Raft Figure 2, AppendEntries step 5; M14 (PySyncObj #2)',
  subject: machine(
    'commit-assigned',
    brokenRules({
      followerCommit: (_node, request) =>
        Math.min(request.leaderCommit, request.prevIndex + request.entries.length),
    }),
  ),
  expected: ['CommitMonotonic'],
  hard: false,
  serversMin: 2,
  witness: stage({
    name: 'the first append comes again',
    servers: 3,
    faults: [
      double({ message: 'AppendEntries', from: 'S1', to: 'S2', atMs: 100, forMs: 10 }, 150),
      campaign('S1', 100),
    ],
  }),
};

const applyBeforeCommit: Mutant = {
  name: 'apply-before-commit',
  summary: 'A server applies entries as soon as it has them.',
  source: 'Raft §5.3 and Figure 2, all servers; 2.2-R7',
  subject: machine(
    'apply-before-commit',
    brokenRules({
      appliesUpTo: (node) => lastIndex(node),
    }),
  ),
  expected: ['CommitMonotonic', 'StateMachineSafety'],
  hard: false,
  serversMin: 2,
  witness: stage({ name: 'one entry', servers: 3, faults: [campaign('S1', 100)] }),
};

interface Tally {
  /** Length of the leader's log and its term when the counter was set to 1. */
  length: number;
  term: number;
  successes: number;
}

/** By node: the counter that the seed keeps for its newest entry, whoever answers to what. */
const tallies = new WeakMap<Node, Tally>();

function tallyOf(node: Node): Tally {
  const known = tallies.get(node);
  if (known !== undefined && known.length === lastIndex(node) && known.term === node.term) {
    return known;
  }
  const fresh = { length: lastIndex(node), term: node.term, successes: 1 };
  tallies.set(node, fresh);
  return fresh;
}

const globalCounter: Mutant = {
  name: 'one-global-success-counter',
  summary: 'A leader keeps one counter: any success counts towards its newest entry.',
  source: 'seed deviation 3; Q13',
  subject: wrapped(
    machine(
      'one-global-success-counter',
      brokenRules({
        leaderCommit: (node, rules) =>
          tallyOf(node).successes >= rules.quorum(node, node.options.servers.length)
            ? lastIndex(node)
            : node.commitIndex,
      }),
    ),
    (step) => (node, input) => {
      if (input.kind === 'receive' && input.message.kind === 'AppendEntriesReply') {
        const { success, term } = input.message;
        if (node.role === 'leader' && success && term === node.term) tallyOf(node).successes += 1;
      }
      return step(node, input);
    },
  ),
  expected: ['CommitDurability', 'LeaderCompleteness', 'StateMachineSafety'],
  hard: false,
  serversMin: 2,
  witness: stage({
    name: 'late acknowledgements of the no-op count for the command behind it',
    servers: 5,
    operations: [write('c1', 120, 1)],
    workload: { retryMs: 10 },
    faults: [
      campaign('S1', 100),
      hold({ message: 'AppendEntriesReply', from: 'S4', to: 'S1', atMs: 100, forMs: 15 }, 150),
      hold({ message: 'AppendEntriesReply', from: 'S5', to: 'S1', atMs: 100, forMs: 15 }, 150),
      lose({ message: 'AppendEntries', from: 'S1', atMs: 115, forMs: 400 }),
    ],
  }),
};

/** What the command would come to in the state as it is now. */
function premature(node: Node, input: Input): readonly Effect[] {
  if (input.kind !== 'propose' || node.role !== 'leader') return [];
  const { from: client, payload } = input.request;
  if (payload.kind !== 'command') return [];
  const outcome = node.application.apply(node.state, payload.command);
  if (outcome.kind !== 'done') return [];
  const { serial } = payload;
  const answer = { kind: 'done', result: outcome.result } as const;
  const { id: from } = node.options;
  return [
    {
      kind: 'answer',
      message: { kind: 'ClientReply', from, to: client, serial, answer },
      after: 0,
    },
  ];
}

const answerBeforeCommit: Mutant = {
  name: 'answer-before-commit',
  summary: 'A leader answers a command when it appends it.',
  source: 'Raft §5.3 and Figure 2, leaders; seed deviation 5; Q21, Q22',
  subject: withEffects(machine('answer-before-commit', brokenRules({})), (effects, node, input) => {
    const early = premature(node, input);
    return early.length === 0 ? effects : [...effects, ...early];
  }),
  expected: ['AnswerAfterCommit', 'Linearizability'],
  hard: false,
  serversMin: 2,
  witness: stage({
    name: 'the leader answers, loses its power and its entry',
    servers: 3,
    operations: [write('c1', 150, 1), read('c2', 300)],
    faults: [
      campaign('S1', 100),
      lose({ message: 'AppendEntries', from: 'S1', atMs: 120, forMs: 100 }),
      { kind: 'slowDisk', server: 'S1', atMs: 120, forMs: 100, byMs: 200 },
      crash('S1', { atMs: 170, forMs: 300 }),
      campaign('S2', 180),
    ],
  }),
};

export const commit: readonly Mutant[] = [
  commitOldTerm,
  commitToLastIndex,
  scanStops,
  heartbeatCommits,
  commitAssigned,
  applyBeforeCommit,
  globalCounter,
  answerBeforeCommit,
];
