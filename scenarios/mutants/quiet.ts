/**
 * Mutants of pre-vote, check-quorum and the hand-over (raft.md 2.7, 2.8, 2.9, 2.11): they disturb
 * whoever leads, or nobody comes to lead.
 */
import { machine } from '../../harness/raft/machine.ts';
import { brokenRules, raftRules } from '../../harness/raft/rules.ts';
import { plainFeatures } from '../../harness/world/scenario.ts';
import { campaign, disk, stage } from '../named/stage.ts';
import type { Mutant } from './mutant.ts';

const leaderless = ['LeaderElected', 'LogsConverge', 'OperationsComplete'];
const asking = { ...plainFeatures, preVote: true } as const;

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
  hard: true,
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

export const quiet: readonly Mutant[] = [timerResetByPreVote, grantAdopted];
