/**
 * Mutants of pre-vote, check-quorum and the hand-over (raft.md 2.7, 2.8, 2.9, 2.11): they disturb
 * whoever leads, or nobody comes to lead.
 */
import { machine } from '../../harness/raft/machine.ts';
import { brokenRules, raftRules } from '../../harness/raft/rules.ts';
import { plainFeatures } from '../../harness/world/scenario.ts';
import { campaign, cut, disk, hold, lose, stage } from '../named/stage.ts';
import type { Mutant } from './mutant.ts';

const leaderless = ['LeaderElected', 'LogsConverge', 'OperationsComplete'];
const asking = { ...plainFeatures, preVote: true } as const;
const checking = { ...plainFeatures, checkQuorum: true } as const;

const timerResetByPreVote: Mutant = {
  name: 'timer-reset-by-pre-vote',
  summary: 'Whoever is asked for a pre-vote waits for another election time-out.',
  source: 'dissertation 9.6; raft.md 2.7; M08',
  subject: machine(
    'timer-reset-by-pre-vote',
    brokenRules({
      restartsElection: (event) => event === 'preVote' || raftRules.restartsElection(event),
    }),
  ),
  expected: leaderless,
  hard: false,
  serversMin: 3,
  // With equal time-outs the server that asks first stays first: whoever it asks starts anew.
  witness: stage({
    name: 'a server with a stale log asks a little earlier than the others, again and again',
    servers: 3,
    cluster: { electionMs: { min: 200, max: 200 }, features: asking },
    initial: [disk('S1', 1, [1]), disk('S2', 2, [1, 2]), disk('S3', 2, [1, 2])],
    faults: [
      { kind: 'clockJump', server: 'S1', atMs: 10, byMs: 60 },
      { kind: 'clockJump', server: 'S2', atMs: 10, byMs: 30 },
    ],
    runMs: 100,
  }),
};

const grantAdopted: Mutant = {
  name: 'granted-pre-vote-adopted',
  summary: 'A server adopts the term of a granted pre-vote, and stands for election no more.',
  source: 'dissertation 9.6; raft.md 2.7 (a grant carries a term of the future)',
  subject: machine(
    'granted-pre-vote-adopted',
    brokenRules({
      adoptsPreVoteReply: (node, reply) => reply.term > node.term,
    }),
  ),
  expected: leaderless,
  hard: false,
  serversMin: 2,
  witness: stage({
    name: 'nothing unusual',
    servers: 3,
    cluster: { features: asking },
    faults: [campaign('S1', 100)],
  }),
};

const preVoteAdopted: Mutant = {
  name: 'pre-vote-adopts-term',
  summary: 'A server adopts the term that it is asked a pre-vote for.',
  source: 'dissertation 9.6; raft.md 2.7; M08',
  subject: machine(
    'pre-vote-adopts-term',
    brokenRules({
      adoptsPreVote: (node, request) => request.term > node.term,
    }),
  ),
  expected: ['OfficeRules', 'QuietLeader', ...leaderless],
  hard: false,
  serversMin: 2,
  witness: stage({
    name: 'somebody asks',
    servers: 3,
    cluster: { features: asking },
    faults: [campaign('S1', 100)],
  }),
};

const leaderWelcomes: Mutant = {
  name: 'leader-grants-pre-vote',
  summary: 'A leader, and whoever hears it, would vote for another one.',
  source: 'dissertation 9.6; raft.md 2.7; M09 (DaosRaft #70)',
  subject: machine(
    'leader-grants-pre-vote',
    brokenRules({
      welcomes: (node, request) => request.term > node.term,
    }),
  ),
  expected: ['OfficeRules', 'QuietLeader', ...leaderless],
  hard: false,
  serversMin: 2,
  witness: stage({
    name: 'a follower grows impatient',
    servers: 3,
    cluster: { features: asking },
    faults: [
      campaign('S1', 100),
      lose({ from: 'S1', to: 'S3', atMs: 120, forMs: 200 }),
      campaign('S3', 130),
      campaign('S3', 135),
    ],
  }),
};

const unprotected: Mutant = {
  name: 'leader-unprotected',
  summary: 'Anybody who asks for votes unseats a leader, be it a server removed long ago.',
  source: 'dissertation 4.2.3; raft.md 2.8, 2.9; M31',
  subject: machine(
    'leader-unprotected',
    brokenRules({
      protectsLeader: () => false,
    }),
  ),
  expected: ['OfficeRules', 'QuietLeader', ...leaderless],
  hard: false,
  serversMin: 3,
  witness: stage({
    name: 'a server that was removed while it was cut off goes on asking for votes',
    servers: 4,
    cluster: { electionMs: { min: 200, max: 300 }, heartbeatMs: 20, features: checking },
    workload: {
      operator: [
        {
          atMs: 1_000,
          kind: 'reconfigure',
          transition: 'simple',
          changes: [{ kind: 'remove', server: 'S4' }],
        },
      ],
    },
    faults: [cut(['S4'], { atMs: 900, forMs: 600 })],
    runMs: 2_000,
  }),
};

const oldWordHeeded: Mutant = {
  name: 'old-timeout-now-heeded',
  summary: 'A server campaigns on the word of a leader of an older term.',
  source: 'dissertation 3.10; raft.md 2.11 (TimeoutNow is term-checked); M36',
  subject: machine(
    'old-timeout-now-heeded',
    brokenRules({
      heedsTimeoutNow: () => true,
    }),
  ),
  expected: ['OfficeRules', 'QuietLeader', ...leaderless],
  hard: false,
  serversMin: 2,
  witness: stage({
    name: 'the word of the old leader arrives when there is a new one',
    servers: 3,
    workload: { operator: [{ atMs: 150, kind: 'transfer', target: 'S3' }] },
    faults: [
      campaign('S1', 100),
      hold({ message: 'TimeoutNow', atMs: 140, forMs: 40 }, 150),
      campaign('S2', 180),
    ],
  }),
};

const neverForgets: Mutant = {
  name: 'quorum-never-forgotten',
  summary: 'A leader that checks its quorum counts everyone it has ever heard in its term.',
  source: 'dissertation 6.2; raft.md 2.8; M38',
  subject: machine(
    'quorum-never-forgotten',
    brokenRules({
      forgetsActive: () => false,
    }),
  ),
  expected: ['OfficeRules'],
  hard: false,
  serversMin: 2,
  witness: stage({
    name: 'a leader alone',
    servers: 3,
    cluster: { electionMs: { min: 200, max: 300 }, heartbeatMs: 20, features: checking },
    faults: [cut(['leader'], { atMs: 900, forMs: 900 })],
    runMs: 2_000,
  }),
};

const learnersHeard: Mutant = {
  name: 'learners-keep-leader',
  summary: 'A leader stays in office as long as it hears of anybody, be it learners only.',
  source: 'dissertation 6.2; raft.md 2.6, 2.8; M38',
  subject: machine(
    'learners-keep-leader',
    brokenRules({
      quorumIsActive: (node) => node.progress.some((progress) => progress.active),
    }),
  ),
  expected: ['OfficeRules'],
  hard: false,
  serversMin: 4,
  witness: stage({
    name: 'a leader and a learner alone',
    servers: 4,
    cluster: {
      learners: 1,
      electionMs: { min: 200, max: 300 },
      heartbeatMs: 20,
      features: checking,
    },
    faults: [cut(['leader', 'S4'], { atMs: 900, forMs: 900 })],
    runMs: 2_000,
  }),
};

export const quiet: readonly Mutant[] = [
  timerResetByPreVote,
  grantAdopted,
  preVoteAdopted,
  leaderWelcomes,
  unprotected,
  oldWordHeeded,
  neverForgets,
  learnersHeard,
];
