/**
 * Configurations in a leader's log: in force once appended (dissertation 4.1), and what follows
 * when they are committed (section 6; dissertation 4.2.2, 4.3; raft.md 2.5).
 */
import { assert } from './assert.ts';
import { endChange } from './change.ts';
import { leaveJoint } from './configuration-change.ts';
import { isJoint } from './configuration.ts';
import type { Configuration } from './entry.ts';
import { replicate } from './feed.ts';
import { lastIndex, makeEntry } from './log.ts';
import type { Answer } from './message.ts';
import { trackPeers } from './peers.ts';
import { becomeFollower } from './role.ts';
import { append } from './turn.ts';
import type { Turn } from './turn.ts';

const changed: Answer = { kind: 'done', result: null };

/** Appends a configuration: from now on this leader replicates to and counts its members. */
export function appendConfiguration(turn: Turn, configuration: Configuration): void {
  const { node, rules } = turn;
  assert(turn, node.role === 'leader', 'only a leader changes the configuration');
  const place = { index: lastIndex(node) + 1, term: node.term };
  append(turn, makeEntry(place, { kind: 'configuration', configuration }));
  trackPeers(node, rules, lastIndex(node));
  replicate(turn);
  if (rules.retires(node)) becomeFollower(turn, node.term, null);
}

/**
 * The commit index rose from `before`. Whoever leads leaves a joint configuration that is
 * committed; a final one is the end of the change, and of the leader if it has no part in it.
 */
export function settleConfiguration(turn: Turn, before: number): void {
  const { node, rules } = turn;
  const newest = node.configurations[node.configurations.length - 1];
  if (newest === undefined) return;
  if (isJoint(newest.configuration)) {
    const left = rules.mayLeaveJoint(node) ? leaveJoint(newest.configuration) : null;
    if (left?.kind === 'changed') appendConfiguration(turn, left.configuration);
    return;
  }
  if (newest.index <= before || newest.index > node.commitIndex) return;
  endChange(turn, changed);
  if (rules.retires(node)) becomeFollower(turn, node.term, null);
}
