/**
 * Bringing servers up to date before they become voters (dissertation 4.2.1; raft.md 2.5): in
 * rounds, each up to the end that the log had when the round began. A round that lasts less than
 * an election time-out is good enough; time is told in heartbeats.
 */
import { endChange } from './change.ts';
import { configurationOf, isVoter } from './configuration.ts';
import type { Configuration, ServerId } from './entry.ts';
import { sendHeartbeat } from './feed.ts';
import { lastIndex } from './log.ts';
import type { CatchUp, Node } from './node.ts';
import { progressOf, trackPeers } from './peers.ts';
import { electionBeats } from './rules-membership.ts';
import { appendConfiguration } from './settle.ts';
import type { Turn } from './turn.ts';

/** After so many rounds, or one as long as so many election time-outs, the leader gives up. */
export const roundsMax = 10;

/** Enters `next` as soon as all of its new voters have caught up; at once if there are none. */
export function enterWhenCaughtUp(turn: Turn, next: Configuration): void {
  const { node, rules } = turn;
  const current = configurationOf(node);
  const servers = next.voters.filter((voter) => !isVoter(current, voter));
  if (servers.length === 0) {
    appendConfiguration(turn, next);
    return;
  }
  node.catchUp = { servers, next, round: 1, target: lastIndex(node), beats: 0 };
  trackPeers(node, rules, lastIndex(node) + 1);
  for (const server of servers) {
    const progress = progressOf(node, server);
    if (progress !== undefined) sendHeartbeat(turn, progress);
  }
  advanceCatchUp(turn);
}

/** A follower's match may have risen: the round may be over, and with it the catching up. */
export function advanceCatchUp(turn: Turn): void {
  const { node, rules } = turn;
  for (;;) {
    const { catchUp } = node;
    if (catchUp === null || !roundIsOver(node, catchUp)) return;
    if (rules.hasCaughtUp(node, catchUp)) {
      node.catchUp = null;
      appendConfiguration(turn, catchUp.next);
      return;
    }
    if (catchUp.round >= roundsMax) {
      giveUp(turn, catchUp.servers);
      return;
    }
    catchUp.round += 1;
    catchUp.target = lastIndex(node);
    catchUp.beats = 0;
  }
}

function roundIsOver(node: Node, { servers, target }: CatchUp): boolean {
  for (const server of servers) {
    if ((progressOf(node, server)?.matchIndex ?? 0) < target) return false;
  }
  return true;
}

/** A heartbeat's time has passed. */
export function beatCatchUp(turn: Turn): void {
  const { node } = turn;
  const { catchUp } = node;
  if (catchUp === null) return;
  catchUp.beats += 1;
  if (catchUp.beats >= roundsMax * electionBeats(node)) giveUp(turn, catchUp.servers);
}

function giveUp(turn: Turn, servers: readonly ServerId[]): void {
  const { node, rules } = turn;
  node.catchUp = null;
  trackPeers(node, rules, lastIndex(node) + 1);
  endChange(turn, { kind: 'refused', reason: `${servers.join(', ')} did not catch up` });
}
