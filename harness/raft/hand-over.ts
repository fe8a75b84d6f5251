/** A transfer of leadership under way, seen by the leader (dissertation 3.10; raft.md 2.11). */
import { configurationOf, isVoter } from './configuration.ts';
import { renounceLease } from './lease.ts';
import type { Answer } from './message.ts';
import type { Transfer } from './node.ts';
import { progressOf } from './peers.ts';
import { electionBeats } from './rules-membership.ts';
import { answer, send } from './turn.ts';
import type { Turn } from './turn.ts';

/** Tells the target to campaign as soon as it has all that the leader has. */
export function handOver(turn: Turn): void {
  const { node, rules } = turn;
  const { transfer } = node;
  if (transfer === null || transfer.sent) return;
  const progress = progressOf(node, transfer.target);
  if (progress === undefined || !rules.mayTakeOver(node, progress)) return;
  transfer.sent = true;
  tell(turn, transfer);
}

function tell(turn: Turn, { target }: Transfer): void {
  const { options, term } = turn.node;
  renounceLease(turn);
  send(turn, { kind: 'TimeoutNow', from: options.id, to: target, term });
}

/** A heartbeat: the target is told again, or the transfer given up. */
export function beatTransfer(turn: Turn): void {
  const { node } = turn;
  const { transfer } = node;
  if (transfer === null) return;
  transfer.beats += 1;
  const { target, beats, sent } = transfer;
  if (!isVoter(configurationOf(node), target)) {
    endTransfer(turn, { kind: 'refused', reason: `${target} is no voter any more` });
  } else if (beats >= electionBeats(node)) {
    const reason = `${target} did not take over within an election time-out`;
    endTransfer(turn, { kind: 'refused', reason });
  } else if (sent) {
    tell(turn, transfer);
  }
}

/** The leader left its office: for the target's sake if it had told it, else for another reason. */
export function concludeTransfer(turn: Turn): void {
  const { transfer, leader } = turn.node;
  if (transfer === null) return;
  const done: Answer = { kind: 'done', result: transfer.target };
  endTransfer(turn, transfer.sent ? done : { kind: 'notLeader', leader });
}

/** Whoever asked hears how it ended. */
export function endTransfer(turn: Turn, result: Answer): void {
  const { node } = turn;
  const { transfer } = node;
  if (transfer === null) return;
  node.transfer = null;
  const { client: to, serial } = transfer;
  answer(turn, { kind: 'ClientReply', from: node.options.id, to, serial, answer: result });
}
