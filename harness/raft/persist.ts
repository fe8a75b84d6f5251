/** What becomes durable, and what that allows (Figure 2, persistent state; raft.md 2.3). */
import { assert } from './assert.ts';
import { advanceCommit } from './commit.ts';
import { countOwnVote } from './elect.ts';
import { lastIndex } from './log.ts';
import type { Node } from './node.ts';
import type { Turn } from './turn.ts';

/**
 * Writes `first` to `write` are durable. They are confirmed once all before them are: only then
 * anything counts on them. Writes whose entries were removed or replaced since say nothing about
 * what stands there now: `truncate` has lowered what they cover.
 */
export function noteDurable(turn: Turn, write: number, first: number): void {
  const { node, rules } = turn;
  assert(turn, write <= node.lastWrite, 'no write is durable before it was asked for');
  if (write <= node.durableWrite) return;
  if (!rules.confirms(node, first)) {
    node.earlyWrites.push({ first, write });
    return;
  }
  node.durableWrite = write;
  if (node.earlyWrites.length > 0) confirmEarlyWrites(node);
  const { pendingWrites, durableWrite } = node;
  for (let next = pendingWrites[0]; next !== undefined; next = pendingWrites[0]) {
    if (next.id > durableWrite) break;
    if (next.lastIndex > node.durableIndex) node.durableIndex = next.lastIndex;
    pendingWrites.shift();
  }
  assert(turn, node.durableIndex <= lastIndex(node), 'no more is durable than there is');
}

/** A gap was closed: what was durable beyond it is confirmed, up to the next gap. */
function confirmEarlyWrites(node: Node): void {
  const { earlyWrites } = node;
  earlyWrites.sort((left, right) => left.first - right.first);
  for (let next = earlyWrites[0]; next !== undefined; next = earlyWrites[0]) {
    if (next.first > node.durableWrite + 1) return;
    if (next.write > node.durableWrite) node.durableWrite = next.write;
    earlyWrites.shift();
  }
}

/** A candidate's vote for itself may have become durable. */
export function noteDurableVote(turn: Turn, write: number, first: number): void {
  noteDurable(turn, write, first);
  countOwnVote(turn);
}

/** A leader's own entries count for the commit index as far as they are durable. */
export function noteDurableLog(turn: Turn, write: number, first: number): void {
  const before = turn.node.durableIndex;
  noteDurable(turn, write, first);
  if (turn.node.durableIndex !== before) advanceCommit(turn);
}
