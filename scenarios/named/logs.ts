/** Named scenarios of logs: the paper's figures, and what partitions and crashes leave behind. */
import { passing } from './named-scenario.ts';
import type { Named } from './named-scenario.ts';
import { answered, committed, held, led } from './sights.ts';
import { campaign, crash, cut, disk, lose, read, stage, write } from './stage.ts';

const figure8: Named = passing({
  summary:
    'Figure 8: an entry of term 2 on a majority is not committed by counting, and a leader of a ' +
    'later term overwrites it.',
  scenario: stage({
    name: 'figure-8',
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
      lose({ message: 'AppendEntries', from: 'S1', to: 'S4', atMs: 90, forMs: 100 }),
      lose({ message: 'AppendEntries', from: 'S1', to: 'S5', atMs: 90, forMs: 100 }),
      campaign('S1', 100),
      lose({ message: 'AppendEntries', from: 'S1', to: 'S3', atMs: 108, forMs: 80 }),
      crash('S1', { atMs: 115, forMs: 300 }),
      campaign('S5', 120),
    ],
  }),
  shows: [
    'uncommitted entry overwritten',
    led('S1', 4),
    held('S3', 2, 2),
    led('S5', 5),
    held('S3', 2, 3),
    committed('S5', 3),
  ],
});

const common = [1, 1, 1] as const;

const figure7: Named = passing({
  summary: 'Figure 7: the leader of term 8 brings six followers with all kinds of logs to its own.',
  scenario: stage({
    name: 'figure-7',
    servers: 7,
    initial: [
      disk('S1', 7, [...common, 4, 4, 5, 5, 6, 6, 6]),
      disk('S2', 7, [...common, 4, 4, 5, 5, 6, 6]),
      disk('S3', 7, [...common, 4]),
      disk('S4', 7, [...common, 4, 4, 5, 5, 6, 6, 6, 6]),
      disk('S5', 7, [...common, 4, 4, 5, 5, 6, 6, 6, 7, 7]),
      disk('S6', 7, [...common, 4, 4, 4, 4]),
      disk('S7', 7, [...common, 2, 2, 2, 3, 3, 3, 3, 3]),
    ],
    faults: [campaign('S1', 100)],
  }),
  shows: [
    'vote refused',
    'append refused',
    'entry truncated',
    led('S1', 8),
    ...['S1', 'S2', 'S3', 'S4', 'S5', 'S6', 'S7'].flatMap((server) => [
      held(server, 11, 8),
      committed(server, 11),
    ]),
  ],
});

const partitionAndHeal: Named = passing({
  summary:
    'The leader is cut off, the rest goes on, and the heal overwrites its uncommitted entry.',
  scenario: stage({
    name: 'partition-and-heal',
    servers: 3,
    operations: [write('c1', 120, 1), write('c1', 155, 2), write('c2', 250, 3)],
    faults: [campaign('S1', 100), cut(['S1'], { atMs: 150, forMs: 250 }), campaign('S2', 200)],
  }),
  shows: [
    'partition',
    'leader changed',
    'uncommitted entry overwritten',
    led('S2', 2),
    answered('c1', 'write', 2),
    answered('c2', 'write', 3),
  ],
});

const minorityLeader: Named = passing({
  summary: 'Two of five servers keep their leader, take a write and can never commit it.',
  scenario: stage({
    name: 'minority-leader',
    servers: 5,
    operations: [write('c1', 120, 1), write('c1', 155, 2), read('c2', 300)],
    workload: { retryMs: 400 },
    faults: [
      campaign('S1', 100),
      cut(['S1', 'S2'], { atMs: 150, forMs: 200 }),
      campaign('S3', 200),
    ],
  }),
  shows: [
    'partition',
    'uncommitted entry overwritten',
    held('S2', 3, 1),
    led('S3', 2),
    answered('c1', 'write', 2),
  ],
});

const majorityRestart: Named = passing({
  summary: 'Three of five servers lose their power at once; what was committed is still there.',
  scenario: stage({
    name: 'majority-restart',
    servers: 5,
    operations: [write('c1', 120, 1), read('c2', 300)],
    faults: [
      campaign('S1', 100),
      ...['S1', 'S2', 'S3'].map((server) => crash(server, { atMs: 200, forMs: 20 })),
      campaign('S2', 250),
    ],
  }),
  shows: ['fault: crash', 'restart', led('S2', 2), answered('c2', 'read', 1)],
});

export const logs: readonly Named[] = [
  figure7,
  figure8,
  partitionAndHeal,
  minorityLeader,
  majorityRestart,
];
