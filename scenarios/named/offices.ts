/** Named scenarios of offices: who may lead, for how long, and how one hands over. */
import { passing } from './named-scenario.ts';
import type { Named } from './named-scenario.ts';
import { answered, led, nobodyLed, sent } from './sights.ts';
import { campaign, cut, handOver, having, lose, stage, write } from './stage.ts';

const preVoteComeback: Named = passing({
  summary: 'A server that was alone asks before it campaigns: it comes back in the same term.',
  scenario: stage({
    name: 'pre-vote-comeback',
    servers: 3,
    cluster: having({ preVote: true }),
    operations: [write('c1', 200, 1), write('c1', 500, 2)],
    faults: [
      campaign('S1', 100),
      cut(['S3'], { atMs: 150, forMs: 230 }),
      campaign('S3', 180),
      campaign('S3', 200),
      campaign('S3', 300),
      campaign('S3', 385),
    ],
  }),
  shows: [
    'pre-vote refused',
    sent('S3 asks', 4, (message) => message.kind === 'PreVote' && message.from === 'S3'),
    nobodyLed(2),
    answered('c1', 'write', 2),
  ],
});

const quickElections = { electionMs: { min: 150, max: 300 } } as const;

const checkQuorum: Named = passing({
  summary: 'A leader that hears of no quorum steps down, and sends nobody astray any more.',
  scenario: stage({
    name: 'leader-without-quorum',
    servers: 3,
    cluster: { ...quickElections, ...having({ checkQuorum: true }) },
    operations: [write('c1', 450, 1), write('c2', 1_100, 2)],
    faults: [cut(['leader'], { atMs: 500, forMs: 900 })],
    runMs: 1_500,
  }),
  shows: [
    'partition',
    'leader stepped down without a quorum',
    'leader changed',
    answered('c2', 'write', 2),
  ],
});

const handedOver: Named = passing({
  summary: 'The leader hands over: its heir campaigns at once, and nobody protects the old leader.',
  scenario: stage({
    name: 'leadership-handed-over',
    servers: 3,
    cluster: having({ preVote: true, checkQuorum: true }),
    operations: [write('c1', 150, 1), write('c1', 200, 2), write('c1', 260, 3)],
    workload: { operator: [handOver('S2', 200)] },
    faults: [campaign('S1', 100)],
  }),
  shows: ['leadership transferred', led('S2', 2), nobodyLed(3), answered('c1', 'write', 3)],
});

const handOverAborted: Named = passing({
  summary: 'The heir never hears of it: after an election time-out the leader goes on leading.',
  scenario: stage({
    name: 'hand-over-aborted',
    servers: 3,
    cluster: quickElections,
    operations: [write('c1', 550, 1), write('c1', 620, 2)],
    workload: { operator: [handOver('S1', 600), handOver('S2', 601), handOver('S3', 602)] },
    faults: [
      lose({ message: 'TimeoutNow', atMs: 590, forMs: 900 }),
      lose({ message: 'TimeoutNow', from: 'leader', atMs: 590, forMs: 900 }),
    ],
    runMs: 1_600,
  }),
  shows: [
    'leadership transfer aborted',
    'client told busy',
    sent('somebody is to campaign', 1, (message) => message.kind === 'TimeoutNow'),
    answered('c1', 'write', 2),
  ],
});

export const offices: readonly Named[] = [
  preVoteComeback,
  checkQuorum,
  handedOver,
  handOverAborted,
];
