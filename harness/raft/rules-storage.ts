/** The decisions about what is durable, snapshots and sessions (section 7; raft.md 2.3, 2.4, 2.12). */
import { configurationAt } from './configuration.ts';
import type { Configuration, SessionId } from './entry.ts';
import { lastIndex, termAt } from './log.ts';
import type { InstallSnapshot } from './message.ts';
import type { Node, Progress, Receiving } from './node.ts';
import type { SavedSession, Snapshot } from './saved.ts';
import { leastUsed } from './session.ts';

export interface StorageRules {
  /* ---- what is durable ---- */

  /** Does a report that begins with this write leave no gap? Only then it confirms. (2.3) */
  confirms(node: Node, first: number): boolean;
  /** How much a write under way still makes durable after the log was cut at `from`. (2.3) */
  coversAfterCut(lastIndex: number, from: number): number;

  /* ---- snapshots: taking ---- */

  /** What the snapshot stands for: exactly what was applied. (section 7; 2.4-R1) */
  snapshotIndex(node: Node): number;
  /** The configuration that a snapshot carries: the one in force there. (2.4-R1) */
  snapshotConfiguration(node: Node, index: number): Configuration;
  /** The log may go up to here: never beyond the snapshot. (section 7; 2.4-R1) */
  discardIndex(node: Node, snapshot: Snapshot): number;

  /* ---- snapshots: sending ---- */

  /** Is the entry before the next one gone, so that a snapshot must take its place? (2.4-R3) */
  needsSnapshot(node: Node, progress: Progress): boolean;
  /** Do heartbeats go on while a snapshot is under way? (2.4-R7) */
  beatsWhileInstalling(): boolean;

  /* ---- snapshots: receiving ---- */

  /** Does the follower know all of it already? (2.4-R5) */
  isOldSnapshot(node: Node, request: InstallSnapshot): boolean;
  /** Does the piece belong to the snapshot that is being received? (2.4-R4) */
  isOfSnapshot(receiving: Receiving, request: InstallSnapshot): boolean;
  /** Does the piece begin where the text so far ends? (2.4-R4) */
  continuesAt(receiving: Receiving, request: InstallSnapshot): boolean;
  /** Does the log hold the snapshot's last entry, so that it stays? (Figure 13, step 6; 2.4-R5) */
  holdsEnd(node: Node, end: { readonly index: number; readonly term: number }): boolean;
  /** The server's term after installing: a snapshot's last term is nobody's term. (2.4-R6) */
  termAfterInstall(node: Node, snapshot: Snapshot): number;
  /** What was applied, once the state is a snapshot's. (2.2-R7; dissertation 5.1) */
  appliedAfterRestore(snapshot: Snapshot): number;
  /** The sessions that come with a snapshot. (dissertation 6.3; 2.4-R1) */
  restoredSessions(snapshot: Snapshot): readonly SavedSession[];

  /* ---- clients ---- */

  /** The session that goes when a new one needs room, the same everywhere. (6.3; 2.12) */
  sessionToExpire(node: Node): SessionId | undefined;
  /** Does so much wait uncommitted that clients are told to come back? (2.13) */
  isBacklogged(node: Node): boolean;
}

export const storageRules: StorageRules = {
  confirms: (node, first) => first <= node.durableWrite + 1,
  coversAfterCut: (last, from) => Math.min(last, from - 1),

  snapshotIndex: (node) => node.appliedIndex,
  snapshotConfiguration: (node, index) => configurationAt(node, index).configuration,
  discardIndex: (node, snapshot) =>
    Math.max(node.baseIndex, snapshot.index - node.options.snapshotKeep),

  needsSnapshot: (node, progress) => progress.nextIndex <= node.baseIndex,
  beatsWhileInstalling: () => true,

  isOldSnapshot: (node, request) => request.lastIndex <= node.commitIndex,
  isOfSnapshot: (receiving, request) =>
    receiving.leader === request.from &&
    receiving.term === request.term &&
    receiving.lastIndex === request.lastIndex &&
    receiving.lastTerm === request.lastTerm,
  continuesAt: (receiving, request) => receiving.text.length === request.offset,
  holdsEnd: (node, end) => termAt(node, end.index) === end.term,
  termAfterInstall: (node) => node.term,
  appliedAfterRestore: (snapshot) => snapshot.index,
  restoredSessions: (snapshot) => snapshot.sessions,

  sessionToExpire: leastUsed,
  isBacklogged(node) {
    const { uncommittedMax } = node.options;
    return uncommittedMax > 0 && lastIndex(node) - node.commitIndex >= uncommittedMax;
  },
};
