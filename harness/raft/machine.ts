/** The one door: looks the transition up in the declared table and takes it. */
import { campaign } from './campaign.ts';
import { countVote, judgeCandidate } from './elect.ts';
import { follow } from './follow.ts';
import { advanceInstall, install } from './install.ts';
import { endLease } from './lease.ts';
import { createNode, forbid, start, stop } from './life.ts';
import type {
  AppendEntries,
  AppendEntriesReply,
  ClientRequest,
  InstallSnapshot,
  InstallSnapshotReply,
  PreVote,
  PreVoteReply,
  RaftMessage,
  ReadIndex,
  ReadIndexReply,
  RequestVote,
  RequestVoteReply,
  TimeoutNow,
} from './message.ts';
import type { Role } from './node.ts';
import { noteDurable, noteDurableLog, noteDurableVote } from './persist.ts';
import { countPreVote, judgePreCandidate, notePreVote } from './prevote.ts';
import { propose, redirect } from './propose.ts';
import { askLeader, declineRead, noteReadIndex, read, takeRead } from './read.ts';
import { reconfigure } from './reconfigure.ts';
import { advancePeer, beat } from './replicate.ts';
import { adoptTerm } from './role.ts';
import { raftRules } from './rules.ts';
import type { Rules } from './rules.ts';
import type { Input, Stored, Subject, Timer } from './step.ts';
import { table } from './table.ts';
import type { InputName, TransitionOf } from './table.ts';
import { takeOver, transfer } from './transfer.ts';
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
    case 'preCandidate':
      return rows.preCandidate;
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
      return row.persisted(turn, input.write, input.first ?? 1);
    case 'propose':
      return request(turn, input.request, row);
    case 'expire': {
      if (!turn.rules.expiryIsCurrent(turn.node, input)) return;
      return expire(turn, input.timer, row);
    }
    case 'online':
      return row.online(turn, input.stored, input.incarnation ?? -1);
    case 'offline':
      return row.offline(turn);
  }
}

function expire(turn: Turn, timer: Timer, row: Row): void {
  switch (timer) {
    case 'election':
      return row.electionTimeout(turn);
    case 'heartbeat':
      return row.heartbeatTimeout(turn);
    case 'lease':
      return row.leaseTimeout(turn);
  }
}

function request(turn: Turn, asked: ClientRequest, row: Row): void {
  switch (asked.payload.kind) {
    case 'command':
    case 'register':
      return row.propose(turn, asked);
    case 'read':
      return row.read(turn, asked);
    case 'transfer':
      return row.transfer(turn, asked);
    case 'reconfigure':
      return row.reconfigure(turn, asked);
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
    case 'PreVote':
      return row.PreVote(turn, message);
    case 'PreVoteReply':
      return row.PreVoteReply(turn, message);
    case 'InstallSnapshot':
      return row.InstallSnapshot(turn, message);
    case 'InstallSnapshotReply':
      return row.InstallSnapshotReply(turn, message);
    case 'TimeoutNow':
      return row.TimeoutNow(turn, message);
    case 'ReadIndex':
      return row.ReadIndex(turn, message);
    case 'ReadIndexReply':
      return row.ReadIndexReply(turn, message);
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

const onOnline: Column<'online', [Stored, number]> = { start, forbid };
const onOffline: Column<'offline', []> = { ignore, stop };
const onPropose: Column<'propose', [ClientRequest]> = { ignore, redirect, propose };
const onRead: Column<'read', [ClientRequest]> = { ignore, redirect, askLeader, read };
const onTransfer: Column<'transfer', [ClientRequest]> = { ignore, redirect, transfer };
const onReconfigure: Column<'reconfigure', [ClientRequest]> = { ignore, redirect, reconfigure };
const onRequestVote: Column<'RequestVote', [RequestVote]> = { ignore, judgeCandidate };
const onRequestVoteReply: Column<'RequestVoteReply', [RequestVoteReply]> = {
  ignore,
  noteTerm,
  countVote,
};
const onPreVote: Column<'PreVote', [PreVote]> = { ignore, judgePreCandidate };
const onPreVoteReply: Column<'PreVoteReply', [PreVoteReply]> = {
  ignore,
  noteTerm: notePreVote,
  countPreVote,
};
const onAppendEntries: Column<'AppendEntries', [AppendEntries]> = { ignore, follow };
const onAppendEntriesReply: Column<'AppendEntriesReply', [AppendEntriesReply]> = {
  ignore,
  noteTerm,
  advancePeer,
};
const onInstallSnapshot: Column<'InstallSnapshot', [InstallSnapshot]> = { ignore, install };
const onInstallSnapshotReply: Column<'InstallSnapshotReply', [InstallSnapshotReply]> = {
  ignore,
  noteTerm,
  advanceInstall,
};
const onTimeoutNow: Column<'TimeoutNow', [TimeoutNow]> = { ignore, noteTerm, takeOver };
const onReadIndex: Column<'ReadIndex', [ReadIndex]> = { ignore, declineRead, takeRead };
const onReadIndexReply: Column<'ReadIndexReply', [ReadIndexReply]> = {
  ignore,
  noteTerm,
  noteReadIndex,
};
const onElectionTimeout: Column<'electionTimeout', []> = { ignore, campaign };
const onHeartbeatTimeout: Column<'heartbeatTimeout', []> = { ignore, beat };
const onLeaseTimeout: Column<'leaseTimeout', []> = { ignore, endLease };
const onPersisted: Column<'persisted', [number, number]> = {
  ignore,
  noteDurable,
  countOwnVote: noteDurableVote,
  countOwnLog: noteDurableLog,
};

/** The table with its words resolved, once. */
interface Row {
  readonly online: (turn: Turn, stored: Stored, incarnation: number) => void;
  readonly offline: (turn: Turn) => void;
  readonly propose: (turn: Turn, request: ClientRequest) => void;
  readonly read: (turn: Turn, request: ClientRequest) => void;
  readonly transfer: (turn: Turn, request: ClientRequest) => void;
  readonly reconfigure: (turn: Turn, request: ClientRequest) => void;
  readonly RequestVote: (turn: Turn, request: RequestVote) => void;
  readonly RequestVoteReply: (turn: Turn, reply: RequestVoteReply) => void;
  readonly PreVote: (turn: Turn, request: PreVote) => void;
  readonly PreVoteReply: (turn: Turn, reply: PreVoteReply) => void;
  readonly AppendEntries: (turn: Turn, request: AppendEntries) => void;
  readonly AppendEntriesReply: (turn: Turn, reply: AppendEntriesReply) => void;
  readonly InstallSnapshot: (turn: Turn, request: InstallSnapshot) => void;
  readonly InstallSnapshotReply: (turn: Turn, reply: InstallSnapshotReply) => void;
  readonly TimeoutNow: (turn: Turn, request: TimeoutNow) => void;
  readonly ReadIndex: (turn: Turn, request: ReadIndex) => void;
  readonly ReadIndexReply: (turn: Turn, reply: ReadIndexReply) => void;
  readonly electionTimeout: (turn: Turn) => void;
  readonly heartbeatTimeout: (turn: Turn) => void;
  readonly leaseTimeout: (turn: Turn) => void;
  readonly persisted: (turn: Turn, write: number, first: number) => void;
}

function resolved(words: TransitionOf): Row {
  return {
    online: onOnline[words.online],
    offline: onOffline[words.offline],
    propose: onPropose[words.propose],
    read: onRead[words.read],
    transfer: onTransfer[words.transfer],
    reconfigure: onReconfigure[words.reconfigure],
    RequestVote: onRequestVote[words.RequestVote],
    RequestVoteReply: onRequestVoteReply[words.RequestVoteReply],
    PreVote: onPreVote[words.PreVote],
    PreVoteReply: onPreVoteReply[words.PreVoteReply],
    AppendEntries: onAppendEntries[words.AppendEntries],
    AppendEntriesReply: onAppendEntriesReply[words.AppendEntriesReply],
    InstallSnapshot: onInstallSnapshot[words.InstallSnapshot],
    InstallSnapshotReply: onInstallSnapshotReply[words.InstallSnapshotReply],
    TimeoutNow: onTimeoutNow[words.TimeoutNow],
    ReadIndex: onReadIndex[words.ReadIndex],
    ReadIndexReply: onReadIndexReply[words.ReadIndexReply],
    electionTimeout: onElectionTimeout[words.electionTimeout],
    heartbeatTimeout: onHeartbeatTimeout[words.heartbeatTimeout],
    leaseTimeout: onLeaseTimeout[words.leaseTimeout],
    persisted: onPersisted[words.persisted],
  };
}

const rows: { readonly [R in Role]: Row } = {
  offline: resolved(table.offline),
  follower: resolved(table.follower),
  preCandidate: resolved(table.preCandidate),
  candidate: resolved(table.candidate),
  leader: resolved(table.leader),
};
