/** Named scenarios of the bus: locks, redelivery, throttling, restarts, dead letters. */
import { passing } from './named-scenario.ts';
import type { Named } from './named-scenario.ts';
import { answered, committed, deliveredTwice, held } from './sights.ts';
import { campaign, hold, stage, write } from './stage.ts';

const lockExpiry: Named = passing({
  summary: 'A follower is still writing an entry when its lock runs out: the append comes again.',
  scenario: stage({
    name: 'lock-expiry-mid-append',
    servers: 3,
    operations: [write('c1', 150, 1)],
    faults: [
      campaign('S1', 100),
      { kind: 'slowDisk', server: 'S2', atMs: 140, forMs: 100, byMs: 60 },
      { kind: 'lockExpiry', server: 'S2', atMs: 170 },
    ],
  }),
  shows: [
    'lock lost',
    'message redelivered',
    'fault: lockExpiry',
    deliveredTwice('an append with entries', (message) =>
      message.kind === 'AppendEntries' ? message.entries.length > 0 : false,
    ),
    answered('c1', 'write', 1),
    committed('S2', 2),
  ],
});

const pauseBeyondLock: Named = passing({
  summary: 'A follower stops longer than its locks last: all it held comes again.',
  scenario: stage({
    name: 'pause-beyond-lock',
    servers: 3,
    bus: { lockDurationMs: 100 },
    operations: [write('c1', 150, 1)],
    faults: [campaign('S1', 100), { kind: 'pause', server: 'S2', atMs: 140, forMs: 250 }],
  }),
  shows: ['pause', 'lock lost', 'message redelivered', answered('c1', 'write', 1)],
});

const throttledLeader: Named = passing({
  summary: 'The broker refuses all messages for a while: what was refused is sent anew.',
  scenario: stage({
    name: 'throttled-leader',
    servers: 3,
    operations: [write('c1', 150, 1), write('c2', 160, 2)],
    faults: [campaign('S1', 100), { kind: 'throttle', atMs: 140, forMs: 150 }],
  }),
  shows: ['throttled', 'fault: throttle', answered('c1', 'write', 1), answered('c2', 'write', 2)],
});

const brokerRestart: Named = passing({
  summary:
    'The broker restarts: receivers are disconnected, messages survive and are received late.',
  scenario: stage({
    name: 'broker-restart',
    servers: 3,
    operations: [write('c1', 150, 1), write('c2', 210, 2)],
    faults: [campaign('S1', 100), { kind: 'brokerRestart', atMs: 205 }],
  }),
  shows: [
    'disconnected',
    'fault: brokerRestart',
    answered('c1', 'write', 1),
    answered('c2', 'write', 2),
  ],
});

const deadLetteredAppend: Named = passing({
  summary: 'An append that waited for a follower ends as a dead letter: its leader sends it again.',
  scenario: stage({
    name: 'dead-lettered-append',
    servers: 3,
    bus: { prefetch: 1 },
    operations: [write('c1', 150, 1)],
    faults: [
      campaign('S1', 100),
      { kind: 'slowDisk', server: 'S2', atMs: 120, forMs: 200, byMs: 120 },
      hold({ message: 'AppendEntries', from: 'S1', to: 'S2', atMs: 150, forMs: 40 }, 15),
      { kind: 'deadLetter', server: 'S2', atMs: 230 },
    ],
  }),
  shows: ['message dead-lettered', 'fault: deadLetter', held('S2', 2, 1), committed('S2', 2)],
});

export const serviceBus: readonly Named[] = [
  lockExpiry,
  pauseBeyondLock,
  throttledLeader,
  brokerRestart,
  deadLetteredAppend,
];
