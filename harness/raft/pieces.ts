/**
 * A leader's snapshot on its way to a follower, in pieces that fit a message (section 7; raft.md
 * 2.4). One piece is under way at a time; each heartbeat repeats it, so that losses only delay.
 */
import { assert } from './assert.ts';
import type { Node, Progress } from './node.ts';
import type { Snapshot } from './saved.ts';
import { pieceEnd } from './size.ts';
import { send } from './turn.ts';
import type { Turn } from './turn.ts';

/** The log no longer holds what the follower lacks: the snapshot goes instead (2.4-R3). */
export function openInstall(turn: Turn, progress: Progress): void {
  const { node } = turn;
  const { snapshot } = node;
  assert(turn, snapshot !== null, 'a log is compacted only behind a snapshot');
  if (snapshot === null) return;
  const text = textOf(node, snapshot);
  progress.installing = { snapshot, text, offset: 0, since: node.round, sentAt: -1 };
  progress.probing = true;
  progress.inflight.length = 0;
}

/** Written out once, however many followers need it. */
function textOf(node: Node, snapshot: Snapshot): string {
  for (const { installing } of node.progress) {
    if (installing?.snapshot === snapshot) return installing.text;
  }
  return JSON.stringify(snapshot);
}

/** Sends the piece that the follower is known to want. */
export function sendPiece(turn: Turn, progress: Progress): void {
  const { node } = turn;
  const { installing } = progress;
  if (installing === null) return;
  const { snapshot, text, offset } = installing;
  installing.sentAt = node.beats;
  const end = pieceEnd(text, offset, node.options.snapshotChunkBytes);
  send(turn, {
    kind: 'InstallSnapshot',
    from: node.options.id,
    to: progress.peer,
    term: node.term,
    lastIndex: snapshot.index,
    lastTerm: snapshot.term,
    offset,
    data: text.slice(offset, end),
    done: end === text.length,
    round: node.round,
  });
}
