/**
 * Serving reads from the local state (dissertation 6.4; raft.md 2.10), or giving them up.
 *
 * Reads wait in `node.reads`, oldest first. A leader's waits until its round is confirmed and its
 * index known, a follower's until the leader named the index; then both until it is applied.
 */
import type { Answer } from './message.ts';
import type { Node, PendingRead } from './node.ts';
import { outcomeOf } from './outcome.ts';
import { answer, emit, send } from './turn.ts';
import type { Turn } from './turn.ts';

/** Finishes all reads that wait for nothing more. */
export function settleReads(turn: Turn): void {
  const { node, rules } = turn;
  const { reads } = node;
  let kept = 0;
  for (const read of reads) {
    if (read.index < 0 && node.role === 'leader') read.index = rules.readIndex(node);
    if (isReady(turn, read)) {
      finish(turn, read);
    } else {
      reads[kept] = read;
      kept += 1;
    }
  }
  reads.length = kept;
}

function isReady({ node, rules }: Turn, read: PendingRead): boolean {
  if (read.index < 0 || (node.role === 'leader' && read.round > 0)) return false;
  return read.request === null || rules.readIsApplied(node, read.index);
}

function finish(turn: Turn, read: PendingRead): void {
  const { node } = turn;
  const { id } = node.options;
  const { term } = node;
  const { request, asked, index, via } = read;
  if (asked !== null) {
    const reply = { kind: 'ReadIndexReply', from: id, to: asked.peer } as const;
    send(turn, { ...reply, term, read: asked.read, index });
  }
  if (request === null) return;
  const { session, serial } = request.payload;
  const { appliedIndex } = node;
  const result = look(node, read);
  emit(turn, { kind: 'serve', session, serial, via, readIndex: index, appliedIndex });
  answer(turn, { kind: 'ClientReply', from: id, to: request.client, serial, answer: result });
}

/** Runs the command on the state, which must be left as it was. */
function look(node: Node, { request }: PendingRead): Answer {
  if (request === null) return { kind: 'refused', reason: 'nobody asked' };
  const outcome = outcomeOf(node, request.payload.command);
  if (outcome.kind === 'refused') return { kind: 'refused', reason: outcome.reason };
  if (outcome.state === node.state) return { kind: 'done', result: outcome.result };
  return { kind: 'refused', reason: 'a read may not change the state' };
}

/** Gives up the reads that `hopeless` picks: their clients may ask elsewhere, or again. */
export function giveUpReads(turn: Turn, hopeless: (read: PendingRead) => boolean): void {
  const { reads } = turn.node;
  let kept = 0;
  for (const read of reads) {
    if (hopeless(read)) {
      giveUp(turn, read);
    } else {
      reads[kept] = read;
      kept += 1;
    }
  }
  reads.length = kept;
}

/** The office, or the leader that was asked, is gone: all reads are given up. */
export function dropReads(turn: Turn): void {
  if (turn.node.reads.length > 0) giveUpReads(turn, () => true);
}

function giveUp(turn: Turn, { request }: PendingRead): void {
  if (request === null) return;
  const { node } = turn;
  const { id } = node.options;
  const leader = node.role === 'leader' ? null : node.leader;
  const { serial } = request.payload;
  const result: Answer = { kind: 'notLeader', leader };
  answer(turn, { kind: 'ClientReply', from: id, to: request.client, serial, answer: result });
}
