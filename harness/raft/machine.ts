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
import type { Role } from './node.ts';
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

/** Written out: looking up by name in one object gets slow as soon as the names differ. */
function rowOf(role: Role): Row {
  switch (role) {
    case 'leader':
      return rows.leader;
    case 'follower':
      return rows.follower;
    case 'candidate':
      return rows.candidate;
    case 'offline':
      return rows.offline;
  }
}

function take(turn: Turn, input: Input): void {
  const row = rowOf(turn.node.role);
  switch (input.kind) {
    case 'receive':
      return receive(turn, input.message, row);
    case 'persisted':
      return row.persisted(turn, input.write);
    case 'propose':
      return row.propose(turn, input.request);
    case 'expire': {
      if (!turn.rules.expiryIsCurrent(turn.node, input)) return;
      if (input.timer === 'election') return row.electionTimeout(turn);
      return row.heartbeatTimeout(turn);
    }
    case 'online':
      return row.online(turn, input.stored);
    case 'offline':
      return row.offline(turn);
  }
}

function receive(turn: Turn, message: RaftMessage, row: Row): void {
  switch (message.kind) {
    case 'AppendEntries':
      return row.AppendEntries(turn, message);
    case 'AppendEntriesReply':
      return row.AppendEntriesReply(turn, message);
    case 'RequestVote':
      return row.RequestVote(turn, message);
    case 'RequestVoteReply':
      return row.RequestVoteReply(turn, message);
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

/** The table with its words resolved, once. */
interface Row {
  readonly online: (turn: Turn, stored: Stored) => void;
  readonly offline: (turn: Turn) => void;
  readonly propose: (turn: Turn, request: ClientRequest) => void;
  readonly RequestVote: (turn: Turn, request: RequestVote) => void;
  readonly RequestVoteReply: (turn: Turn, reply: RequestVoteReply) => void;
  readonly AppendEntries: (turn: Turn, request: AppendEntries) => void;
  readonly AppendEntriesReply: (turn: Turn, reply: AppendEntriesReply) => void;
  readonly electionTimeout: (turn: Turn) => void;
  readonly heartbeatTimeout: (turn: Turn) => void;
  readonly persisted: (turn: Turn, write: number) => void;
}

function resolved(words: TransitionOf): Row {
  return {
    online: onOnline[words.online],
    offline: onOffline[words.offline],
    propose: onPropose[words.propose],
    RequestVote: onRequestVote[words.RequestVote],
    RequestVoteReply: onRequestVoteReply[words.RequestVoteReply],
    AppendEntries: onAppendEntries[words.AppendEntries],
    AppendEntriesReply: onAppendEntriesReply[words.AppendEntriesReply],
    electionTimeout: onElectionTimeout[words.electionTimeout],
    heartbeatTimeout: onHeartbeatTimeout[words.heartbeatTimeout],
    persisted: onPersisted[words.persisted],
  };
}

const rows: { readonly [R in Role]: Row } = {
  offline: resolved(table.offline),
  follower: resolved(table.follower),
  candidate: resolved(table.candidate),
  leader: resolved(table.leader),
};
