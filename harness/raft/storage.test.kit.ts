/** What must hold of disks, snapshots and states after every happening (raft.md 2.3, 2.4). */
import type { Entry } from './entry.ts';
import { entryAt } from './log.ts';
import type { Machine } from './network.test.kit.ts';

/** What everyone's state was after the entry at an index. */
export type States = Map<number, { readonly stateDigest: number; readonly state: unknown }>;

/** The first claim that is broken, or null. */
export function brokenStorage(machine: Machine, states: States): string | null {
  const { node } = machine;
  if (!states.has(node.appliedIndex)) {
    states.set(node.appliedIndex, { stateDigest: node.stateDigest, state: node.state });
  }
  const known = states.get(node.appliedIndex);
  if (known?.stateDigest !== node.stateDigest) return 'equal digests after equal entries';
  if (known.state !== node.state) return 'equal states after equal entries';
  if (node.baseIndex > node.appliedIndex) return 'only what is applied is compacted';
  const { snapshot } = node;
  const then = snapshot === null ? undefined : states.get(snapshot.index);
  if (then !== undefined && then.stateDigest !== snapshot?.stateDigest) {
    return 'a snapshot stands for what was applied';
  }
  return isOnDisk(machine) ? null : 'what counts as durable is on the disk';
}

/** The disk, as a crash would leave it, holds the log as far as the server counts on it. */
function isOnDisk({ node, disk }: Machine): boolean {
  const covered = disk.snapshot?.index ?? 0;
  const first = disk.entries[0]?.index ?? 1;
  for (let index = covered + 1; index <= node.durableIndex; index += 1) {
    const entry = entryAt(node, index);
    const stored: Entry | undefined = disk.entries[index - first];
    if (entry !== undefined && entry.digest !== stored?.digest) return false;
  }
  return true;
}
