/**
 * What a leader sends its followers (raft.md 2.13): as many requests as their windows have room
 * for, each with as many entries as one may hold.
 */
import type { Entry } from './entry.ts';
import { lastIndex, termAt } from './log.ts';
import type { Node, Progress } from './node.ts';
import { openInstall, sendPiece } from './pieces.ts';
import { entryBytes } from './size.ts';
import { send } from './turn.ts';
import type { Turn } from './turn.ts';

const noEntries: readonly Entry[] = [];

/** New entries: they leave at once to every follower whose window has room. */
export function replicate(turn: Turn): void {
  for (const progress of turn.node.progress) fill(turn, progress);
}

/** Lets a follower hear from its leader, with entries if it is probed and lacks some. */
export function sendHeartbeat(turn: Turn, progress: Progress): void {
  const { node, rules } = turn;
  if (progress.installing !== null || rules.needsSnapshot(node, progress)) {
    if (progress.installing === null) openInstall(turn, progress);
    if (rules.beatsWhileInstalling()) sendAppend(turn, progress, noEntries);
    if (progress.installing?.sentAt !== node.beats) sendPiece(turn, progress);
    return;
  }
  const behind = progress.probing && progress.nextIndex <= lastIndex(node);
  if (behind && hasRoom(node, progress)) sendEntries(turn, progress);
  else sendAppend(turn, progress, noEntries);
}

function hasRoom(node: Node, progress: Progress): boolean {
  const room = progress.probing ? 1 : node.options.inflightMax;
  return progress.inflight.length < room;
}

/** As many requests with entries as the window has room for. */
export function fill(turn: Turn, progress: Progress): void {
  const { node, rules } = turn;
  if (progress.installing !== null) return;
  if (rules.needsSnapshot(node, progress)) {
    openInstall(turn, progress);
    sendPiece(turn, progress);
    return;
  }
  while (progress.nextIndex <= lastIndex(node) && hasRoom(node, progress)) {
    sendEntries(turn, progress);
  }
}

function sendEntries(turn: Turn, progress: Progress): void {
  const { node } = turn;
  const from = progress.nextIndex - 1;
  const at = from - node.baseIndex;
  if (turn.fitAfter !== from) {
    turn.fitCount = entriesThatFit(node, at);
    turn.fitAfter = from;
  }
  const entries = node.log.slice(at, at + turn.fitCount);
  sendAppend(turn, progress, entries);
  progress.inflight.push(from + entries.length);
  if (!progress.probing) progress.nextIndex += entries.length;
}

/** How many entries of the log, from its place `at` on, one request holds: one at least. */
function entriesThatFit({ log, options, term, longestBytes }: Node, at: number): number {
  const { entriesPerAppendMax: most, bytesPerAppendMax: bytesMax } = options;
  if (bytesMax === 0) return most;
  // All of its own term: none of them is longer than the longest that it took.
  if (log[at]?.term === term && most * longestBytes <= bytesMax) return most;
  let bytes = 0;
  for (let count = 0; count < most; count += 1) {
    const entry = log[at + count];
    if (entry === undefined) return count;
    bytes += entryBytes(entry);
    if (bytes > bytesMax && count > 0) return count;
  }
  return most;
}

/** To a follower that lacks compacted entries, a heartbeat names the first one still known. */
function sendAppend(turn: Turn, progress: Progress, entries: readonly Entry[]): void {
  const { node } = turn;
  const prevIndex = Math.max(progress.nextIndex - 1, node.baseIndex);
  send(turn, {
    kind: 'AppendEntries',
    from: node.options.id,
    to: progress.peer,
    term: node.term,
    prevIndex,
    prevTerm: termAt(node, prevIndex),
    entries,
    leaderCommit: node.commitIndex,
    round: node.round,
  });
}
