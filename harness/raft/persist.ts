/** What becomes durable, and what that allows (Figure 2, persistent state; raft.md 2.3). */
import { assert } from './assert.ts';
import { advanceCommit } from './commit.ts';
import { countOwnVote } from './elect.ts';
import { lastIndex } from './log.ts';
import type { Turn } from './turn.ts';

/**
 * Every write up to `write` is durable. Writes whose entries were removed or replaced since say
 * nothing about what stands there now: `truncate` has lowered what they cover.
 */
export function noteDurable(turn: Turn, write: number): void {
  const { node } = turn;
  assert(turn, write <= node.lastWrite, 'no write is durable before it was asked for');
  if (write <= node.durableWrite) return;
  node.durableWrite = write;
  const { pendingWrites } = node;
  for (let first = pendingWrites[0]; first !== undefined; first = pendingWrites[0]) {
    if (first.id > write) break;
    if (first.lastIndex > node.durableIndex) node.durableIndex = first.lastIndex;
    pendingWrites.shift();
  }
  assert(turn, node.durableIndex <= lastIndex(node), 'no more is durable than there is');
}

/** A candidate's vote for itself may have become durable. */
export function noteDurableVote(turn: Turn, write: number): void {
  noteDurable(turn, write);
  countOwnVote(turn);
}

/** A leader's own entries count for the commit index as far as they are durable. */
export function noteDurableLog(turn: Turn, write: number): void {
  const before = turn.node.durableIndex;
  noteDurable(turn, write);
  if (turn.node.durableIndex !== before) advanceCommit(turn);
}
