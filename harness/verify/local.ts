/**
 * One server with all that belongs to it: the machine's node, its disk, what waits for the disk,
 * its timers, and a memory of what it has promised. Two of them are equal when their keys are.
 *
 * Numbers that only grow (writes, timers' generations) are counted from the last quiet point, so
 * that equal situations have equal keys.
 */
import type { Entry } from '../raft/entry.ts';
import type { ClientReply, RaftMessage } from '../raft/message.ts';
import { plainOptions } from '../raft/node.ts';
import type { Node, NodeOptions, Progress, Session, StateMachine } from '../raft/node.ts';
import type { Stored, Subject, Write } from '../raft/step.ts';
import type { Bounds } from './bounds.ts';
import { clientNames } from './requests.ts';

/** A message that waits for a write. */
export interface Waiting {
  readonly after: number;
  readonly message: RaftMessage | ClientReply;
}

/** What travels only where servers have features, which the explorations keep off. */
export type FeatureMessage = Exclude<
  RaftMessage,
  {
    readonly kind: 'RequestVote' | 'RequestVoteReply' | 'AppendEntries' | 'AppendEntriesReply';
  }
>;

export interface Local {
  readonly server: number;
  node: Node;
  /** What a crash leaves. */
  stored: Stored;
  /** Asked for and not yet durable, oldest first. */
  pending: Write[];
  outbox: Waiting[];
  electionArmed: boolean;
  heartbeatArmed: boolean;
  /** The vote given last, crash or no crash: its term (0: none) and its receiver. */
  grantedTerm: number;
  grantedTo: string;
  /** The highest term in anything that has left. */
  shownTerm: number;
  /** Candidates: bit i is set when server i's vote of this term has been received. */
  heard: number;
}

/** `S1` is server 0. */
export function serverName(index: number): string {
  return `S${index + 1}`;
}

/** The index of a server by name; -1: no server, or nobody. */
export function serverIndex(name: string | null): number {
  return name === null || !/^S\d$/u.test(name) ? -1 : name.charCodeAt(1) - 49;
}

export function serverNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => serverName(index));
}

/** The application behind the log: the serials that ran, in their order, as text. */
export const application: StateMachine = {
  start: () => '',
  apply(state, command) {
    const serial = command['serial'];
    const ran = typeof state === 'string' ? state : '';
    return typeof serial === 'number'
      ? { kind: 'done', state: `${ran}.${serial}`, result: serial }
      : { kind: 'refused', reason: 'a command needs a serial' };
  },
};

export function optionsFor(bounds: Bounds, server: number): NodeOptions {
  return {
    ...plainOptions,
    id: serverName(server),
    servers: serverNames(bounds.servers),
    electionHighMicros: 300_001,
    entriesPerAppendMax: bounds.entriesPerAppend,
    inflightMax: 2,
    sessions: clientNames(bounds.clients),
  };
}

/** A server that has not been on line yet; its disk holds `stored`. */
export function newLocal(
  subject: Subject,
  place: { readonly server: number; readonly bounds: Bounds; readonly stored: Stored },
): Local {
  const { server, bounds, stored } = place;
  return {
    server,
    node: subject.create(optionsFor(bounds, server), application),
    stored,
    pending: [],
    outbox: [],
    electionArmed: false,
    heartbeatArmed: false,
    grantedTerm: 0,
    grantedTo: '',
    shownTerm: 0,
    heard: 0,
  };
}

function copySession({ used, acknowledged, serials, answers }: Session): Session {
  return { used, acknowledged, serials: serials.slice(), answers: answers.slice() };
}

function copyProgress(progress: Progress): Progress {
  return {
    peer: progress.peer,
    voter: progress.voter,
    outgoing: progress.outgoing,
    matchIndex: progress.matchIndex,
    nextIndex: progress.nextIndex,
    probing: progress.probing,
    inflight: progress.inflight.slice(),
    ackedRound: progress.ackedRound,
    active: progress.active,
    installing: progress.installing === null ? null : { ...progress.installing },
  };
}

/** The machine's record, copied as deep as the machine may write. */
export function copyNode(node: Node): Node {
  const sessions = new Map<string, Session>();
  for (const [name, session] of node.sessions) sessions.set(name, copySession(session));
  return {
    options: node.options,
    role: node.role,
    term: node.term,
    votedFor: node.votedFor,
    log: node.log.slice(),
    baseIndex: node.baseIndex,
    baseTerm: node.baseTerm,
    snapshot: node.snapshot,
    configurations: node.configurations.slice(),
    lastWrite: node.lastWrite,
    durableWrite: node.durableWrite,
    durableIndex: node.durableIndex,
    hardWrite: node.hardWrite,
    pendingWrites: node.pendingWrites.map(({ id, lastIndex }) => ({ id, lastIndex })),
    earlyWrites: node.earlyWrites.slice(),
    leader: node.leader,
    commitIndex: node.commitIndex,
    appliedIndex: node.appliedIndex,
    application: node.application,
    state: node.state,
    stateDigest: node.stateDigest,
    sessions,
    electionGeneration: node.electionGeneration,
    heartbeatGeneration: node.heartbeatGeneration,
    leaseGeneration: node.leaseGeneration,
    heardLeader: node.heardLeader,
    receiving: node.receiving === null ? null : { ...node.receiving },
    reads: node.reads.map((read) => ({ ...read })),
    readCount: node.readCount,
    granted: new Set(node.granted),
    refused: new Set(node.refused),
    progress: node.progress.map(copyProgress),
    requesters: new Map(node.requesters),
    newest: new Map(node.newest),
    longestBytes: node.longestBytes,
    round: node.round,
    beats: node.beats,
    leaseRound: node.leaseRound,
    leaseHeld: node.leaseHeld,
    transfer: node.transfer === null ? null : { ...node.transfer },
    change: node.change,
    catchUp: node.catchUp === null ? null : { ...node.catchUp },
  };
}

export function copyLocal(local: Local): Local {
  return {
    server: local.server,
    node: copyNode(local.node),
    stored: local.stored,
    pending: local.pending.slice(),
    outbox: local.outbox.slice(),
    electionArmed: local.electionArmed,
    heartbeatArmed: local.heartbeatArmed,
    grantedTerm: local.grantedTerm,
    grantedTo: local.grantedTo,
    shownTerm: local.shownTerm,
    heard: local.heard,
  };
}

/** Counts writes from the last durable one and timers' generations from the one armed now. */
export function settleNumbers(local: Local): void {
  const { node } = local;
  const base = node.durableWrite;
  node.electionGeneration = 0;
  node.heartbeatGeneration = 0;
  if (base === 0) return;
  node.lastWrite -= base;
  node.durableWrite = 0;
  node.hardWrite = Math.max(0, node.hardWrite - base);
  node.pendingWrites.splice(
    0,
    node.pendingWrites.length,
    ...node.pendingWrites.map(({ id, lastIndex }) => ({ id: id - base, lastIndex })),
  );
  local.pending = local.pending.map((write) => ({ ...write, id: write.id - base }));
  local.outbox = local.outbox.map(({ after, message }) => ({ after: after - base, message }));
}

const entryText = ({ index, term, digest }: Entry): string => `${index}/${term}/${digest}`;

function logText(entries: readonly Entry[]): string {
  return entries.map(entryText).join(',');
}

/** Equal messages have equal texts. */
export function messageText(message: RaftMessage | ClientReply): string {
  switch (message.kind) {
    case 'RequestVote': {
      const { from, to, term, lastIndex, lastTerm, transfer } = message;
      return `V ${from} ${to} ${term} ${lastIndex} ${lastTerm}${transfer ? ' t' : ''}`;
    }
    case 'RequestVoteReply':
      return `v ${message.from} ${message.to} ${message.term} ${message.granted ? 1 : 0}`;
    case 'AppendEntries': {
      const { from, to, term, prevIndex, prevTerm, entries, leaderCommit } = message;
      const head = `A ${from} ${to} ${term} ${prevIndex} ${prevTerm} ${leaderCommit}`;
      return `${head} ${logText(entries)}`;
    }
    case 'AppendEntriesReply': {
      const { from, to, term, success, prevIndex, matchIndex, hintIndex, hintTerm } = message;
      const said = `${prevIndex} ${matchIndex} ${hintIndex} ${hintTerm}`;
      return `a ${from} ${to} ${term} ${success ? 1 : 0} ${said}`;
    }
    case 'ClientReply':
      return `c ${message.from} ${message.to} ${message.serial} ${JSON.stringify(message.answer)}`;
    default:
      return JSON.stringify(message);
  }
}

function writeText({ id, hard, log }: Write): string {
  const state = hard === null ? '' : `${hard.term}${hard.votedFor ?? ''}`;
  return `${id}:${state}:${log === null ? '' : `${log.from}>${logText(log.entries)}`}`;
}

function nodeText(node: Node): string {
  const progress = node.progress
    .map((each) => {
      const { peer, matchIndex, nextIndex, probing, inflight } = each;
      return `${peer} ${matchIndex} ${nextIndex} ${probing ? 1 : 0} ${inflight.join('.')}`;
    })
    .sort();
  const numbers = [
    node.lastWrite,
    node.durableWrite,
    node.durableIndex,
    node.hardWrite,
    node.commitIndex,
    node.appliedIndex,
    node.stateDigest,
    node.electionGeneration,
    node.heartbeatGeneration,
  ].join(' ');
  const who = `${node.role} ${node.term} ${node.votedFor ?? ''} ${node.leader ?? ''}`;
  const votes = `${[...node.granted].sort().join()}/${[...node.refused].sort().join()}`;
  const writes = node.pendingWrites.map(({ id, lastIndex }) => `${id} ${lastIndex}`).join();
  const clients = `${JSON.stringify([...node.requesters])}${JSON.stringify([...node.newest])}`;
  const applied = `${JSON.stringify(node.state)}${JSON.stringify([...node.sessions])}`;
  const log = logText(node.log);
  return [who, numbers, log, votes, writes, progress.join(), clients, applied].join('|');
}

/** What only matters where somebody reads: rounds, and the reads that wait for them. */
export function readsText({ node }: Local): string {
  const rounds = node.progress.map(({ peer, ackedRound }) => `${peer} ${ackedRound}`).sort();
  return `#${node.round} ${node.beats} ${rounds.join()} ${JSON.stringify(node.reads)}`;
}

/** Two servers with equal keys behave alike for ever. */
export function localKey(local: Local): string {
  const { stored } = local;
  const disk = `${stored.term} ${stored.votedFor ?? ''} ${logText(stored.entries)}`;
  const waiting = local.outbox.map(({ after, message }) => `${after}${messageText(message)}`);
  const timers = (local.electionArmed ? 1 : 0) + (local.heartbeatArmed ? 2 : 0);
  const memory = `${local.grantedTerm} ${local.grantedTo} ${local.shownTerm} ${local.heard}`;
  const writes = local.pending.map(writeText).join();
  return [
    local.server,
    timers,
    memory,
    disk,
    writes,
    waiting.sort().join(),
    nodeText(local.node),
  ].join('#');
}
