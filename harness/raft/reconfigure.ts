/** Changing who takes part (section 6; dissertation, chapter 4; raft.md 2.5). */
import { assert } from './assert.ts';
import { enterWhenCaughtUp } from './catch-up.ts';
import { isUnderWay } from './change.ts';
import { enterJoint, leaveJoint, sameConfiguration, simple } from './configuration-change.ts';
import { configurationOf } from './configuration.ts';
import type { Configuration } from './entry.ts';
import type { Answer, ClientRequest } from './message.ts';
import { answer } from './turn.ts';
import type { Turn } from './turn.ts';

/**
 * An operator wants another configuration. One change at a time: it is taken only when the last
 * one is over and this term has committed an entry (the dissertation's algorithm with the
 * correction of 2015), and answered `done` when its final configuration is committed. What is so
 * already is done at once.
 */
export function reconfigure(turn: Turn, request: ClientRequest): void {
  const { node } = turn;
  assert(turn, node.role === 'leader', 'only a leader changes the configuration');
  const { from: client, payload } = request;
  if (payload.kind !== 'reconfigure' || isUnderWay(turn, request)) return;
  const { serial, changes, transition } = payload;
  const reply = (result: Answer): void => {
    const from = node.options.id;
    answer(turn, { kind: 'ClientReply', from, to: client, serial, answer: result });
  };
  const obstacle = obstacleTo(turn);
  if (obstacle !== null) return reply(obstacle);
  const current = configurationOf(node);
  const wanted = transition === 'simple' ? simple(current, changes) : enterJoint(current, changes);
  if (wanted.kind === 'refused') return reply(wanted);
  if (sameConfiguration(outcomeOf(wanted.configuration), current)) {
    return reply({ kind: 'done', result: null });
  }
  node.change = { client, serial };
  enterWhenCaughtUp(turn, wanted.configuration);
}

/** Why no change may begin now, or null. */
function obstacleTo({ node, rules }: Turn): Answer | null {
  if (node.transfer !== null) return { kind: 'busy', reason: 'transfer' };
  const ready = rules.changeIsSettled(node) && rules.mayChangeInTerm(node);
  return ready ? null : { kind: 'busy', reason: 'reconfigure' };
}

/** What a configuration becomes once it is left, if it is joint. */
function outcomeOf(configuration: Configuration): Configuration {
  const left = leaveJoint(configuration);
  return left.kind === 'changed' ? left.configuration : configuration;
}
