/**
 * One step under way: the node, its rules, and the effects so far.
 *
 * Rule of this file: whatever changed in term, vote or log is asked to be written before the next
 * message is handed out, in one write, so that messages can name the write they wait for.
 */
import { assert } from './assert.ts';
import { enterConfiguration, revertConfigurations } from './configuration.ts';
import type { Entry } from './entry.ts';
import { lastIndex } from './log.ts';
import type { ClientReply, RaftMessage } from './message.ts';
import type { Node } from './node.ts';
import type { Rules } from './rules.ts';
import type { Snapshot } from './saved.ts';
import type { Effect, Timer } from './step.ts';

export interface Turn {
  node: Node;
  readonly rules: Rules;
  /** Room for effects, used again by the next step; the first `effectCount` are this one's. */
  readonly effects: Effect[];
  effectCount: number;
  /** Term or vote changed since the last write. */
  hardChanged: boolean;
  /** The lowest index of the log that changed since the last write, or 0. */
  logChangedFrom: number;
  /** How many entries one request holds that begins after `fitAfter`; -1: not counted yet. */
  fitAfter: number;
  fitCount: number;
}

const nothing: readonly Effect[] = [];

/** A machine's one turn, begun anew for each step: a step never starts inside another. */
export function newTurn(rules: Rules, node: Node): Turn {
  const changed = { hardChanged: false, logChangedFrom: 0 };
  return { node, rules, effects: [], effectCount: 0, ...changed, fitAfter: -1, fitCount: 0 };
}

export function beginTurn(turn: Turn, node: Node): void {
  turn.node = node;
  turn.effectCount = 0;
  turn.hardChanged = false;
  turn.logChangedFrom = 0;
  turn.fitAfter = -1;
}

export function emit(turn: Turn, effect: Effect): void {
  turn.effects[turn.effectCount] = effect;
  turn.effectCount += 1;
}

/** A step's effects for its caller to keep. Written out for few, which is quicker than `slice`. */
export function effectsOf({ effects, effectCount }: Turn): readonly Effect[] {
  const first = effects[0];
  const second = effects[1];
  const third = effects[2];
  const fourth = effects[3];
  if (effectCount === 0 || first === undefined) return nothing;
  if (effectCount === 1 || second === undefined) return [first];
  if (effectCount === 2 || third === undefined) return [first, second];
  if (effectCount === 3 || fourth === undefined) return [first, second, third];
  if (effectCount === 4) return [first, second, third, fourth];
  return effects.slice(0, effectCount);
}

/** Asks for one write of all that changed, if anything did. */
export function flush(turn: Turn): void {
  const { node, hardChanged, logChangedFrom: from } = turn;
  if (!hardChanged && from === 0) return;
  const id = node.lastWrite + 1;
  node.lastWrite = id;
  if (hardChanged) node.hardWrite = id;
  if (from > 0) node.pendingWrites.push({ id, lastIndex: lastIndex(node) });
  emit(turn, {
    kind: 'persist',
    write: {
      id,
      hard: hardChanged ? { term: node.term, votedFor: node.votedFor } : null,
      log: from > 0 ? { from, entries: node.log.slice(from - node.baseIndex - 1) } : null,
      snapshot: null,
    },
  });
  turn.hardChanged = false;
  turn.logChangedFrom = 0;
}

/**
 * Asks for a write of a snapshot; entries from `cutFrom` on go with it (0: none do). It is a write
 * of its own, after all that it rests on: term and vote never come later than it (raft.md 2.3).
 */
export function keepSnapshot(
  turn: Turn,
  kept: { readonly snapshot: Snapshot; readonly discardThrough: number },
  cutFrom: number,
): void {
  flush(turn);
  const { node } = turn;
  node.lastWrite += 1;
  const log = cutFrom === 0 ? null : { from: cutFrom, entries: [] };
  emit(turn, {
    kind: 'persist',
    write: { id: node.lastWrite, hard: null, log, snapshot: kept },
  });
}

export function send(turn: Turn, message: RaftMessage): void {
  flush(turn);
  emit(turn, { kind: 'send', message, after: turn.rules.sendWaitsFor(turn.node, message) });
}

/** Answers a client. What a committed entry came to is durable on a quorum: nothing to wait for. */
export function answer(turn: Turn, message: ClientReply): void {
  emit(turn, { kind: 'answer', message, after: 0 });
}

/** Appends one entry in memory (raft.md 2.2-R6). */
export function append(turn: Turn, entry: Entry): void {
  const { node } = turn;
  const last = node.log[node.log.length - 1];
  assert(turn, entry.index === lastIndex(node) + 1, 'a log has no gaps');
  assert(turn, last === undefined || last.term <= entry.term, 'terms never fall along a log');
  assert(turn, entry.term <= node.term, 'no entry comes from the future');
  node.log.push(entry);
  turn.fitAfter = -1;
  if (entry.payload.kind === 'configuration') enterConfiguration(node, entry);
  if (turn.logChangedFrom === 0) turn.logChangedFrom = entry.index;
}

/** Removes everything from `from` on; what a write under way was to make durable shrinks with it. */
export function truncate(turn: Turn, from: number): void {
  const { node } = turn;
  assert(turn, from > node.commitIndex, 'committed entries are never removed');
  assert(turn, node.role === 'follower', 'only a follower removes entries');
  node.log.length = from - node.baseIndex - 1;
  turn.fitAfter = -1;
  if (turn.rules.revertsConfigurations(node)) revertConfigurations(node, from);
  node.durableIndex = Math.min(node.durableIndex, from - 1);
  for (const write of node.pendingWrites) {
    write.lastIndex = turn.rules.coversAfterCut(write.lastIndex, from);
  }
  turn.logChangedFrom = turn.logChangedFrom === 0 ? from : Math.min(turn.logChangedFrom, from);
}

/** Starts the election time-out anew, to be drawn by the caller (raft.md 2.1-R2). */
export function armElection(turn: Turn): void {
  const { electionLowMicros, electionHighMicros } = turn.node.options;
  turn.node.heardLeader = false;
  armElectionWithin(turn, electionLowMicros, electionHighMicros);
}

/**
 * The same after a leader's message. Where leaders are protected the time-out comes in two parts:
 * the least of it, in which nobody else is voted for, then the rest, drawn (dissertation 4.2.3).
 */
export function armProtection(turn: Turn): void {
  const { preVote, checkQuorum, electionLowMicros } = turn.node.options;
  if (!preVote && !checkQuorum) {
    armElection(turn);
    return;
  }
  turn.node.heardLeader = true;
  armElectionWithin(turn, electionLowMicros, electionLowMicros + 1);
}

/** The first part is over. */
export function endProtection(turn: Turn): void {
  const { electionLowMicros, electionHighMicros } = turn.node.options;
  turn.node.heardLeader = false;
  armElectionWithin(turn, 1, Math.max(2, electionHighMicros - electionLowMicros));
}

function armElectionWithin(turn: Turn, lowMicros: number, highMicros: number): void {
  const { node } = turn;
  node.electionGeneration += 1;
  const { electionGeneration: generation } = node;
  emit(turn, { kind: 'arm', timer: 'election', generation, lowMicros, highMicros });
}

export function armHeartbeat(turn: Turn): void {
  const { node } = turn;
  node.heartbeatGeneration += 1;
  emit(turn, {
    kind: 'arm',
    timer: 'heartbeat',
    generation: node.heartbeatGeneration,
    lowMicros: node.options.heartbeatMicros,
    highMicros: node.options.heartbeatMicros + 1,
  });
}

export function disarmElection(turn: Turn): void {
  turn.node.electionGeneration += 1;
  turn.node.heardLeader = false;
  disarm(turn, 'election', turn.node.electionGeneration);
}

export function disarmHeartbeat(turn: Turn): void {
  turn.node.heartbeatGeneration += 1;
  disarm(turn, 'heartbeat', turn.node.heartbeatGeneration);
}

function disarm(turn: Turn, timer: Timer, generation: number): void {
  emit(turn, { kind: 'disarm', timer, generation, lowMicros: 0, highMicros: 0 });
}
