/** Named scenarios of clients: retries, sessions, reads. */
import { passing } from './named-scenario.ts';
import type { Named } from './named-scenario.ts';
import { answered, applied, led, sent, twoLeadersAtOnce } from './sights.ts';
import { campaign, crash, cut, lose, read, stage, write } from './stage.ts';

const staleLeaderRead: Named = passing({
  summary: 'A client asks a leader that has been replaced: it must not be told the old value.',
  scenario: stage({
    name: 'stale-leader-read',
    servers: 3,
    operations: [write('c1', 120, 1), write('c2', 180, 2), read('c1', 400)],
    faults: [campaign('S1', 100), cut(['S1'], { atMs: 150, forMs: 400 }), campaign('S2', 160)],
  }),
  shows: [
    'partition',
    twoLeadersAtOnce(),
    sent(
      "c1's read to S1",
      1,
      (message) =>
        message.kind === 'ClientRequest' &&
        message.to === 'S1' &&
        message.from === 'c1' &&
        message.payload.kind === 'command' &&
        message.payload.command['f'] === 'read',
    ),
    answered('c1', 'read', 2),
  ],
});

const lostAnswerRetry: Named = passing({
  summary: 'The answer is lost with the leader; the retry at the next one runs nothing twice.',
  scenario: stage({
    name: 'lost-answer-retry',
    servers: 3,
    operations: [write('c1', 150, 1)],
    workload: { retryMs: 100 },
    faults: [
      campaign('S1', 100),
      lose({ message: 'ClientReply', from: 'S1', atMs: 150, forMs: 200 }),
      crash('S1', { atMs: 330, forMs: 250 }),
      campaign('S2', 335),
    ],
  }),
  shows: [
    'message dropped',
    'leader changed',
    led('S2', 2),
    sent(
      'the write is answered as done',
      2,
      (message) => message.kind === 'ClientReply' && message.answer.kind === 'done',
    ),
    answered('c1', 'write', 1),
  ],
});

const registerSessions: Named = passing({
  summary: 'Clients register first: the index of their registration names their session.',
  scenario: stage({
    name: 'register-sessions',
    servers: 3,
    operations: [write('c1', 150, 1), read('c2', 200)],
    workload: { sessions: 'registered' },
    faults: [campaign('S1', 100)],
  }),
  shows: [
    'client redirected',
    applied('a session is registered', ({ answer }) => answer?.kind === 'registered'),
    applied('a command runs in a registered session', ({ session }) => session?.[0] === '#'),
    answered('c1', 'write', 1),
    answered('c2', 'read', 1),
  ],
});

export const clients: readonly Named[] = [staleLeaderRead, lostAnswerRetry, registerSessions];
