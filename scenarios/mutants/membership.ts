/** Mutants of membership (Raft §6; dissertation, chapter 4; raft.md 2.5, 2.6). */
import { configurationOf, isJoint, isVoter } from '../../harness/raft/configuration.ts';
import { machine } from '../../harness/raft/machine.ts';
import { brokenRules, raftRules } from '../../harness/raft/rules.ts';
import type { OperatorStep, ServerChange } from '../../harness/world/scenario.ts';
import { campaign, crash, cut, lose, stage, write } from '../named/stage.ts';
import type { Mutant } from './mutant.ts';
import { wrapped } from './mutant.ts';

/** Whoever leads or commits without the right majorities breaks these, one after the other. */
const unfounded = [
  'ElectedByQuorum',
  'CommitDurability',
  'ElectionSafety',
  'LeaderCompleteness',
  'StateMachineSafety',
  'LogMatching',
];
const leaderless = ['LeaderElected', 'LogsConverge', 'OperationsComplete'];

function change(
  atMs: number,
  transition: 'simple' | 'joint',
  changes: readonly ServerChange[],
): OperatorStep {
  return { atMs, kind: 'reconfigure', transition, changes };
}

function add(server: string): ServerChange {
  return { kind: 'addVoter', server };
}

function remove(server: string): ServerChange {
  return { kind: 'remove', server };
}

const newMajorityAlone: Mutant = {
  name: 'joint-commit-by-new-majority',
  summary: 'While two configurations are joint, the majority of the new one commits alone.',
  source: 'Raft §6; M27',
  subject: machine(
    'joint-commit-by-new-majority',
    brokenRules({
      electorate: (configuration, purpose) =>
        purpose === 'commit' ? { ...configuration, outgoing: [] } : configuration,
    }),
  ),
  expected: unfounded,
  hard: false,
  serversMin: 4,
  witness: stage({
    name: 'the old majority is cut off when its successors enter',
    servers: 5,
    cluster: { spares: 2 },
    workload: {
      operator: [change(150, 'joint', [add('S4'), add('S5'), remove('S2'), remove('S3')])],
    },
    faults: [
      campaign('S1', 100),
      lose({ message: 'AppendEntries', from: 'S1', to: 'S2', atMs: 151, forMs: 200 }),
      lose({ message: 'AppendEntries', from: 'S1', to: 'S3', atMs: 151, forMs: 200 }),
    ],
  }),
};

const forgottenChange: Mutant = {
  name: 'pending-change-overlooked',
  summary: 'A leader begins a change although one in its log is not committed yet.',
  source: 'dissertation 4.1; M28 (async-raft #62)',
  subject: machine(
    'pending-change-overlooked',
    brokenRules({
      changeIsSettled: (node) => node.change === null && !isJoint(configurationOf(node)),
      mayChangeInTerm: () => true,
    }),
  ),
  expected: ['ConfigurationRules', ...unfounded],
  hard: false,
  serversMin: 3,
  witness: stage({
    name: 'a new leader has an uncommitted change in its log',
    servers: 4,
    cluster: { spares: 1 },
    workload: {
      operator: [change(110, 'simple', [add('S4')]), change(120, 'simple', [remove('S3')])],
    },
    faults: [
      campaign('S1', 100),
      lose({ message: 'AppendEntriesReply', to: 'S1', atMs: 158, forMs: 200 }),
      crash('S1', { atMs: 164, forMs: 300 }),
      campaign('S2', 170),
      lose({ message: 'AppendEntries', from: 'S2', atMs: 170, forMs: 150 }),
    ],
  }),
};

const changeBeforeCommit: Mutant = {
  name: 'change-before-own-commit',
  summary: 'A leader changes the configuration before it has committed an entry of its term.',
  source: 'dissertation 4.1, corrected in 2015 (raft-dev, bug in single-server changes); M28',
  subject: machine(
    'change-before-own-commit',
    brokenRules({
      mayChangeInTerm: () => true,
    }),
  ),
  expected: ['ConfigurationRules', ...unfounded],
  hard: false,
  serversMin: 3,
  witness: stage({
    name: 'a leader is asked for a change before its first entry is committed',
    servers: 3,
    workload: { operator: [change(130, 'simple', [remove('S3')])] },
    faults: [
      campaign('S1', 100),
      lose({ message: 'AppendEntries', from: 'S1', atMs: 100, forMs: 150 }),
    ],
  }),
};

const removedLeaderCounts: Mutant = {
  name: 'removed-leader-counts-itself',
  summary: 'A leader that is being removed counts its own replica for the commit.',
  source: 'dissertation 4.2.2; M29 (etcd confchange_v1_remove_leader)',
  subject: machine(
    'removed-leader-counts-itself',
    brokenRules({
      countsItself: () => true,
    }),
  ),
  expected: unfounded,
  hard: false,
  serversMin: 2,
  witness: stage({
    name: 'a leader removes itself, and one of those who stay does not hear of it',
    servers: 3,
    workload: { operator: [change(150, 'simple', [remove('S1')])] },
    faults: [
      campaign('S1', 100),
      lose({ message: 'AppendEntries', from: 'S1', to: 'S3', atMs: 148, forMs: 200 }),
    ],
  }),
};

const learnersCount: Mutant = {
  name: 'learners-counted',
  summary: 'Learners count for the commit.',
  source: 'dissertation 4.2.1; raft.md 2.6; M30 (redpanda #8495)',
  subject: machine(
    'learners-counted',
    brokenRules({
      electorate: (configuration, purpose) =>
        purpose === 'commit'
          ? { ...configuration, voters: [...configuration.voters, ...configuration.learners] }
          : configuration,
    }),
  ),
  expected: unfounded,
  hard: false,
  serversMin: 3,
  witness: stage({
    name: 'two voters and a learner, one voter cut off',
    servers: 3,
    cluster: { learners: 1 },
    operations: [write('c1', 150, 1)],
    faults: [campaign('S1', 100), cut(['S2'], { atMs: 130, forMs: 300 })],
  }),
};

const learnerRefuses: Mutant = {
  name: 'learner-refuses-to-vote',
  summary: 'A server that takes itself for a learner votes for nobody.',
  source: 'raft.md 2.6; M30 (etcd #10998)',
  subject: machine(
    'learner-refuses-to-vote',
    brokenRules({
      voteIsFree: (node, request) =>
        isVoter(configurationOf(node), node.options.id) && raftRules.voteIsFree(node, request),
    }),
  ),
  expected: leaderless,
  hard: false,
  serversMin: 2,
  witness: stage({
    name: 'the only voter crashes before the second one knows that it votes',
    servers: 2,
    cluster: { learners: 1 },
    workload: { operator: [change(150, 'simple', [add('S2')])] },
    faults: [
      campaign('S1', 100),
      lose({ message: 'AppendEntries', from: 'S1', to: 'S2', atMs: 151, forMs: 100 }),
      crash('S1', { atMs: 156, forMs: 50 }),
    ],
  }),
};

const removedOnHearsay: Mutant = {
  name: 'removed-server-never-campaigns',
  summary: 'A server stands for no election once its removal is in its log, committed or not.',
  source: 'dissertation 4.2.2; M32 (CCF, NSDI 2025)',
  subject: machine(
    'removed-server-never-campaigns',
    brokenRules({
      mayCampaign: (node) => isVoter(configurationOf(node), node.options.id),
    }),
  ),
  expected: leaderless,
  hard: true,
  serversMin: 2,
  witness: stage({
    name: 'only the server that is removed has heard of it',
    servers: 2,
    workload: { operator: [change(150, 'simple', [remove('S1')])] },
    faults: [
      campaign('S1', 100),
      lose({ message: 'AppendEntries', from: 'S1', to: 'S2', atMs: 151, forMs: 100 }),
      crash('S1', { atMs: 156, forMs: 50 }),
    ],
  }),
};

const jointLeftEarly: Mutant = {
  name: 'joint-left-before-commit',
  summary: 'A leader leaves a joint configuration before it is committed.',
  source: 'Raft §6; raft.md 2.5',
  subject: machine(
    'joint-left-before-commit',
    brokenRules({
      mayLeaveJoint: () => true,
    }),
  ),
  expected: ['ConfigurationRules', ...unfounded],
  hard: false,
  serversMin: 2,
  witness: stage({
    name: 'a command is committed while a joint configuration waits behind it',
    servers: 3,
    operations: [write('c1', 150, 1)],
    workload: { operator: [change(151, 'joint', [remove('S3')])] },
    faults: [campaign('S1', 100)],
  }),
};

const jointKept: Mutant = {
  name: 'joint-never-left',
  summary: 'A joint configuration that is committed is never left.',
  source: 'Raft §6; raft.md 2.5',
  subject: machine(
    'joint-never-left',
    brokenRules({
      mayLeaveJoint: () => false,
    }),
  ),
  expected: ['OperationsComplete', 'LogsConverge', 'LeaderElected'],
  hard: false,
  serversMin: 2,
  witness: stage({
    name: 'a joint change',
    servers: 3,
    workload: { operator: [change(150, 'joint', [remove('S3')])] },
    faults: [campaign('S1', 100)],
  }),
};

const notReverted: Mutant = {
  name: 'truncated-configuration-kept',
  summary: 'A server goes by a configuration whose entry was removed from its log.',
  source: 'dissertation 4.1; raft.md 2.5 (reverts on truncation)',
  subject: machine(
    'truncated-configuration-kept',
    brokenRules({
      revertsConfigurations: () => false,
    }),
  ),
  expected: ['ConfigurationRules', 'SnapshotSoundness', ...unfounded],
  hard: false,
  serversMin: 4,
  witness: stage({
    name: 'a removal that was never agreed on makes the quorum smaller',
    servers: 4,
    workload: { operator: [change(150, 'simple', [remove('S4')])] },
    faults: [
      campaign('S1', 100),
      lose({ message: 'AppendEntries', from: 'S1', atMs: 151, forMs: 30 }),
      lose({ message: 'ClientRequest', from: 'operator', atMs: 152, forMs: 400 }),
      campaign('S2', 160),
      cut(['S1', 'S2'], { atMs: 240, forMs: 300 }),
      campaign('S1', 250),
    ],
  }),
};

const peersForgotten: Mutant = {
  name: 'peers-forgotten-on-restart',
  summary: 'A restarted server knows of no other: it elects itself.',
  source: 'M11 (akka-raft #58)',
  subject: wrapped(
    machine('peers-forgotten-on-restart', brokenRules({})),
    (step) => (node, input) => {
      const effects = step(node, input);
      if (input.kind !== 'online' || (input.incarnation ?? 0) < 2) return effects;
      const alone = { voters: [node.options.id], outgoing: [], learners: [], learnersNext: [] };
      node.configurations.splice(0, Infinity, { index: 0, configuration: alone });
      return effects;
    },
  ),
  expected: ['ConfigurationRules', ...unfounded],
  hard: false,
  serversMin: 2,
  witness: stage({
    name: 'a server restarts and campaigns',
    servers: 3,
    faults: [campaign('S1', 100), crash('S2', { atMs: 130, forMs: 10 }), campaign('S2', 160)],
  }),
};

export const membership: readonly Mutant[] = [
  newMajorityAlone,
  forgottenChange,
  changeBeforeCommit,
  removedLeaderCounts,
  learnersCount,
  learnerRefuses,
  removedOnHearsay,
  jointLeftEarly,
  jointKept,
  notReverted,
  peersForgotten,
];
