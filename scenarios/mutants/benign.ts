/** Deviations that look like bugs and are none: they measure the judges' false alarms. */
import { machine } from '../../harness/raft/machine.ts';
import { brokenRules } from '../../harness/raft/rules.ts';
import type { Benign } from './mutant.ts';
import { withEffects } from './mutant.ts';

const matchedSentAgain: Benign = {
  name: 'everything-sent-twice',
  summary: 'A leader sends every AppendEntries twice; followers skip what they have (Raft §5.3).',
  subject: withEffects(machine('everything-sent-twice', brokenRules({})), (effects) =>
    effects.flatMap((effect) =>
      effect.kind === 'send' && effect.message.kind === 'AppendEntries'
        ? [effect, effect]
        : [effect],
    ),
  ),
};

const matchAssigned: Benign = {
  name: 'match-assigned',
  summary:
    'A late acknowledgement takes the match index back (M16): it stays a true lower bound, ' +
    'commits are never taken back, and the next heartbeat is acknowledged in full.',
  subject: machine(
    'match-assigned',
    brokenRules({
      matchAfterAck: (_progress, reply) => reply.matchIndex,
    }),
  ),
};

const windowFreedByAcks: Benign = {
  name: 'window-freed-by-acks-only',
  summary:
    'Refusals and heartbeats do not free the window: empty heartbeats go on probing, and the ' +
    'first of them that is acknowledged frees it.',
  subject: machine(
    'window-freed-by-acks-only',
    brokenRules({
      freesWindow: (event) => event === 'ack',
    }),
  ),
};

const ownVoteAtOnce: Benign = {
  name: 'own-vote-counted-at-once',
  summary:
    'A candidate counts its own vote before it is durable: its requests wait for it anyway, so ' +
    'no other vote comes earlier.',
  subject: machine(
    'own-vote-counted-at-once',
    brokenRules({
      countsOwnVote: () => true,
    }),
  ),
};

const nackTwice: Benign = {
  name: 'refusals-sent-twice',
  summary: 'A follower refuses an AppendEntries twice; the second refusal is out of date.',
  subject: withEffects(machine('refusals-sent-twice', brokenRules({})), (effects) =>
    effects.flatMap((effect) =>
      effect.kind === 'send' &&
      effect.message.kind === 'AppendEntriesReply' &&
      !effect.message.success
        ? [effect, effect]
        : [effect],
    ),
  ),
};

export const benign: readonly Benign[] = [
  matchedSentAgain,
  matchAssigned,
  windowFreedByAcks,
  ownVoteAtOnce,
  nackTwice,
];
