/**
 * Our traces as steps of the specification. All records with one cause at one server are one step:
 * it is judged when the server's next one begins. Messages may leave later than the step that made
 * them (they wait for the disk): answers are then held against what that step called for, and
 * requests against what the server was in the term that they name.
 */
import type {
  Configuration,
  HeaderRecord,
  MessageRecord,
  StateRecord,
  TraceRecord,
} from '../../trace/record.ts';
import type { Failure } from '../check.ts';
import { proof } from '../evidence.ts';
import type { ClusterView } from '../view.ts';
import type { AbstractCluster, AbstractServer, Action, Item } from './state.ts';
import { actions, lastTerm, newCluster } from './state.ts';
import { appendFault, item, place, rest, triggerOf } from './abstract.ts';
import type { Expected } from './receive.ts';
import type { Seen, Trigger } from './step.ts';
import { explained, replyFault } from './step.ts';

interface Turn {
  readonly trigger: Trigger;
  readonly triggeredAt: number;
  readonly seen: Seen;
  /** The last record of the step so far. */
  last: number;
  /** Requests it sent at once: looked at when the step is taken. */
  readonly sent: { readonly message: MessageRecord; readonly seq: number }[];
  replySeq: number;
}

/** What a server was in one of its terms. */
interface Office {
  /** As candidate: its last entry when it campaigned. */
  readonly lastIndex: number;
  readonly lastTerm: number;
  /** As leader: its log, frozen when it left. */
  log: readonly Item[] | null;
}

interface Actor {
  readonly server: AbstractServer;
  turn: Turn | null;
  readonly offices: Map<number, Office>;
}

/** What the judge remembers. */
export interface Specified {
  /** The scenario switches check-quorum or pre-vote on. */
  mayStepDown: boolean;
  /** Disks tell late: some `told` record was there. */
  hearsLate: boolean;
  cluster: AbstractCluster | null;
  readonly actors: Map<string, Actor>;
  readonly messages: Map<number, MessageRecord>;
  readonly timers: Map<number, Trigger>;
  /** Answers that steps called for, by the `seq` that set the step in motion. */
  readonly replies: Map<number, Expected>;
  /** How often each action was taken. */
  readonly coverage: Map<Action, number>;
  steps: number;
}

export function newSpecified(): Specified {
  return {
    mayStepDown: false,
    hearsLate: false,
    cluster: null,
    actors: new Map(),
    messages: new Map(),
    timers: new Map(),
    replies: new Map(),
    coverage: new Map(actions.map((action) => [action, 0])),
    steps: 0,
  };
}

/** Takes note of a record; a step that the specification does not allow is returned as failure. */
export function noteRecord(
  state: Specified,
  record: TraceRecord,
  view: ClusterView,
): Failure | undefined {
  switch (record.kind) {
    case 'header':
      begin(state, record);
      return undefined;
    case 'send':
      return noteSend(state, record);
    case 'deliver':
      return noteDelivery(state, record, view);
    case 'timer':
      return open(state, record.server, {
        trigger: record.timer === 'election' ? { kind: 'campaign', term: 0 } : rest,
        seq: record.seq,
        view,
      });
    case 'state':
    case 'write':
    case 'commit':
      return noteEffect(state, record, view);
    case 'told':
      state.hearsLate = true;
      return undefined;
    case 'restore':
      return noteRestore(state, record, view);
    case 'online':
      return noteStart(state, record, view);
    case 'crash':
      return close(state, record.server, true);
    case 'offline':
      return close(state, record.server);
    case 'end':
      return closeAll(state);
    default:
      return undefined;
  }
}

function begin(state: Specified, { servers: ids, scenario }: HeaderRecord): void {
  state.mayStepDown = /"(?:checkQuorum|preVote)":true/u.test(JSON.stringify(scenario));
  const cluster = newCluster(ids);
  state.cluster = cluster;
  for (const server of cluster.servers.values()) {
    state.actors.set(server.id, { server, turn: null, offices: new Map() });
  }
}

/** The server comes up with what its disk holds: Restart(i). */
function noteStart(
  state: Specified,
  record: Extract<TraceRecord, { kind: 'online' }>,
  { committed }: ClusterView,
): Failure | undefined {
  const actor = state.actors.get(record.server);
  if (actor === undefined) return undefined;
  const { server } = actor;
  leaveOffice(actor);
  const covered = record.snapshot?.index ?? 0;
  server.role = 'follower';
  server.term = record.term;
  server.votedFor = record.votedFor;
  server.commitIndex = covered;
  server.log.length = 0;
  for (const entry of committed.slice(0, covered)) server.log.push(item(entry));
  for (const entry of record.entries) if (entry.index > covered) server.log.push(item(entry));
  server.granted.clear();
  server.refused.clear();
  server.match.clear();
  count(state, 'Restart');
  return undefined;
}

function count(state: Specified, action: Action): void {
  state.coverage.set(action, (state.coverage.get(action) ?? 0) + 1);
}

function noteDelivery(
  state: Specified,
  record: Extract<TraceRecord, { kind: 'deliver' }>,
  view: ClusterView,
): Failure | undefined {
  const message = state.messages.get(record.id);
  if (message === undefined || !state.actors.has(record.to)) return undefined;
  // What reaches a server that is down is lost.
  if (!view.server(record.to).up) return undefined;
  return open(state, record.to, { trigger: triggerOf(message), seq: record.seq, view });
}

interface Begun {
  readonly trigger: Trigger;
  readonly seq: number;
  readonly view: ClusterView;
}

function newTurn(server: AbstractServer, begun: Begun, state: Specified): Turn {
  const { role, term, votedFor, commitIndex } = server;
  const { trigger, seq, view } = begun;
  const { mayStepDown, hearsLate } = state;
  return {
    trigger,
    triggeredAt: seq,
    seen: {
      role,
      term,
      votedFor,
      commitIndex,
      changes: [],
      ownMatch: 0,
      reply: null,
      electorates: [inForce(view, server.id)],
      restored: null,
      cut: false,
      mayStepDown,
      hearsLate,
    },
    last: seq,
    sent: [],
    replySeq: seq,
  };
}

function inForce(view: ClusterView, id: string): Configuration {
  return view.server(id).configurations.at(-1)?.configuration ?? view.initial;
}

/** A new step begins: the one before is over. */
function open(state: Specified, id: string, begun: Begun): Failure | undefined {
  const failure = close(state, id);
  if (failure !== undefined) return failure;
  const actor = state.actors.get(id);
  if (actor !== undefined) actor.turn = newTurn(actor.server, begun, state);
  return undefined;
}

function noteEffect(
  state: Specified,
  record: Extract<TraceRecord, { kind: 'state' | 'write' | 'commit' }>,
  view: ClusterView,
): Failure | undefined {
  const actor = state.actors.get(record.server);
  if (actor === undefined) return undefined;
  if (actor.turn === null || actor.turn.triggeredAt !== record.cause) {
    const failure = open(state, record.server, { trigger: rest, seq: record.cause, view });
    if (failure !== undefined) return failure;
  }
  const { turn } = actor;
  if (turn === null) return undefined;
  turn.last = record.seq;
  const { seen } = turn;
  const electorate = inForce(view, record.server);
  if (!seen.electorates.includes(electorate)) seen.electorates.push(electorate);
  if (record.kind === 'state') {
    if (record.role !== 'offline') seen.role = asSeen(record.role);
    seen.term = record.term;
    seen.votedFor = record.votedFor;
  } else if (record.kind === 'commit') {
    seen.commitIndex = record.commitIndex;
    seen.ownMatch = durableLength(view, record.server);
  } else if (record.log !== null && record.snapshot === null) {
    seen.changes.push({ from: record.log.from, items: record.log.entries.map(item) });
  }
  return undefined;
}

/** The specification knows no pre-candidates: they are followers who ask around. */
function asSeen(role: Exclude<StateRecord['role'], 'offline'>): Seen['role'] {
  return role === 'preCandidate' ? 'follower' : role;
}

/** Its state machine is a snapshot's; the log that it stands for is what was committed. */
function noteRestore(
  state: Specified,
  record: Extract<TraceRecord, { kind: 'restore' }>,
  { committed }: ClusterView,
): undefined {
  const turn = state.actors.get(record.server)?.turn;
  if (turn === null || turn === undefined || turn.triggeredAt !== record.cause) return;
  const { index, term } = record;
  turn.seen.restored = { index, term, items: committed.slice(0, index).map(item) };
}

/** How much of its own log a server's disk holds, whatever is being written over. */
function durableLength(view: ClusterView, id: string): number {
  const { disk, pending, pendingHead } = view.server(id);
  let length = disk.log.length;
  for (let at = pendingHead; at < pending.length; at += 1) {
    const from = pending[at]?.log?.from;
    if (from !== undefined && from <= length) length = from - 1;
  }
  return length;
}

/* ---- messages ---- */

function noteSend(
  state: Specified,
  record: Extract<TraceRecord, { kind: 'send' }>,
): Failure | undefined {
  const { message, seq, cause } = record;
  state.messages.set(record.id, message);
  const actor = state.actors.get(record.from);
  if (actor === undefined) return undefined;
  const { turn } = actor;
  if (message.kind === 'RequestVoteReply' || message.kind === 'AppendEntriesReply') {
    if (turn !== null && turn.triggeredAt === cause) {
      turn.seen.reply = message;
      turn.replySeq = seq;
      return undefined;
    }
    return lateReply(state, record);
  }
  if (turn !== null && turn.triggeredAt === cause) {
    turn.sent.push({ message, seq });
    return undefined;
  }
  return requestFault(state, actor, { message, seq });
}

function lateReply(
  state: Specified,
  record: Extract<TraceRecord, { kind: 'send' }>,
): Failure | undefined {
  const { message, cause, seq, from } = record;
  const allowed = state.replies.get(cause);
  if (allowed === undefined) return undefined;
  state.replies.delete(cause);
  if (message.kind !== 'RequestVoteReply' && message.kind !== 'AppendEntriesReply')
    return undefined;
  const wrong = replyFault(message, allowed);
  return wrong === null ? undefined : refused(from, wrong, proof(seq, cause));
}

/** RequestVote and AppendEntries must say what the sender was and had in the term they name. */
function requestFault(
  state: Specified,
  actor: Actor,
  sent: { readonly message: MessageRecord; readonly seq: number },
): Failure | undefined {
  const { message, seq } = sent;
  const { server } = actor;
  if (message.kind === 'RequestVote') {
    count(state, 'RequestVote');
    const office = actor.offices.get(message.term);
    if (office === undefined) {
      return refused(server.id, `it asked for votes in term ${message.term}, no candidate`, [seq]);
    }
    const { lastIndex, lastTerm: term } = office;
    if (message.lastIndex === lastIndex && message.lastTerm === term) return undefined;
    const wrong = `it claims a log up to ${place(message.lastIndex, message.lastTerm)}`;
    return refused(server.id, `${wrong}, having one up to ${place(lastIndex, term)}`, [seq]);
  }
  if (message.kind !== 'AppendEntries') return undefined;
  count(state, 'AppendEntries');
  const leads = server.role === 'leader' && server.term === message.term;
  const log = leads ? server.log : actor.offices.get(message.term)?.log;
  if (log === null || log === undefined) {
    return refused(server.id, `it sent entries in term ${message.term}, no leader`, [seq]);
  }
  const wrong = appendFault(log, message);
  return wrong === null ? undefined : refused(server.id, wrong, [seq]);
}

/* ---- the end of a step ---- */

/** Judges the steps still open: nothing more will be seen of them. */
export function closeAll(state: Specified): Failure | undefined {
  for (const id of state.actors.keys()) {
    const failure = close(state, id);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** `cut`: a crash, which may strike in the middle of a step. */
function close(state: Specified, id: string, cut: boolean = false): Failure | undefined {
  const actor = state.actors.get(id);
  if (actor === undefined || actor.turn === null) return undefined;
  const { turn, server } = actor;
  actor.turn = null;
  turn.seen.cut = cut;
  const { trigger, seen, triggeredAt } = turn;
  const before = { role: server.role, term: server.term };
  const frozen = before.role === 'leader' && seen.role !== 'leader';
  if (frozen) leaveOffice(actor);
  const told = explained(server, { trigger, seen });
  state.steps += 1;
  if (told.kind === 'refused') {
    return refused(id, told.sentence, proof(Math.max(turn.last, turn.replySeq), triggeredAt));
  }
  for (const action of told.actions) count(state, action);
  if (told.reply !== null && seen.reply === null) state.replies.set(triggeredAt, told.reply);
  if (told.actions.includes('Timeout')) enterOffice(actor);
  for (const sent of turn.sent) {
    const failure = requestFault(state, actor, sent);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

function enterOffice({ server, offices }: Actor): void {
  const { log, term } = server;
  offices.set(term, { lastIndex: log.length, lastTerm: lastTerm(log), log: null });
}

/** A leader's log as it was: later messages of that term are held against it. */
function leaveOffice({ server, offices }: Actor): void {
  if (server.role !== 'leader') return;
  const office = offices.get(server.term);
  if (office !== undefined) office.log = server.log.slice();
}

function refused(server: string, sentence: string, evidence: readonly number[]): Failure {
  return { sentence: `${server} took a step that Raft does not have: ${sentence}`, evidence };
}
