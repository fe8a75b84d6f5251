/** A leader's commit index, and what follows when it rises (Figure 2, leaders; raft.md 2.2-R5). */
import { commitTo } from './apply.ts';
import { assert } from './assert.ts';
import { advanceCatchUp } from './catch-up.ts';
import { settleConfiguration } from './settle.ts';
import type { Turn } from './turn.ts';

/** Commits what a quorum holds, and applies it. The leader may have left office by the end. */
export function advanceCommit(turn: Turn): void {
  const { node, rules } = turn;
  assert(turn, node.role === 'leader', 'only a leader counts replicas');
  const before = node.commitIndex;
  const index = rules.leaderCommit(node, rules);
  if (index === before) return;
  commitTo(turn, index);
  settleConfiguration(turn, before);
}

/** A follower is known to hold more than before. The leader may have left office by the end. */
export function peerAdvanced(turn: Turn): void {
  advanceCommit(turn);
  if (turn.node.catchUp !== null) advanceCatchUp(turn);
}
