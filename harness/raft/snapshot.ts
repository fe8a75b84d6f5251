/**
 * Snapshots of a server's own, and beginning from one (section 7; dissertation, chapter 5).
 *
 * A snapshot stands for exactly what was applied: the application's state, the session table, and
 * the configuration in force there. It is written by itself, after everything that it makes
 * needless, and only once it is durable the log's beginning goes (raft.md 2.4-R1).
 */
import { assert } from './assert.ts';
import { forgetConfigurations, restoreConfigurations } from './configuration.ts';
import type { Json } from './entry.ts';
import { lastIndex, termAt } from './log.ts';
import type { Node } from './node.ts';
import type { SavedSession, Snapshot } from './saved.ts';
import { byUse } from './session.ts';
import type { Stored } from './step.ts';
import { emit, flush, keepSnapshot } from './turn.ts';
import type { Turn } from './turn.ts';

/** Have so many entries been applied since the last snapshot that it is time for the next? */
export function isSnapshotDue(node: Node): boolean {
  const { snapshotEvery } = node.options;
  if (snapshotEvery === 0) return false;
  return node.appliedIndex - (node.snapshot?.index ?? 0) >= snapshotEvery;
}

/** Puts everything applied so far in place of the log that led there. */
export function compact(turn: Turn): void {
  const { node, rules } = turn;
  flush(turn);
  const index = rules.snapshotIndex(node);
  const snapshot: Snapshot = {
    index,
    term: termAt(node, index),
    configuration: rules.snapshotConfiguration(node, index),
    sessions: savedSessions(node),
    application: savedState(node),
    stateDigest: node.stateDigest,
  };
  const through = rules.discardIndex(node, snapshot);
  assert(turn, index === node.appliedIndex, 'a snapshot stands for what was applied');
  assert(turn, through <= index, 'only what the snapshot covers is discarded');
  node.snapshot = snapshot;
  const term = termAt(node, through);
  node.log.splice(0, through - node.baseIndex);
  node.baseIndex = through;
  node.baseTerm = term;
  forgetConfigurations(node, index);
  keepSnapshot(turn, { snapshot, discardThrough: through }, 0);
}

function savedSessions(node: Node): readonly SavedSession[] {
  return byUse(node).map(([session, { acknowledged, serials, answers }]) => ({
    session,
    acknowledged,
    serials: serials.slice(),
    answers: answers.slice(),
  }));
}

/** An application without `save` says that its states are JSON. */
function savedState({ application, state }: Node): Json {
  return application.save === undefined ? (state as Json) : application.save(state);
}

/** The whole log gives way to a leader's snapshot (Figure 13, steps 7 and 8; raft.md 2.4-R5). */
export function replaceLog(turn: Turn, snapshot: Snapshot): void {
  const { node, rules } = turn;
  flush(turn);
  const { index } = snapshot;
  const cutFrom = lastIndex(node) > index ? index + 1 : 0;
  // What is committed stays true on the disk; nothing else there says what the snapshot says.
  node.durableIndex = Math.min(node.durableIndex, node.commitIndex);
  for (const write of node.pendingWrites) {
    write.lastIndex = Math.min(write.lastIndex, node.commitIndex);
  }
  node.log.length = 0;
  node.term = rules.termAfterInstall(node, snapshot);
  beginFrom(turn, snapshot);
  keepSnapshot(turn, { snapshot, discardThrough: index }, cutFrom);
  node.pendingWrites.push({ id: node.lastWrite, lastIndex: index });
}

/** The log begins after the snapshot, and the state is the snapshot's. */
function beginFrom(turn: Turn, snapshot: Snapshot): void {
  const { node } = turn;
  node.baseIndex = snapshot.index;
  node.baseTerm = snapshot.term;
  restore(turn, snapshot);
}

/** State, sessions and configuration are the snapshot's (raft.md 2.4-R1, R5). */
function restore(turn: Turn, snapshot: Snapshot): void {
  const { node, rules } = turn;
  const { application, index, configuration } = snapshot;
  node.snapshot = snapshot;
  node.commitIndex = index;
  node.appliedIndex = rules.appliedAfterRestore(snapshot);
  node.state = loadedState(node, application);
  node.stateDigest = snapshot.stateDigest;
  node.sessions.clear();
  const saved = rules.restoredSessions(snapshot);
  for (const [at, { session, acknowledged, serials, answers }] of saved.entries()) {
    // In the order of their use, all before the next entry.
    const used = node.options.sessionsMax > 0 ? index - saved.length + at + 1 : 0;
    const kept = { used, acknowledged, serials: serials.slice(), answers: answers.slice() };
    node.sessions.set(session, kept);
  }
  restoreConfigurations(node, { index, configuration });
  emit(turn, { kind: 'restore', snapshot });
}

function loadedState({ application }: Node, saved: Json): unknown {
  return application.load === undefined ? saved : application.load(saved);
}

/**
 * Takes over what the disk holds. A crash may have come between keeping a snapshot and cutting the
 * log: then the log overlaps the snapshot, ends below it or contradicts it (raft.md 2.4-R1, R5).
 */
export function readDisk(turn: Turn, { snapshot, entries }: Stored): void {
  const { node, rules } = turn;
  node.log = entries.slice();
  node.baseIndex = (entries[0]?.index ?? 1) - 1;
  node.baseTerm = 0;
  if (snapshot === null) {
    assert(turn, node.baseIndex === 0, 'a log has no gaps');
    return;
  }
  assert(turn, node.baseIndex <= snapshot.index, 'a log has no gaps');
  knowBase(node, snapshot);
  if (rules.holdsEnd(node, snapshot)) {
    restore(turn, snapshot);
    return;
  }
  // The end of an interrupted write, so that the disk says what the memory says.
  const cutFrom = lastIndex(node) > snapshot.index ? snapshot.index + 1 : 0;
  node.log.length = 0;
  beginFrom(turn, snapshot);
  if (entries.length > 0) {
    keepSnapshot(turn, { snapshot, discardThrough: snapshot.index }, cutFrom);
  }
}

/** The term before the first entry: where nobody knows it, the first entry itself becomes the base. */
function knowBase(node: Node, snapshot: Snapshot): void {
  if (node.baseIndex === snapshot.index) node.baseTerm = snapshot.term;
  if (node.baseIndex === 0 || node.baseIndex === snapshot.index) return;
  const first = node.log.shift();
  if (first === undefined) return;
  node.baseIndex = first.index;
  node.baseTerm = first.term;
}
