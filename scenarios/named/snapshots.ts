/** Named scenarios of snapshots and slow disks. */
import { passing } from './named-scenario.ts';
import type { Named } from './named-scenario.ts';
import { answered, committed, led, restored } from './sights.ts';
import { campaign, crash, cut, having, hold, read, stage, write } from './stage.ts';

const sixWrites = [1, 2, 3, 4, 5, 6].map((value) => write('c1', 140 + value, value));

const snapshotCatchUp: Named = passing({
  summary: 'A follower slept while the log was compacted: the snapshot comes in pieces.',
  scenario: stage({
    name: 'snapshot-catch-up',
    servers: 3,
    cluster: having({ snapshotEvery: 3, snapshotChunkBytes: 100 }),
    operations: [...sixWrites, read('c2', 500)],
    faults: [campaign('S1', 100), cut(['S3'], { atMs: 130, forMs: 170 })],
  }),
  shows: [
    'snapshot taken',
    'snapshot installed',
    restored('S3', 6),
    committed('S3', 7),
    answered('c2', 'read', 6),
  ],
});

const snapshotRacedByLeader: Named = passing({
  summary: 'Half of the snapshot has arrived when its leader is cut off: the next one starts over.',
  scenario: stage({
    name: 'snapshot-raced-by-leader-change',
    servers: 3,
    cluster: having({ snapshotEvery: 3, snapshotChunkBytes: 40 }),
    operations: [...sixWrites, write('c2', 400, 7)],
    faults: [
      campaign('S1', 100),
      cut(['S3'], { atMs: 130, forMs: 170 }),
      hold({ message: 'InstallSnapshotReply', from: 'S3', atMs: 300, forMs: 300 }, 8),
      cut(['S1'], { atMs: 390, forMs: 150 }),
      campaign('S2', 395),
    ],
  }),
  shows: [
    'snapshot installed while the leader changed',
    led('S2', 2),
    restored('S3', 6),
    answered('c2', 'write', 7),
  ],
});

const snapshotAndCrash: Named = passing({
  summary: 'A server loses power while it keeps a snapshot, and begins from whatever is there.',
  scenario: stage({
    name: 'snapshot-and-crash',
    servers: 3,
    cluster: having({ snapshotEvery: 2, snapshotKeep: 1 }),
    operations: [...sixWrites, write('c2', 420, 7), read('c2', 480)],
    faults: [
      campaign('S1', 100),
      { kind: 'slowDisk', server: 'S2', atMs: 150, forMs: 60, byMs: 10 },
      { kind: 'crash', server: 'S2', atMs: 172, forMs: 90, disk: 'torn' },
      { kind: 'crash', server: 'S1', atMs: 300, forMs: 20, disk: 'some' },
      campaign('S2', 350),
    ],
  }),
  shows: [
    'snapshot taken',
    'unsynced writes lost',
    'restart',
    restored('S1', 4),
    led('S2', 2),
    answered('c2', 'read', 7),
  ],
});

const lateDisk: Named = passing({
  summary: 'A disk tells late, and in another order, what is durable: nobody counts on it before.',
  scenario: stage({
    name: 'disk-tells-out-of-order',
    servers: 3,
    cluster: { disk: { order: 'anyOrder', lateMicros: { min: 0, max: 20_000 } } },
    operations: [...sixWrites, read('c2', 400)],
    workload: { clients: 3 },
    faults: [campaign('S1', 100), crash('S2', { atMs: 175, forMs: 50 })],
  }),
  shows: ['write told out of order', 'restart', led('S1', 1), answered('c2', 'read', 6)],
});

export const snapshots: readonly Named[] = [
  snapshotCatchUp,
  snapshotRacedByLeader,
  snapshotAndCrash,
  lateDisk,
];
