/** Named scenarios of reads without entries, of leases, and of limits that clients meet. */
import { passing } from './named-scenario.ts';
import type { Named } from './named-scenario.ts';
import { answered, applied, led, nobodyLed, sent, served, twoLeadersAtOnce } from './sights.ts';
import { campaign, crash, cut, having, hold, read, stage, write } from './stage.ts';

const cutOffLeaderRead: Named = passing({
  summary: 'A leader cut off asks its followers before it answers a read, and so never does.',
  scenario: stage({
    name: 'read-at-a-cut-off-leader',
    servers: 3,
    operations: [write('c1', 120, 1), write('c2', 200, 2), read('c1', 260)],
    workload: { reads: 'index', retryMs: 100 },
    faults: [campaign('S1', 100), cut(['S1'], { atMs: 150, forMs: 300 }), campaign('S2', 160)],
  }),
  shows: [
    'partition',
    twoLeadersAtOnce(),
    sent(
      "c1's read to S1",
      1,
      ({ kind, to, from }) => kind === 'ClientRequest' && to === 'S1' && from === 'c1',
    ),
    served('S2', 'index'),
    answered('c1', 'read', 2),
  ],
});

const earlyRead: Named = passing({
  summary: 'A new leader is asked before it has committed anything: the read waits for its no-op.',
  scenario: stage({
    name: 'read-at-a-new-leader',
    servers: 3,
    operations: [write('c1', 150, 1), read('c2', 206), read('c1', 207)],
    workload: { reads: 'index', retryMs: 100 },
    faults: [
      campaign('S1', 100),
      hold({ message: 'AppendEntries', from: 'S1', to: 'S2', atMs: 153, forMs: 50 }, 200),
      crash('S1', { atMs: 190, forMs: 200 }),
      campaign('S3', 200),
      hold({ message: 'AppendEntriesReply', to: 'S3', atMs: 200, forMs: 30 }, 30),
    ],
    seed: 2,
  }),
  shows: [led('S3', 2), served('S3', 'index'), answered('c2', 'read', 1), 'message delayed'],
});

const followerRead: Named = passing({
  summary: 'Followers answer reads themselves, once they have applied what their leader names.',
  scenario: stage({
    name: 'read-at-a-follower',
    servers: 3,
    operations: [write('c1', 150, 1), read('c1', 250), read('c2', 260), read('c2', 270)],
    workload: { reads: 'index', readsAt: 'any' },
    faults: [campaign('S1', 100)],
    seed: 3,
  }),
  shows: ['read by index at a follower', led('S1', 1), answered('c2', 'read', 1)],
});

const leaseEnds: Named = passing({
  summary: 'A leader cut off reads alone while its lease lasts; after that it asks first.',
  scenario: stage({
    name: 'lease-read-at-a-cut-off-leader',
    servers: 3,
    cluster: {
      electionMs: { min: 300, max: 500 },
      ...having({ checkQuorum: true, leaseDriftBound: 1.25 }),
    },
    operations: [write('c1', 900, 1), read('c1', 1_020), read('c1', 1_250), write('c1', 1_400, 2)],
    workload: { reads: 'lease', timeoutMs: 4_000 },
    faults: [cut(['leader'], { atMs: 1_000, forMs: 265 })],
    runMs: 1_500,
  }),
  shows: [
    'lease read served',
    'lease read refused',
    nobodyLed(2),
    answered('c1', 'read', 1),
    answered('c1', 'write', 2),
  ],
});

const backlog: Named = passing({
  summary: 'More is asked for than may wait uncommitted: clients are told, and ask again.',
  scenario: stage({
    name: 'backlog',
    servers: 3,
    cluster: having({ uncommittedMax: 1, bytesPerAppendMax: 60 }),
    operations: [write('c1', 200, 1), write('c2', 200, 2), write('c1', 201, 3)],
    faults: [campaign('S1', 100)],
  }),
  shows: [
    'client told busy',
    answered('c1', 'write', 1),
    answered('c2', 'write', 2),
    answered('c1', 'write', 3),
  ],
});

const sessionExpires: Named = passing({
  summary:
    'There is room for one session: the newer one ends the older one, at every server alike.',
  scenario: stage({
    name: 'session-expires',
    servers: 3,
    cluster: having({ sessionsMax: 1 }),
    operations: [write('c1', 150, 1), write('c2', 250, 2), write('c1', 350, 3), read('c1', 450)],
    workload: { sessions: 'registered' },
    faults: [campaign('S1', 100)],
  }),
  shows: [
    'session expired',
    applied('a session is registered', ({ answer }) => answer?.kind === 'registered'),
    answered('c2', 'write', 2),
    answered('c1', 'read', 2),
  ],
});

export const reads: readonly Named[] = [
  cutOffLeaderRead,
  earlyRead,
  followerRead,
  leaseEnds,
  backlog,
  sessionExpires,
];
