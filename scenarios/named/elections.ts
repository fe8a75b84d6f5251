/** Named scenarios of elections. */
import { passing } from './named-scenario.ts';
import type { Named } from './named-scenario.ts';
import { answered, deliveredTwice, led, nobodyLed, twoLeadersAtOnce, voted } from './sights.ts';
import { campaign, crash, cut, double, hold, lose, stage, write } from './stage.ts';

const splitVote: Named = passing({
  summary: 'All three servers stand for term 1, none wins, and the next term has a leader.',
  scenario: stage({
    name: 'split-vote',
    servers: 3,
    faults: [campaign('S1', 100), campaign('S2', 100), campaign('S3', 100), campaign('S2', 150)],
  }),
  shows: ['vote refused', nobodyLed(1), led('S2', 2)],
});

const duplicateVoteReply: Named = passing({
  summary: "One voter's grant reaches each of two candidates twice and still counts once.",
  scenario: stage({
    name: 'duplicate-vote-reply',
    servers: 5,
    faults: [
      hold({ message: 'RequestVote', from: 'S1', to: 'S4', atMs: 90, forMs: 60 }, 20),
      lose({ message: 'RequestVote', from: 'S1', to: 'S5', atMs: 90, forMs: 60 }),
      hold({ message: 'RequestVote', from: 'S2', to: 'S3', atMs: 90, forMs: 60 }, 20),
      lose({ message: 'RequestVote', from: 'S2', to: 'S5', atMs: 90, forMs: 60 }),
      double({ message: 'RequestVoteReply', atMs: 90, forMs: 60 }, 2),
      campaign('S1', 100),
      campaign('S2', 100),
      campaign('S5', 200),
      campaign('S5', 250),
    ],
  }),
  shows: [
    'message duplicated',
    deliveredTwice('a granted vote', (message) =>
      message.kind === 'RequestVoteReply' ? message.granted : false,
    ),
    voted({ server: 'S3', candidate: 'S1', term: 1 }),
    voted({ server: 'S4', candidate: 'S2', term: 1 }),
    nobodyLed(1),
    led('S5', 2),
  ],
});

const twoLeaders: Named = passing({
  summary: 'A leader cut off from the others goes on leading its old term beside the new leader.',
  scenario: stage({
    name: 'two-leaders',
    servers: 3,
    operations: [write('c1', 200, 1)],
    faults: [campaign('S1', 100), cut(['S1'], { atMs: 130, forMs: 300 }), campaign('S2', 150)],
  }),
  shows: ['partition', 'leader changed', led('S1', 1), led('S2', 2), twoLeadersAtOnce()],
});

const crashBetween: Named = passing({
  summary: 'A voter loses its power before its vote is durable: nobody heard of it, so it is free.',
  scenario: stage({
    name: 'crash-between-persist-and-send',
    servers: 3,
    faults: [
      lose({ message: 'RequestVote', from: 'S1', to: 'S2', atMs: 90, forMs: 100 }),
      { kind: 'slowDisk', server: 'S3', atMs: 90, forMs: 25, byMs: 50 },
      campaign('S1', 100),
      crash('S3', { atMs: 110, forMs: 10 }),
      campaign('S2', 150),
    ],
  }),
  shows: [
    'unsynced writes lost',
    'restart',
    voted({ server: 'S3', candidate: 'S1', term: 1 }),
    voted({ server: 'S3', candidate: 'S2', term: 1 }),
    led('S2', 1),
  ],
});

const offlineAndBack: Named = passing({
  summary: 'The leader leaves in good order, another one takes over, and the first one rejoins.',
  scenario: stage({
    name: 'offline-and-back',
    servers: 3,
    operations: [write('c1', 120, 1), write('c1', 250, 2)],
    faults: [
      campaign('S1', 100),
      { kind: 'offline', server: 'S1', atMs: 150, forMs: 200 },
      campaign('S2', 170),
    ],
  }),
  shows: [
    'fault: offline',
    'restart',
    'leader changed',
    led('S2', 2),
    answered('c1', 'write', 1),
    answered('c1', 'write', 2),
  ],
});

export const elections: readonly Named[] = [
  splitVote,
  duplicateVoteReply,
  twoLeaders,
  crashBetween,
  offlineAndBack,
];
