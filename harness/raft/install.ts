/** Snapshots on their way from a leader to a follower (section 7, Figure 13; raft.md 2.4). */
import { commitTo } from './apply.ts';
import { assert } from './assert.ts';
import { fill } from './feed.ts';
import { hearLeader } from './follow.ts';
import { handOver } from './hand-over.ts';
import type { InstallSnapshot, InstallSnapshotReply } from './message.ts';
import type { Installing, Receiving } from './node.ts';
import { progressOf } from './peers.ts';
import { sendPiece } from './pieces.ts';
import { acknowledged } from './replicate.ts';
import { adoptTerm } from './role.ts';
import { noteContact } from './rounds.ts';
import type { Snapshot } from './saved.ts';
import { settleReads } from './serve.ts';
import { replaceLog } from './snapshot.ts';
import { send } from './turn.ts';
import type { Turn } from './turn.ts';

/** A piece arrives. It is as good as a heartbeat; an old snapshot is answered by what is known. */
export function install(turn: Turn, request: InstallSnapshot): void {
  const { node, rules } = turn;
  if (!hearLeader(turn, request)) {
    reply(turn, request, { offset: 0, matchIndex: 0 });
    return;
  }
  if (rules.isOldSnapshot(node, request)) {
    node.receiving = null;
    reply(turn, request, { offset: 0, matchIndex: node.commitIndex });
    return;
  }
  const receiving = takePiece(turn, request);
  const whole = receiving !== null && request.done && isWhole(receiving, request);
  const snapshot = whole ? read(receiving) : null;
  if (whole) node.receiving = null;
  if (snapshot === null) {
    reply(turn, request, { offset: node.receiving?.text.length ?? 0, matchIndex: 0 });
    return;
  }
  assert(turn, snapshot.index === request.lastIndex, 'a snapshot is what its pieces say it is');
  installSnapshot(turn, snapshot);
  reply(turn, request, { offset: 0, matchIndex: snapshot.index });
}

/** Adds the piece to its snapshot's text, if it is the next one (raft.md 2.4-R4). */
function takePiece({ node, rules }: Turn, request: InstallSnapshot): Receiving | null {
  let { receiving } = node;
  if (receiving === null || !rules.isOfSnapshot(receiving, request)) {
    const { from: leader, term, lastIndex, lastTerm } = request;
    receiving = request.offset === 0 ? { leader, term, lastIndex, lastTerm, text: '' } : null;
    node.receiving = receiving;
  }
  if (receiving !== null && rules.continuesAt(receiving, request)) receiving.text += request.data;
  return receiving;
}

function isWhole({ text }: Receiving, { offset, data }: InstallSnapshot): boolean {
  return text.length === offset + data.length;
}

/** The snapshot that the text says; null when it says none, and everything is to be sent again. */
function read({ text }: Receiving): Snapshot | null {
  try {
    const value: unknown = JSON.parse(text);
    return isSnapshot(value) ? value : null;
  } catch {
    return null;
  }
}

function isSnapshot(value: unknown): value is Snapshot {
  if (!isRecord(value) || !('application' in value) || !isRecord(value['configuration']))
    return false;
  const { configuration } = value;
  return (
    ['index', 'term', 'stateDigest'].every((name) => typeof value[name] === 'number') &&
    Array.isArray(value['sessions']) &&
    ['voters', 'outgoing', 'learners', 'learnersNext'].every((name) =>
      Array.isArray(configuration[name]),
    )
  );
}

function isRecord(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null;
}

/** Keeps a log that goes on where the snapshot ends; otherwise the snapshot takes its place. */
function installSnapshot(turn: Turn, snapshot: Snapshot): void {
  const { node, rules } = turn;
  if (rules.holdsEnd(node, snapshot)) commitTo(turn, snapshot.index);
  else replaceLog(turn, snapshot);
  if (node.reads.length > 0) settleReads(turn);
}

interface Verdict {
  readonly offset: number;
  readonly matchIndex: number;
}

function reply(turn: Turn, request: InstallSnapshot, verdict: Verdict): void {
  const { node } = turn;
  send(turn, {
    kind: 'InstallSnapshotReply',
    from: node.options.id,
    to: request.from,
    term: node.term,
    lastIndex: request.lastIndex,
    lastTerm: request.lastTerm,
    offset: verdict.offset,
    matchIndex: verdict.matchIndex,
    round: turn.rules.answeredRound(node, request),
  });
}

/** A follower answered a piece: the next one goes, or the log goes on from where it is. */
export function advanceInstall(turn: Turn, answer: InstallSnapshotReply): void {
  const { node, rules } = turn;
  if (adoptTerm(turn, answer.term) || !rules.isCurrent(node, answer)) return;
  const progress = progressOf(node, answer.from);
  if (progress === undefined) return;
  noteContact(turn, progress, answer.round);
  if (answer.matchIndex > 0) {
    const peers = node.progress;
    acknowledged(turn, progress, answer);
    // Another list: the answer ended the office, or changed who is replicated to.
    if (node.progress !== peers) return;
    fill(turn, progress);
    if (node.transfer !== null) handOver(turn);
    return;
  }
  const { installing } = progress;
  if (installing === null || answer.lastIndex !== installing.snapshot.index) return;
  if (answer.lastTerm !== installing.snapshot.term) return;
  if (!wantsAnother(installing, answer)) return;
  installing.offset = answer.offset;
  installing.since = node.round;
  sendPiece(turn, progress);
}

/**
 * Does the answer ask for another piece than the one under way? Answers overtake each other: one to
 * a later round than the leader's belief tells where the follower is now. Of the others a step back
 * is an old answer, unless it goes all the way: a follower loses all of its pieces or none.
 */
function wantsAnother(installing: Installing, { offset, round }: InstallSnapshotReply): boolean {
  if (offset === installing.offset || offset >= installing.text.length) return false;
  return round > installing.since || offset === 0 || offset > installing.offset;
}
