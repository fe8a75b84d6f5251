/** The one door: looks the transition up in the declared table and takes it. */
import { campaign, countVote, judgeCandidate } from './elect.ts';
import { follow } from './follow.ts';
import { createNode, forbid, start, stop } from './life.ts';
import type {
  AppendEntries,
  AppendEntriesReply,
  ClientRequest,
  RaftMessage,
  RequestVote,
  RequestVoteReply,
} from './message.ts';
import { noteDurable, noteDurableLog, noteDurableVote } from './persist.ts';
import { propose, redirect } from './propose.ts';
import { advancePeer, beat } from './replicate.ts';
import { adoptTerm } from './role.ts';
import { raftRules } from './rules.ts';
import type { Rules } from './rules.ts';
import type { Input, Stored, Subject } from './step.ts';
import { table } from './table.ts';
import type { InputName, TransitionOf } from './table.ts';
import { beginTurn, effectsOf, flush, newTurn } from './turn.ts';
import type { Turn } from './turn.ts';

/** Raft under a name, with some rules replaced if it is to be a mutant. */
export function machine(name: string, rules: Rules = raftRules): Subject {
  let turn: Turn | null = null;
  return {
    name,
    create: createNode,
    step(node, input) {
      turn ??= newTurn(rules, node);
      beginTurn(turn, node);
      take(turn, input);
      flush(turn);
      return effectsOf(turn);
    },
  };
}

/** The built-in Raft. */
export const raft: Subject = machine('raft');

function take(turn: Turn, input: Input): void {
  const row = table[turn.node.role];
  switch (input.kind) {
    case 'receive':
      return receive(turn, input.message, row);
    case 'persisted':
      return onPersisted[row.persisted](turn, input.write);
    case 'propose':
      return onPropose[row.propose](turn, input.request);
    case 'expire': {
      if (!turn.rules.expiryIsCurrent(turn.node, input)) return;
      if (input.timer === 'election') return onElectionTimeout[row.electionTimeout](turn);
      return onHeartbeatTimeout[row.heartbeatTimeout](turn);
    }
    case 'online':
      return onOnline[row.online](turn, input.stored);
    case 'offline':
      return onOffline[row.offline](turn);
  }
}

function receive(turn: Turn, message: RaftMessage, row: TransitionOf): void {
  switch (message.kind) {
    case 'AppendEntries':
      return onAppendEntries[row.AppendEntries](turn, message);
    case 'AppendEntriesReply':
      return onAppendEntriesReply[row.AppendEntriesReply](turn, message);
    case 'RequestVote':
      return onRequestVote[row.RequestVote](turn, message);
    case 'RequestVoteReply':
      return onRequestVoteReply[row.RequestVoteReply](turn, message);
  }
}

function ignore(): void {
  // The table says that this input means nothing in this role.
}

/** A reply to something that is over: only its term may be news. */
function noteTerm(turn: Turn, reply: RaftMessage): void {
  adoptTerm(turn, reply.term);
}

/* One dispatcher per column; the types hold them to the table's words, no more and no fewer. */

type Column<Name extends InputName, Given extends unknown[]> = Readonly<
  Record<TransitionOf[Name], (turn: Turn, ...given: Given) => void>
>;

const onOnline: Column<'online', [Stored]> = { start, forbid };
const onOffline: Column<'offline', []> = { ignore, stop };
const onPropose: Column<'propose', [ClientRequest]> = { ignore, redirect, propose };
const onRequestVote: Column<'RequestVote', [RequestVote]> = { ignore, judgeCandidate };
const onRequestVoteReply: Column<'RequestVoteReply', [RequestVoteReply]> = {
  ignore,
  noteTerm,
  countVote,
};
const onAppendEntries: Column<'AppendEntries', [AppendEntries]> = { ignore, follow };
const onAppendEntriesReply: Column<'AppendEntriesReply', [AppendEntriesReply]> = {
  ignore,
  noteTerm,
  advancePeer,
};
const onElectionTimeout: Column<'electionTimeout', []> = { ignore, campaign };
const onHeartbeatTimeout: Column<'heartbeatTimeout', []> = { ignore, beat };
const onPersisted: Column<'persisted', [number]> = {
  ignore,
  noteDurable,
  countOwnVote: noteDurableVote,
  countOwnLog: noteDurableLog,
};
