/** Named scenarios of membership: servers come, go, learn, and are of no trouble afterwards. */
import { passing } from './named-scenario.ts';
import type { Named } from './named-scenario.ts';
import { answered, committed, goneBy, held, led, nobodyLed, sent } from './sights.ts';
import {
  campaign,
  change,
  crash,
  cut,
  having,
  lose,
  read,
  replace,
  stage,
  write,
} from './stage.ts';

const learnerPromoted: Named = passing({
  summary: 'A newcomer learns first; once it votes, it makes up for one that fails.',
  scenario: stage({
    name: 'learner-promoted',
    servers: 4,
    cluster: { spares: 1 },
    operations: [write('c1', 150, 1), write('c1', 300, 2), read('c2', 480)],
    workload: { operator: [change('addLearner', 'S4', 180), change('addVoter', 'S4', 220)] },
    faults: [campaign('S1', 100), crash('S2', { atMs: 260, forMs: 300 })],
  }),
  shows: [
    'learner promoted',
    'restart',
    goneBy('S4', 'S1', 'S2', 'S3', 'S4'),
    answered('c1', 'write', 2),
    answered('c2', 'read', 2),
  ],
});

const jointUnderPartition: Named = passing({
  summary:
    'Two servers replace two others while the leader is cut off from half of them: both ' +
    'majorities are needed until the change is over.',
  scenario: stage({
    name: 'joint-change-under-partition',
    servers: 5,
    cluster: { spares: 2 },
    operations: [write('c1', 150, 1), write('c1', 320, 2), read('c2', 550)],
    workload: { operator: [replace({ in: ['S4', 'S5'], out: ['S2', 'S3'] }, 200)] },
    faults: [
      campaign('S1', 100),
      cut(['S1', 'S4', 'S5'], { atMs: 203, forMs: 100 }),
      crash('S2', { atMs: 450, forMs: 150 }),
      crash('S3', { atMs: 450, forMs: 150 }),
    ],
  }),
  shows: [
    'joint configuration entered during a partition',
    'joint configuration left',
    goneBy('S4', 'S1', 'S4', 'S5'),
    answered('c1', 'write', 2),
    answered('c2', 'read', 2),
  ],
});

const jointLeftByNext: Named = passing({
  summary: 'The leader falls in the middle of a joint change: the next one leads it to its end.',
  scenario: stage({
    name: 'joint-change-inherited',
    servers: 4,
    cluster: { spares: 1 },
    operations: [write('c1', 150, 1), read('c2', 500)],
    workload: { operator: [replace({ in: ['S4'], out: ['S3'] }, 200)] },
    faults: [
      campaign('S1', 100),
      lose({ message: 'AppendEntriesReply', to: 'S1', atMs: 208, forMs: 60 }),
      crash('S1', { atMs: 230, forMs: 300 }),
      campaign('S2', 260),
    ],
  }),
  shows: [
    'joint configuration entered',
    led('S2', 2),
    goneBy('S2', 'S1', 'S2', 'S4'),
    answered('c2', 'read', 1),
  ],
});

const changeRolledBack: Named = passing({
  summary: 'A leader cut off adds a server for itself alone: the heal takes the change back.',
  scenario: stage({
    name: 'change-rolled-back',
    servers: 4,
    cluster: { spares: 1 },
    operations: [write('c1', 150, 1), write('c2', 320, 2)],
    workload: { operator: [change('addVoter', 'S4', 200)] },
    faults: [
      campaign('S1', 100),
      cut(['S1', 'S4'], { atMs: 190, forMs: 260 }),
      campaign('S2', 260),
    ],
  }),
  shows: [
    'uncommitted entry overwritten',
    goneBy('S1', 'S1', 'S2', 'S3', 'S4'),
    held('S1', 3, 1),
    held('S1', 3, 2),
    goneBy('S1', 'S1', 'S2', 'S3'),
    answered('c2', 'write', 2),
  ],
});

const leaderRemoved: Named = passing({
  summary: 'The leader is removed: it commits that without counting itself, and steps down.',
  scenario: stage({
    name: 'leader-removed',
    servers: 4,
    operations: [write('c1', 150, 1), write('c1', 350, 2)],
    workload: { operator: [change('remove', 'S1', 200)] },
    faults: [
      campaign('S1', 100),
      lose({ message: 'AppendEntries', from: 'S1', to: 'S4', atMs: 195, forMs: 50 }),
      campaign('S2', 300),
    ],
  }),
  shows: [
    goneBy('S1', 'S2', 'S3', 'S4'),
    committed('S1', 3),
    led('S2', 2),
    answered('c1', 'write', 2),
  ],
});

const removedInVain: Named = passing({
  summary: 'A server that slept through its removal asks for votes in vain: the leader stays.',
  scenario: stage({
    name: 'removed-server-asks-in-vain',
    servers: 4,
    cluster: having({ preVote: true, checkQuorum: true }),
    operations: [write('c1', 150, 1), write('c1', 450, 2)],
    workload: { operator: [change('remove', 'S4', 200)] },
    faults: [
      campaign('S1', 100),
      cut(['S4'], { atMs: 180, forMs: 120 }),
      campaign('S4', 320),
      campaign('S4', 340),
      campaign('S4', 400),
    ],
  }),
  shows: [
    'pre-vote refused',
    sent('S4 asks', 3, (message) => message.kind === 'PreVote' && message.from === 'S4'),
    nobodyLed(2),
    answered('c1', 'write', 2),
  ],
});

export const membership: readonly Named[] = [
  learnerPromoted,
  jointUnderPartition,
  jointLeftByNext,
  changeRolledBack,
  leaderRemoved,
  removedInVain,
];
