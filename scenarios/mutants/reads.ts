/** Mutants of reads that cost no entry, and of leases (dissertation 6.4; raft.md 2.10). */
import { machine } from '../../harness/raft/machine.ts';
import { brokenRules } from '../../harness/raft/rules.ts';
import { plainFeatures } from '../../harness/world/scenario.ts';
import type { Fault } from '../../harness/world/scenario.ts';
import { campaign, crash, cut, hold, lose, read, stage, write } from '../named/stage.ts';
import type { Mutant } from './mutant.ts';
import { wrapped } from './mutant.ts';

/** A read that misses what was written before it was asked. */
const stale = ['ReadFreshness', 'Linearizability'];

const beforeOwnCommit: Mutant = {
  name: 'read-before-own-commit',
  summary: 'A new leader vouches for reads before it has committed an entry of its term.',
  source: 'dissertation 6.4 step 1; M33 (etcd #7331, RedisRaft #18, #19)',
  subject: machine(
    'read-before-own-commit',
    brokenRules({
      readIndex: (node) => node.commitIndex,
    }),
  ),
  expected: stale,
  hard: false,
  serversMin: 3,
  witness: stage({
    name: 'a new leader that has not heard yet what the old one committed is asked at once',
    servers: 3,
    workload: { reads: 'index' },
    operations: [write('c1', 120, 1), read('c2', 165)],
    faults: [
      campaign('S1', 100),
      lose({ message: 'AppendEntries', from: 'S1', atMs: 125, forMs: 300 }),
      cut(['S1'], { atMs: 130, forMs: 300 }),
      { kind: 'slowDisk', server: 'S2', atMs: 138, forMs: 200, byMs: 150 },
      campaign('S2', 135),
    ],
  }),
};

const unconfirmed: Mutant = {
  name: 'read-without-asking',
  summary: 'A leader serves reads without asking a quorum whether it still leads.',
  source: 'dissertation 6.4 step 3; M34 (d-engine #381, Xraft-KV #1)',
  subject: machine(
    'read-without-asking',
    brokenRules({
      confirmingRound: () => 0,
    }),
  ),
  expected: stale,
  hard: false,
  serversMin: 2,
  witness: stage({
    name: 'a read at the old leader after a write at the new one',
    servers: 3,
    workload: { reads: 'index' },
    operations: [write('c1', 120, 1), write('c2', 180, 2), read('c1', 400)],
    faults: [campaign('S1', 100), cut(['S1'], { atMs: 150, forMs: 400 }), campaign('S2', 160)],
  }),
};

/** S1 hears no more that it was deposed, but answers to what it sent before still reach it. */
function deposedUnawares(atMs: number): readonly Fault[] {
  return [
    lose({ from: 'S1', to: 'S2', atMs, forMs: 300 }),
    lose({ from: 'S1', to: 'S3', atMs, forMs: 300 }),
    lose({ from: 'S2', to: 'S1', atMs, forMs: 300 }),
    lose({ message: 'AppendEntries', from: 'S3', to: 'S1', atMs, forMs: 300 }),
  ];
}

const olderHeartbeat: Mutant = {
  name: 'read-confirmed-by-older-heartbeat',
  summary: 'Answers to heartbeats sent before the read was asked confirm it.',
  source: 'dissertation 6.4 step 3; M35 (tikv #6340, #9208)',
  subject: machine(
    'read-confirmed-by-older-heartbeat',
    brokenRules({
      confirmingRound: (node) => node.round,
    }),
  ),
  expected: stale,
  hard: true,
  serversMin: 2,
  witness: stage({
    name: 'the answer to a heartbeat arrives after another leader was elected and wrote',
    servers: 3,
    seed: 2,
    workload: { reads: 'index' },
    operations: [write('c1', 120, 1), write('c2', 168, 2), read('c1', 200)],
    faults: [
      campaign('S1', 100),
      hold({ message: 'AppendEntriesReply', from: 'S3', to: 'S1', atMs: 154, forMs: 4 }, 50),
      hold({ message: 'AppendEntriesReply', from: 'S2', to: 'S1', atMs: 154, forMs: 4 }, 50),
      ...deposedUnawares(159),
      campaign('S2', 160),
    ],
  }),
};

const beforeApplied: Mutant = {
  name: 'read-before-applied',
  summary: 'A follower serves a read before it has applied what the leader named.',
  source: 'dissertation 6.4 step 4; M37 (here commits are applied at once: it does not wait)',
  subject: machine(
    'read-before-applied',
    brokenRules({
      readIsApplied: () => true,
    }),
  ),
  expected: stale,
  hard: false,
  serversMin: 3,
  witness: stage({
    name: 'a follower that lags behind asks the leader for a read',
    servers: 3,
    workload: { reads: 'index', readsAt: 'any' },
    operations: [write('c1', 120, 1), read('c2', 160)],
    faults: [
      campaign('S1', 100),
      lose({ message: 'AppendEntries', from: 'S1', to: 'S3', atMs: 118, forMs: 200 }),
    ],
  }),
};

/** Online with the same number each time, as if it had never been on line before. */
const numberedAnew: Mutant = {
  name: 'reads-numbered-anew',
  summary: 'A restarted server numbers its reads from 1 again: late answers fit new questions.',
  source: 'raft.md 2.18 (messages outlive processes); M51',
  subject: wrapped(
    machine('reads-numbered-anew', brokenRules({})),
    (step) => (node, input) =>
      step(node, input.kind === 'online' ? { ...input, incarnation: 0 } : input),
  ),
  expected: stale,
  hard: true,
  serversMin: 3,
  witness: stage({
    name: 'the answer to a read arrives after a crash, when another read is asked',
    servers: 3,
    seed: 3,
    workload: { reads: 'index', readsAt: 'any' },
    operations: [read('c2', 120), write('c1', 200, 1), read('c2', 260)],
    faults: [
      campaign('S1', 100),
      hold({ message: 'ReadIndexReply', to: 'S3', atMs: 120, forMs: 20 }, 150),
      crash('S3', { atMs: 135, forMs: 10 }),
      lose({ message: 'AppendEntries', from: 'S1', to: 'S3', atMs: 190, forMs: 200 }),
      hold({ message: 'ReadIndex', from: 'S3', atMs: 250, forMs: 40 }, 30),
    ],
  }),
};

const olderTerm: Mutant = {
  name: 'refusal-answers-older-round',
  summary: 'A refusal of a request of an older term repeats its round, in the term of now.',
  source: 'dissertation 6.4; raft.md 2.18 (found here in random histories)',
  subject: machine(
    'refusal-answers-older-round',
    brokenRules({
      answeredRound: (_node, { round }) => round,
    }),
  ),
  expected: stale,
  hard: true,
  serversMin: 3,
  witness: stage({
    name: 'a leader of two terms hears an answer to what it sent in the first',
    servers: 3,
    workload: { reads: 'index' },
    operations: [write('c1', 120, 1), write('c2', 430, 2), read('c1', 530)],
    faults: [
      campaign('S1', 100),
      hold({ message: 'AppendEntries', from: 'S1', to: 'S3', atMs: 303, forMs: 2 }, 110),
      campaign('S2', 320),
      campaign('S1', 400),
      cut(['S1'], { atMs: 418, forMs: 180 }),
      campaign('S2', 420),
    ],
  }),
};

const leased = {
  ...plainFeatures,
  checkQuorum: true,
  leaseDriftBound: 1,
} as const;

const leaseTooLong: Mutant = {
  name: 'lease-too-long',
  summary: 'A lease lasts twice as long as those it rests on keep silent.',
  source: 'dissertation 6.4.1; raft.md 2.10',
  subject: machine(
    'lease-too-long',
    brokenRules({
      leaseMicros: (node) => node.options.electionLowMicros * 2,
    }),
  ),
  expected: stale,
  hard: false,
  serversMin: 3,
  witness: stage({
    name: 'a deposed leader reads by its lease',
    servers: 3,
    cluster: { electionMs: { min: 200, max: 220 }, heartbeatMs: 20, features: leased },
    workload: { reads: 'lease', retryMs: 20 },
    operations: [write('c1', 950, 1), write('c2', 1_265, 2), read('c1', 1_350)],
    faults: [cut(['leader'], { atMs: 1_040, forMs: 800 })],
    runMs: 2_000,
  }),
};

const leaseWhileHandingOver: Mutant = {
  name: 'lease-kept-while-handing-over',
  summary: 'A leader keeps its lease after it has told another server to campaign.',
  source: 'dissertation 6.4.1; raft.md 2.10, 2.11',
  subject: machine(
    'lease-kept-while-handing-over',
    brokenRules({
      transferEndsLease: () => false,
    }),
  ),
  expected: stale,
  hard: true,
  serversMin: 3,
  witness: stage({
    name: 'the target of a transfer leads before the old leader knows',
    servers: 3,
    seed: 2,
    cluster: { electionMs: { min: 200, max: 600 }, heartbeatMs: 20, features: leased },
    workload: {
      reads: 'lease',
      retryMs: 20,
      operator: [{ atMs: 1_000, kind: 'transfer', target: 'S2' }],
    },
    operations: [write('c1', 900, 1), write('c2', 1_020, 2), read('c1', 1_100)],
    faults: [
      lose({ from: 'S2', to: 'S1', atMs: 1_003, forMs: 500 }),
      lose({ from: 'S3', to: 'S1', atMs: 1_003, forMs: 500 }),
    ],
    runMs: 2_000,
  }),
};

const forgottenLease: Mutant = {
  name: 'lease-forgotten-on-restart',
  summary: 'A server that restarts votes at once, though a lease may rest on its silence.',
  source: 'dissertation 6.4.1; raft.md 2.10 (found here in random histories)',
  subject: machine(
    'lease-forgotten-on-restart',
    brokenRules({
      protectsAtStart: () => false,
    }),
  ),
  expected: stale,
  hard: true,
  serversMin: 3,
  witness: stage({
    name: 'a follower restarts just before another one asks for its vote',
    servers: 3,
    seed: 5,
    cluster: { electionMs: { min: 200, max: 210 }, heartbeatMs: 20, features: leased },
    workload: { reads: 'lease', retryMs: 20 },
    operations: [write('c1', 900, 1), write('c2', 1_220, 2), read('c1', 1_300)],
    faults: [
      lose({ from: 'S1', to: 'S2', atMs: 1_000, forMs: 600 }),
      lose({ from: 'S2', to: 'S1', atMs: 1_000, forMs: 600 }),
      crash('S3', { atMs: 1_190, forMs: 8 }),
      lose({ from: 'S1', to: 'S3', atMs: 1_191, forMs: 400 }),
      lose({ from: 'S3', to: 'S1', atMs: 1_191, forMs: 400 }),
    ],
    runMs: 2_000,
  }),
};

export const reads: readonly Mutant[] = [
  beforeOwnCommit,
  unconfirmed,
  olderHeartbeat,
  beforeApplied,
  numberedAnew,
  olderTerm,
  leaseTooLong,
  leaseWhileHandingOver,
  forgottenLease,
];
