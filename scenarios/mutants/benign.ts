/** Deviations that look like bugs and are none: they measure the judges' false alarms. */
import { machine } from '../../harness/raft/machine.ts';
import { brokenRules } from '../../harness/raft/rules.ts';
import { settling } from './bus.ts';
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
    'A late acknowledgement takes the match index back: it stays a true lower bound, ' +
    'commits are never taken back, and the next heartbeat is acknowledged in full.',
  source: 'M16',
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

const proposalsTaken: Benign = {
  name: 'proposals-taken-while-handing-over',
  summary:
    'A leader takes proposals while it hands over: the target may lack them and lose the ' +
    'election, which costs a transfer and no promise.',
  source: 'M36',
  subject: machine(
    'proposals-taken-while-handing-over',
    brokenRules({ takesProposals: () => true }),
  ),
};

const handedOverEarly: Benign = {
  name: 'handed-over-early',
  summary: 'A target that lacks entries is told to campaign: it cannot win, and the term is lost.',
  source: 'M36',
  subject: machine('handed-over-early', brokenRules({ mayTakeOver: () => true })),
};

const beatsStop: Benign = {
  name: 'beats-stop-while-installing',
  summary:
    'A leader sends no heartbeats to a follower that gets a snapshot: each one repeats the piece ' +
    'under way instead, and pieces are contact as good as heartbeats (Figure 13).',
  source: 'M48',
  subject: machine(
    'beats-stop-while-installing',
    brokenRules({ beatsWhileInstalling: () => false }),
  ),
};

const oldExpiries: Benign = {
  name: 'old-expiries-heeded',
  summary:
    'A server does not ask whether the timer that ran out was armed anew since: the world never ' +
    'reports such an expiry, and if it did, an election too many would follow.',
  source: 'M24',
  subject: machine('old-expiries-heeded', brokenRules({ expiryIsCurrent: () => true })),
};

const gapsIgnored: Benign = {
  name: 'writes-confirmed-with-gaps',
  summary:
    'A write told to be durable counts for all before it, told or not: the disks here sync in ' +
    'order and only tell in any, so that it is true.',
  source: 'case 42',
  subject: machine('writes-confirmed-with-gaps', brokenRules({ confirms: () => true })),
};

const settledEarly: Benign = {
  name: 'settled-at-delivery',
  summary:
    'Every message is complete once it is delivered, before what it led to is durable: a crash ' +
    'loses it, and clients and leaders ask again.',
  source: 'M49',
  subject: machine('settled-at-delivery', brokenRules({})),
  bus: settling,
};

export const benign: readonly Benign[] = [
  matchedSentAgain,
  matchAssigned,
  windowFreedByAcks,
  ownVoteAtOnce,
  nackTwice,
  proposalsTaken,
  handedOverEarly,
  beatsStop,
  oldExpiries,
  gapsIgnored,
  settledEarly,
];
