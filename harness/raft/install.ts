/** Snapshots on their way from a leader to a follower (section 7; raft.md 2.4). */
import type { InstallSnapshot, InstallSnapshotReply } from './message.ts';
import type { Turn } from './turn.ts';

export function install(_turn: Turn, _request: InstallSnapshot): void {
  // Written next.
}

export function advanceInstall(_turn: Turn, _reply: InstallSnapshotReply): void {
  // Written next.
}
