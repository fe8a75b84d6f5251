/**
 * Reads that cost no entry in the log (dissertation 6.4; raft.md 2.10). A leader learns up to where
 * it must have applied, and that it still leads; a follower asks its leader, and reads for itself.
 *
 * What waits is bounded: a request asked again joins itself, a new leader or term ends all, and a
 * read is given up when the leader's rounds show that an election time-out went by without an
 * answer. The client is told `notLeader` then, and may ask again.
 */
import { assert } from './assert.ts';
import type { ClientRequest, ReadIndex, ReadIndexReply } from './message.ts';
import type { Node, PendingRead } from './node.ts';
import { redirect } from './propose.ts';
import { adoptTerm } from './role.ts';
import { confirmReads } from './rounds.ts';
import { electionBeats } from './rules-membership.ts';
import { giveUpReads, settleReads } from './serve.ts';
import { send } from './turn.ts';
import type { Turn } from './turn.ts';

/** A client asks the leader. */
export function read(turn: Turn, request: ClientRequest): void {
  const { node, rules } = turn;
  const { payload } = request;
  assert(turn, node.role === 'leader', 'only a leader vouches for a read');
  if (payload.kind !== 'read' || waitingFor(node, request) !== undefined) return;
  const index = rules.readIndex(node);
  const alone = payload.via === 'lease' && index >= 0 && rules.leaseHolds(node);
  node.reads.push({
    read: 0,
    request: { client: request.from, payload },
    asked: null,
    via: alone ? 'lease' : 'index',
    index,
    round: alone ? 0 : rules.confirmingRound(node),
  });
  confirmReads(turn);
}

/** A follower asks the leader for one of its clients. */
export function takeRead(turn: Turn, request: ReadIndex): void {
  const { node, rules } = turn;
  if (adoptTerm(turn, request.term) || request.term < node.term) {
    answerFollower(turn, request, -1);
    return;
  }
  const { from: peer, read: number } = request;
  if (node.reads.some(({ asked }) => asked?.peer === peer && asked.read === number)) return;
  node.reads.push({
    read: 0,
    request: null,
    asked: { peer, read: number },
    via: 'index',
    index: rules.readIndex(node),
    round: rules.confirmingRound(node),
  });
  confirmReads(turn);
}

/** A follower asks somebody who does not lead. */
export function declineRead(turn: Turn, request: ReadIndex): void {
  adoptTerm(turn, request.term);
  answerFollower(turn, request, -1);
}

function answerFollower(turn: Turn, request: ReadIndex, index: number): void {
  const { options, term } = turn.node;
  const reply = { kind: 'ReadIndexReply', from: options.id, to: request.from, term } as const;
  send(turn, { ...reply, read: request.read, index });
}

/**
 * A client asks a follower, which asks its leader; once more when the client does. The numbers of
 * its reads differ from those of all its incarnations: answers may arrive after a crash.
 */
export function askLeader(turn: Turn, request: ClientRequest): void {
  const { node } = turn;
  const { payload } = request;
  if (payload.kind !== 'read' || node.leader === null || node.readCount < 0) {
    redirect(turn, request);
    return;
  }
  let pending = waitingFor(node, request);
  if (pending === undefined) {
    node.readCount += 1;
    pending = {
      read: node.readCount,
      request: { client: request.from, payload },
      asked: null,
      via: 'index',
      index: -1,
      round: 0,
    };
    node.reads.push(pending);
  }
  const { options, term, leader } = node;
  send(turn, { kind: 'ReadIndex', from: options.id, to: leader, term, read: pending.read });
}

/** The same wish of the same client, if it waits already. */
function waitingFor(node: Node, { from, payload }: ClientRequest): PendingRead | undefined {
  if (payload.kind !== 'read') return undefined;
  return node.reads.find(
    ({ request }) =>
      request?.client === from &&
      request.payload.session === payload.session &&
      request.payload.serial === payload.serial,
  );
}

/** The leader says up to where a read must be applied, or that it does not lead. */
export function noteReadIndex(turn: Turn, reply: ReadIndexReply): void {
  const { node, rules } = turn;
  if (adoptTerm(turn, reply.term) || !rules.acceptsReadIndex(node, reply)) return;
  const pending = node.reads.find(({ read: number }) => number === reply.read);
  if (pending === undefined || pending.index >= 0) return;
  if (reply.index < 0) giveUpReads(turn, (known) => known === pending);
  pending.index = reply.index;
  settleReads(turn);
}

/** A follower heard its leader: reads that it should have answered long ago are given up. */
export function ageReads(turn: Turn, round: number): void {
  const { node } = turn;
  const beats = electionBeats(node);
  giveUpReads(turn, (pending) => {
    if (pending.round === 0) pending.round = round;
    return round - pending.round > beats;
  });
}
