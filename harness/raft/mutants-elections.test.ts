/**
 * Mutants of raft.md 6.1, 6.3 and 6.4 that disturb rather than destroy: each beside the shortest
 * history that shows it, which leaves the machine itself in peace.
 */
import { describe, expect, test } from 'vitest';
import { machine, raft } from './machine.ts';
import type { NodeOptions } from './node.ts';
import {
  beat,
  createNetwork,
  deliver,
  elect,
  give,
  lapse,
  led,
  link,
  nodeOf,
  propose,
  run,
} from './network.test.kit.ts';
import type { Network } from './network.test.kit.ts';
import { progressHaveQuorum } from './quorum.ts';
import { brokenRules, raftRules } from './rules.ts';
import type { Rules } from './rules.ts';
import type { Subject } from './step.ts';
import { handTo } from './wishes.test.kit.ts';

const asking: Partial<NodeOptions> = { preVote: true };
const checking: Partial<NodeOptions> = { checkQuorum: true };

interface Mutant {
  readonly name: string;
  readonly broken: Partial<Rules>;
  /** Is anybody disturbed? */
  readonly disturbs: (subject: Subject) => boolean;
}

/** Three servers, n1 leading, n3 having heard nothing for a time-out. */
function impatient(subject: Subject, options: Partial<NodeOptions>): Network {
  const network = led({ servers: 3, options, subject });
  lapse(network, 'n3');
  return network;
}

function isDeposed(network: Network): boolean {
  run(network);
  beat(network, 'n1');
  const { role, term } = nodeOf(network, 'n1');
  return role !== 'leader' || term !== 1;
}

const mutants: readonly Mutant[] = [
  {
    name: 'M08: takes the term from a pre-vote',
    broken: { adoptsPreVote: (node, request) => request.term > node.term },
    disturbs: (subject) => isDeposed(impatient(subject, asking)),
  },
  {
    name: 'M08: restarts its timer when asked for a pre-vote',
    broken: {
      restartsElection: (event) => event === 'preVote' || raftRules.restartsElection(event),
    },
    disturbs(subject) {
      const network = led({ servers: 3, options: asking, subject });
      const before = nodeOf(network, 'n2').electionGeneration;
      lapse(network, 'n3');
      run(network);
      return nodeOf(network, 'n2').electionGeneration !== before;
    },
  },
  {
    name: 'M09: grants pre-votes as a leader',
    broken: { welcomes: (node, request) => request.term > node.term },
    disturbs: (subject) => isDeposed(impatient(subject, asking)),
  },
  {
    name: 'takes the term from a granted pre-vote',
    broken: { adoptsPreVoteReply: (node, reply) => reply.term > node.term },
    disturbs(subject) {
      const network = createNetwork({ servers: 3, options: asking, subject });
      elect(network, 'n1');
      return nodeOf(network, 'n1').role !== 'leader';
    },
  },
  {
    name: 'M31: lets anybody depose a leader that is heard',
    broken: { protectsLeader: () => false },
    disturbs(subject) {
      // Removed or not, n3 hears no heartbeat from which n1 could learn of its term.
      const network = impatient(subject, checking);
      run(network);
      return nodeOf(network, 'n1').role !== 'leader';
    },
  },
  {
    name: 'M36: obeys a TimeoutNow of an older term',
    broken: { heedsTimeoutNow: () => true },
    disturbs(subject) {
      const network = led({ servers: 3, subject });
      elect(network, 'n2');
      const late = { kind: 'TimeoutNow', from: 'n1', to: 'n3', term: 1 } as const;
      give(network, 'n3', { kind: 'receive', message: late });
      run(network);
      return nodeOf(network, 'n2').role !== 'leader';
    },
  },
  {
    name: 'M36: takes proposals while it hands over',
    broken: { takesProposals: () => true },
    disturbs(subject) {
      const network = led({ servers: 3, subject });
      link(network, 'cut', 'n1', 'n3');
      handTo(network, 'n1', { target: 'n2' });
      const { length } = nodeOf(network, 'n1').log;
      propose(network, 'n1', { serial: 1, add: 1 });
      return nodeOf(network, 'n1').log.length !== length;
    },
  },
  {
    name: 'hands over to a target that lacks entries',
    broken: { mayTakeOver: () => true },
    disturbs(subject) {
      const network = led({ servers: 3, subject });
      link(network, 'cut', 'n1', 'n3');
      propose(network, 'n1', { serial: 1, add: 1 });
      run(network);
      link(network, 'heal', 'n1', 'n3');
      handTo(network, 'n1', { target: 'n3' });
      const now = network.queue.find(({ kind }) => kind === 'TimeoutNow');
      if (now !== undefined) deliver(network, now);
      run(network);
      return nodeOf(network, 'n1').role !== 'leader' && nodeOf(network, 'n3').role !== 'leader';
    },
  },
  {
    name: 'M38: never forgets who was heard',
    broken: { forgetsActive: () => false },
    disturbs: (subject) => leadsAlone(led({ servers: 3, options: checking, subject })),
  },
  {
    name: 'M38: counts learners as a quorum',
    broken: { quorumIsActive: (node) => node.progress.some((progress) => progress.active) },
    disturbs(subject) {
      const options = { ...checking, servers: ['n1', 'n2', 'n3'], learners: ['n4'] };
      return leadsAlone(led({ servers: 4, options, subject }));
    },
  },
];

/** Cut off from the other voters, does n1 still lead after two election time-outs? */
function leadsAlone(network: Network): boolean {
  link(network, 'cut', 'n1', 'n2', 'n3');
  for (let left = 6; left > 0; left -= 1) beat(network, 'n1');
  return nodeOf(network, 'n1').role === 'leader';
}

describe('Mutants of elections and transfers (raft.md 6.1, 6.3, 6.4)', () => {
  test.each(mutants)('A server that $name disturbs', ({ name, broken, disturbs }) => {
    expect(disturbs(machine(name, brokenRules(broken)))).toBe(true);
    expect(disturbs(raft)).toBe(false);
  });

  test('The quorum that is asked is that of voters', () => {
    const network = led({ servers: 3, options: checking });
    const node = nodeOf(network, 'n1');
    for (const heard of [0, 1, 2]) {
      for (const [at, progress] of node.progress.entries()) progress.active = at < heard;
      const active = progressHaveQuorum(node, raftRules, (progress) => progress.active);
      expect(active).toBe(heard > 0);
      expect(raftRules.quorumIsActive(node, raftRules)).toBe(active);
    }
  });
});
